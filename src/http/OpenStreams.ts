import { Deferred, Effect, Schedule, type Scope } from "effect"
import { Shutdown } from "./Shutdown.ts"

/** A stream that a client has open. */
export interface OpenStream {
  /** Tells the client that the stream lives. */
  readonly keepAlive: () => void
  /** Ends it because the service stops; none where it parts by itself. */
  readonly part?: () => void
}

interface Held extends OpenStream {
  silence: number
}

/** After so many seconds of silence the client is told that the stream lives. */
const patience = 15

/**
 * Every stream of events that is open. One fiber looks after all of them: a timer, or a race, for each and with every piece would
 * cost more than sending it.
 */
export class OpenStreams extends Effect.Service<OpenStreams>()("proxledger/OpenStreams", {
  scoped: Effect.gen(function* () {
    const { begun } = yield* Shutdown
    const open = new Set<Held>()
    const look = Effect.sync(() => {
      for (const one of open) {
        one.silence += 1
        if (one.silence < patience) continue
        one.silence = 0
        one.keepAlive()
      }
    })
    yield* Effect.forkScoped(Effect.repeat(Effect.delay(look, "1 second"), Schedule.forever))
    const part = Effect.sync(() => {
      for (const one of open) one.part?.()
    })
    yield* Effect.forkScoped(Effect.zipRight(Deferred.await(begun), part))

    /** Looks after a stream until the scope ends; returns what is to be called whenever something is sent. */
    const hold = (stream: OpenStream): Effect.Effect<() => void, never, Scope.Scope> =>
      Effect.map(
        Effect.acquireRelease(
          Effect.sync(() => {
            const held: Held = { ...stream, silence: 0 }
            open.add(held)
            return held
          }),
          (held) => Effect.sync(() => open.delete(held))
        ),
        (held) => () => {
          held.silence = 0
        }
      )
    return { hold }
  })
}) {}
