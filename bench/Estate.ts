import { fork } from "node:child_process"
import { Effect, Schema } from "effect"
import { atMost, type Goal } from "./Goals.ts"
import * as Simulators from "./Simulators.ts"
import { programNamed } from "./Program.ts"
import { Unmeasurable } from "./Unmeasurable.ts"

/** What the process of the engine is told. */
export const EstateOptions = Schema.Struct({
  ...Simulators.Listening.fields,
  /** Whether the plan is applied, too. */
  apply: Schema.Boolean
})

const Stall = Schema.Struct({ wall: Schema.Number, cpu: Schema.Number, at: Schema.Number })

const Phase = Schema.Struct({
  /** Milliseconds by the clock. */
  took: Schema.Number,
  /** Milliseconds of the processor, all threads of the process. */
  cpu: Schema.Number,
  stall: Stall
})

/** What it tells when it is done. */
export const Estate = Schema.Struct({
  operations: Schema.Number,
  plan: Phase,
  apply: Schema.NullOr(Phase),
  /** Highest resident memory of the process, in MiB. */
  peakRss: Schema.Number
})
export type Estate = typeof Estate.Type

/** Growth of the estate between the two plans that are compared. */
const factor = 10

const script = programNamed("EstateProcess")

/** The first plan of an estate by an engine in a process of its own, the simulators in another. */
const measure = Effect.fnUntraced(function* (options: { readonly guests: number; readonly apply: boolean }) {
  const { netbox, proxmox } = yield* Simulators.make({ guests: options.guests, nodes: 6 })
  const told = JSON.stringify({ proxmox, netbox, apply: options.apply } satisfies typeof EstateOptions.Type)
  const answer = Effect.async<unknown, Unmeasurable>((resume) => {
    const child = fork(script, [told], { execArgv: process.execArgv })
    let answered = false
    child.once("message", (message) => {
      answered = true
      resume(Effect.succeed(message))
    })
    child.once("exit", (code) => {
      if (!answered) resume(new Unmeasurable({ detail: `The process of the engine has ended (${code})` }))
    })
    return Effect.sync(() => child.kill())
  })
  return yield* Effect.flatMap(answer, Schema.decodeUnknown(Estate))
}, Effect.scoped)

const seconds = (ms: number): number => ms / 1000

/**
 * What an estate costs that is simulated, and how that grows when it is ten times as large. A stall by the clock includes
 * what other programs did meanwhile; that of the processor is the engine's own.
 */
export const measureEstate = Effect.fnUntraced(function* (guests: number, apply: boolean) {
  const small = yield* measure({ guests: guests / factor, apply: false })
  const large = yield* measure({ guests, apply })
  const { plan } = large
  const growth = `simulated, from ${guests / factor} to ${guests} guests`
  const goals: ReadonlyArray<Goal> = [
    atMost(`simulated, ${guests} guests, first plan: peak memory`, 700, large.peakRss, "MiB"),
    atMost(`simulated, ${guests} guests, first plan: longest stall`, 100, Math.round(plan.stall.cpu), "ms"),
    ...(large.apply === null
      ? []
      : [atMost(`simulated, ${guests} guests, applying: longest stall`, 100, Math.round(large.apply.stall.cpu), "ms")]),
    atMost(`simulated, ${guests} guests, first plan: processor time`, 15, seconds(plan.cpu), "s"),
    atMost(`${growth}: processor time grows`, 11, plan.cpu / small.plan.cpu, "×"),
    atMost(`${growth}: time grows`, 11, plan.took / small.plan.took, "×"),
    atMost(`${growth}: memory grows`, 11, large.peakRss / small.peakRss, "×")
  ]
  return { goals }
})
