import { Clock, Deferred, Effect, Stream } from "effect"
import type { Event } from "../domain/Event.ts"
import { apply, emptyRun, type RunState } from "../domain/RunState.ts"
import { Journal, type JournalFailed, type Conflict } from "../journal/Journal.ts"

/** The stream of one run: its events so far, folded, and the only way to add to them. */
export interface RunLog {
  readonly run: string
  readonly state: RunState
  /** One after the other, whoever calls; all events of a call or none. */
  readonly append: (events: ReadonlyArray<Event>) => Effect.Effect<void, Conflict | JournalFailed>
  /** Ends once somebody wants no more of the run. */
  readonly cancelled: Effect.Effect<void>
}

const make = Effect.fnUntraced(function* (run: string, state: RunState, from: number) {
  const journal = yield* Journal
  const turn = yield* Effect.makeSemaphore(1)
  const cancelled = yield* Deferred.make<void>()
  const tell = Effect.suspend(() => (state.cancelledBy === null ? Effect.void : Deferred.succeed(cancelled, undefined)))
  yield* tell
  let version = from
  // What was handed to the journal is written whatever becomes of the caller, and has to count here, too.
  const append = (events: ReadonlyArray<Event>) =>
    Effect.gen(function* () {
      if (events.length === 0) return
      version = yield* journal.append(run, version, events)
      const at = yield* Clock.currentTimeMillis
      for (const event of events) apply(state, event, at)
      yield* tell
    }).pipe(Effect.uninterruptible, turn.withPermits(1))
  const log: RunLog = { run, state, append, cancelled: Deferred.await(cancelled) }
  return log
})

/** The log of a run that begins. */
export const begin = (run: string) => make(run, emptyRun(), 0)

/** The log of a run that is in the journal. */
export const open = Effect.fnUntraced(function* (run: string) {
  const journal = yield* Journal
  const state = emptyRun()
  let version = 0
  yield* Stream.runForEachChunk(journal.read({ after: 0, stream: run }), (page) =>
    Effect.sync(() => {
      for (const recorded of page) {
        apply(state, recorded.event, recorded.at)
        version = recorded.version
      }
    })
  )
  return yield* make(run, state, version)
})
