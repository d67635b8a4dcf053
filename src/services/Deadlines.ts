import { Duration, Effect, Runtime, type Scope } from "effect"

/** Tells those that wait that their time is over. One timer serves all of them, as nearly all end long before their time. */
export interface Deadlines {
  /** Calls `over` once the clock has reached `at`, in milliseconds since 1970, unless what it returns is called before. */
  readonly watch: (at: number, over: () => void) => () => void
}

interface Watched {
  readonly at: number
  readonly over: () => void
}

export const make: Effect.Effect<Deadlines, never, Scope.Scope> = Effect.gen(function* () {
  const clock = yield* Effect.clock
  const scope = yield* Effect.scope
  const fork = Runtime.runFork(yield* Effect.runtime())
  const watched = new Set<Watched>()
  let wakesAt = Infinity

  const sleepUntil = (at: number): Effect.Effect<void> =>
    Effect.suspend(() => {
      wakesAt = at
      const left = Math.max(0, at - clock.unsafeCurrentTimeMillis())
      // One that was armed later, for an earlier time, has taken over.
      return Effect.zipRight(
        clock.sleep(Duration.millis(left)),
        Effect.suspend(() => (wakesAt === at ? sweep() : Effect.void))
      )
    })

  const sweep = (): Effect.Effect<void> => {
    const now = clock.unsafeCurrentTimeMillis()
    wakesAt = Infinity
    for (const one of watched) {
      if (one.at > now) wakesAt = Math.min(wakesAt, one.at)
      else if (watched.delete(one)) one.over()
    }
    return wakesAt === Infinity ? Effect.void : sleepUntil(wakesAt)
  }

  return {
    watch: (at, over) => {
      const one: Watched = { at, over }
      watched.add(one)
      if (at < wakesAt) {
        wakesAt = at
        fork(sleepUntil(at), { scope })
      }
      return () => void watched.delete(one)
    }
  }
})
