import { Effect, Stream } from "effect"
import type { By } from "../domain/By.ts"
import type { Event, EventOf } from "../domain/Event.ts"
import { type Conflict, Journal, type JournalFailed } from "../journal/Journal.ts"
import type { Changed } from "./Database.ts"

const stream = "configuration"

/** The journal of what is configured, one stream. Versions count its events. */
export interface Configured {
  /** Appends what a change did after the event `version`, and returns the version of its last event. */
  readonly append: (version: number, changed: ReadonlyArray<Changed>, by: By) => Effect.Effect<number, JournalFailed>
  /**
   * Says of every event after `version` that it was not kept, and returns the version of the last one. Null is a database that
   * knows of none, as a new one beside an old journal: nothing is said then.
   */
  readonly undo: (version: number | null) => Effect.Effect<number, JournalFailed>
}

const eventOf =
  ({ actor, requestId }: By) =>
  (changed: Changed): Event => ({ _tag: "ConfigurationChanged", ...changed, actor, requestId })

export const make = Effect.map(Journal, (journal): Configured => {
  /** The stream is this process's alone, so that the version found is the right one, as after a journal was lost. */
  const appendAt = (version: number, events: ReadonlyArray<Event>) =>
    journal.append(stream, version, events).pipe(
      Effect.catchTag("Conflict", ({ actual }) => journal.append(stream, actual, events)),
      Effect.catchTag("Conflict", (conflict: Conflict) => Effect.die(conflict))
    )

  return {
    append: (version, changed, by) => appendAt(version, changed.map(eventOf(by))),
    undo: Effect.fnUntraced(function* (version) {
      const kept: Array<EventOf<"ConfigurationChanged">> = []
      let last = 0
      yield* Stream.runForEach(journal.read({ after: 0, stream }), ({ event, version: at }) =>
        Effect.sync(() => {
          last = at
          if (version === null || at <= version || event._tag !== "ConfigurationChanged") return
          if (event.change !== "undone") kept.push(event)
        })
      )
      if (kept.length === 0) return last
      return yield* appendAt(
        last,
        kept.reverse().map((event) => ({ ...event, change: "undone" }))
      )
    })
  }
})
