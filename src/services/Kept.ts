import { Effect, ExecutionStrategy, Exit, Scope } from "effect"

/** Things that are made at their first use and kept for the next, `most` at most. */
export interface Kept<A> {
  /**
   * Uses what stands under the key, which is made where it is not there. What was not used for longest goes where there are
   * too many: closed at once, or by the last who still uses it.
   */
  readonly use: <B, E, R, E2, R2>(
    key: string,
    make: Effect.Effect<A, E2, R2 | Scope.Scope>,
    effect: (one: A) => Effect.Effect<B, E, R>
  ) => Effect.Effect<B, E | E2, R | Exclude<R2, Scope.Scope>>
}

interface Entry<A> {
  readonly value: A
  readonly scope: Scope.CloseableScope
  users: number
  dropped: boolean
}

export const make = Effect.fnUntraced(function* <A>(most: number): Effect.fn.Return<Kept<A>, never, Scope.Scope> {
  const owner = yield* Effect.scope
  const turn = yield* Effect.makeSemaphore(1)
  /** The least recently used first. */
  const entries = new Map<string, Entry<A>>()

  const drop = (entry: Entry<A>) => {
    entry.dropped = true
    return entry.users === 0 ? Scope.close(entry.scope, Exit.void) : Effect.void
  }

  const excess = Effect.suspend(() => {
    const [oldest] = entries
    if (oldest === undefined || entries.size <= most) return Effect.void
    entries.delete(oldest[0])
    return drop(oldest[1])
  })

  const acquire = <E, R>(key: string, build: Effect.Effect<A, E, R | Scope.Scope>) =>
    Effect.gen(function* () {
      const known = entries.get(key)
      if (known !== undefined) {
        entries.delete(key)
        entries.set(key, known)
        known.users += 1
        return known
      }
      const scope = yield* Scope.fork(owner, ExecutionStrategy.sequential)
      // What is made forks fibers, and these could not be stopped if their maker could not.
      const value = yield* Effect.interruptible(Scope.extend(build, scope)).pipe(
        Effect.onError((cause) => Scope.close(scope, Exit.failCause(cause)))
      )
      const entry: Entry<A> = { value, scope, users: 1, dropped: false }
      entries.set(key, entry)
      yield* excess
      return entry
    }).pipe(turn.withPermits(1))

  const release = (entry: Entry<A>) =>
    Effect.suspend(() => {
      entry.users -= 1
      return entry.dropped && entry.users === 0 ? Scope.close(entry.scope, Exit.void) : Effect.void
    })

  return {
    use: (key, build, effect) => Effect.acquireUseRelease(acquire(key, build), ({ value }) => effect(value), release)
  }
})
