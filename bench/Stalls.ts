import { Effect, type Scope } from "effect"

/** The longest time for which the event loop gave nobody a turn, in milliseconds. */
export interface Stall {
  /** By the clock. On a machine with other work that includes waiting for a processor. */
  readonly wall: number
  /** By the processor: what the process itself did meanwhile, whatever else the machine had to do. */
  readonly cpu: number
  /** When it ended, in milliseconds since the meter began. */
  readonly at: number
}

export interface StallMeter {
  /** The longest since the last call. */
  readonly longest: Effect.Effect<Stall>
}

/** Short beside the stalls that matter, long beside what a turn costs. */
const interval = 10

/** Milliseconds of the processor that the process has used, all its threads. Asking costs a tenth of one. */
const cpuTime = (): number => {
  const { system, user } = process.cpuUsage()
  return (system + user) / 1000
}

/**
 * Asks for a turn every few milliseconds and notes how late it comes. The processor's time is that of the whole process,
 * threads of the garbage collector and of compression included, so it is never too small.
 */
export const make: Effect.Effect<StallMeter, never, Scope.Scope> = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => {
      const none: Stall = { wall: 0, cpu: 0, at: 0 }
      const began = performance.now()
      let worst = none
      let last = began
      let used = cpuTime()
      // What is measured is the event loop itself, which a fiber would share with what holds it.
      // @effect-diagnostics-next-line effect/globalTimersInEffect:off
      const timer = setInterval(() => {
        const now = performance.now()
        const usedNow = cpuTime()
        const wall = now - last - interval
        const cpu = Math.min(wall, usedNow - used)
        if (cpu > worst.cpu || worst === none) worst = { wall, cpu, at: now - began }
        last = now
        used = usedNow
      }, interval)
      const take = () => {
        const taken = worst
        worst = none
        return taken
      }
      return { timer, take }
    }),
    ({ timer }) => Effect.sync(() => clearInterval(timer))
  ),
  ({ take }) => ({ longest: Effect.sync(take) })
)
