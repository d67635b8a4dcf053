import { createHmac, randomBytes } from "node:crypto"
import bcrypt from "bcrypt"
import { Deferred, Effect, Exit, Redacted, type Scope } from "effect"
import { VerificationBusy } from "./Keys.ts"

/** A comparison keeps one of libuv's four threads busy for a quarter of a second: files and names need some, too. */
const atOnce = 2

/** How many different keys are compared, or wait for it, at most. */
const most = 64

/** How many keys are remembered, good or bad; the oldest go. */
const remembered = 1024

const cost = 12

/** bcrypt reads no more of a key. */
export const longest = 72

export interface Hashed {
  readonly id: number
  readonly hash: string
}

export interface KeyVerifier<E> {
  /** The id of the row that the key belongs to; null where it is none of them. */
  readonly verify: (raw: Redacted.Redacted) => Effect.Effect<number | null, VerificationBusy | E>
  /** bcrypt, off the event loop. */
  readonly hash: (raw: Redacted.Redacted) => Effect.Effect<string>
  /** Forgets what it found, as keys have come or gone. */
  readonly forget: Effect.Effect<void>
  readonly load: Effect.Effect<{ readonly inFlight: number; readonly rejected: number }>
}

/**
 * Compares keys with the hashes of `rows`, one after the other. What was found is remembered by an HMAC under a key of this
 * process, never by the key itself; those who ask for the same key at once wait for one comparison.
 */
export const make = <E>(
  rows: Effect.Effect<ReadonlyArray<Hashed>, E>
): Effect.Effect<KeyVerifier<E>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    const threads = yield* Effect.makeSemaphore(atOnce)
    const secret = yield* Effect.sync(() => randomBytes(32))
    const known = new Map<string, number | null>()
    const pending = new Map<string, Deferred.Deferred<number | null, E>>()
    let generation = 0
    let rejected = 0

    const digestOf = (raw: Redacted.Redacted) => createHmac("sha256", secret).update(Redacted.value(raw)).digest("hex")

    const remember = (digest: string, id: number | null) => {
      known.set(digest, id)
      if (known.size <= remembered) return
      for (const oldest of known.keys()) {
        known.delete(oldest)
        return
      }
    }

    /** A hash that is none is nobody's. */
    const matches = (raw: Redacted.Redacted, hash: string) =>
      threads.withPermits(1)(
        Effect.orElseSucceed(
          Effect.tryPromise(() => bcrypt.compare(Redacted.value(raw), hash)),
          () => false
        )
      )

    const compare = (raw: Redacted.Redacted) =>
      Effect.gen(function* () {
        for (const { hash, id } of yield* rows) {
          if (yield* matches(raw, hash)) return id
        }
        return null
      })

    const settle = Effect.fnUntraced(function* (digest: string, begun: number, exit: Exit.Exit<number | null, E>) {
      pending.delete(digest)
      // What was looked up before a change says nothing of the keys after it.
      if (Exit.isSuccess(exit) && begun === generation) remember(digest, exit.value)
    })

    const begin = Effect.fnUntraced(function* (raw: Redacted.Redacted, digest: string) {
      if (pending.size >= most) {
        rejected += 1
        return yield* new VerificationBusy()
      }
      const done = yield* Deferred.make<number | null, E>()
      pending.set(digest, done)
      const begun = generation
      // Whoever asked first may leave; the others still want to know.
      yield* compare(raw).pipe(
        Effect.onExit((exit) => settle(digest, begun, exit)),
        Effect.intoDeferred(done),
        Effect.forkIn(scope)
      )
      return yield* Deferred.await(done)
    })

    return {
      verify: (raw) =>
        Effect.suspend((): Effect.Effect<number | null, VerificationBusy | E> => {
          const digest = digestOf(raw)
          const found = known.get(digest)
          if (found !== undefined) return Effect.succeed(found)
          const waiting = pending.get(digest)
          return waiting === undefined ? begin(raw, digest) : Deferred.await(waiting)
        }),
      hash: (raw) => threads.withPermits(1)(Effect.promise(() => bcrypt.hash(Redacted.value(raw), cost))),
      forget: Effect.sync(() => {
        generation += 1
        known.clear()
      }),
      load: Effect.sync(() => ({ inFlight: pending.size, rejected }))
    }
  })
