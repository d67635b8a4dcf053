import { Chunk, Effect, Option, Stream } from "effect"
import type { Recorded } from "../../../../src/domain/Event.ts"
import { atOnce } from "../../../../src/domain/Steps.ts"
import {
  beginning,
  isBehind,
  type Numbered,
  numbered,
  type Position
} from "../../../../src/http/legacy/sync/frames/Position.ts"
import { completion, type Ending } from "../../../../src/http/legacy/sync/frames/Ending.ts"
import { Narrator } from "../../../../src/http/legacy/sync/frames/Narrator.ts"
import { Draft, type Script, scriptOf } from "../../../../src/http/legacy/sync/frames/Script.ts"
import { stageNames } from "../../../../src/http/legacy/sync/frames/Stage.ts"
import type { Telling } from "../../../../src/http/legacy/sync/frames/Teller.ts"
import { Journal } from "../../../../src/journal/Journal.ts"
import { Projections } from "../../../../src/journal/Projections.ts"

export const fullUpdate: Telling = {
  title: "full-update",
  stages: stageNames,
  eachGuest: false,
  eachObject: false,
  dryRun: false,
  runId: null
}

/** What the journal holds of a run. */
export const recordedOf = Effect.fnUntraced(function* (run: string) {
  const journal = yield* Journal
  return Chunk.toReadonlyArray(yield* Stream.runCollect(journal.read({ after: 0, stream: run })))
})

export const draftOf = (events: ReadonlyArray<Recorded>): Draft => {
  const draft = new Draft()
  for (const { event } of events) draft.take(event)
  return draft
}

/** The script of a run that was sealed. */
export const scriptFor = Effect.fnUntraced(function* (events: ReadonlyArray<Recorded>) {
  const projections = yield* Projections
  const known = { bindings: yield* projections.bindings, baselines: yield* projections.baselines }
  return atOnce(scriptOf(events[0]?.stream ?? "", draftOf(events), known))
})

export interface Narrated {
  readonly frames: ReadonlyArray<Numbered>
  readonly ending: Option.Option<Ending>
}

/** Everything that is told of these events after a position; `complete` has no objects of NetBox. */
export const narrate = (
  events: ReadonlyArray<Recorded>,
  script: Script,
  telling: Telling,
  position: Position = beginning
): Narrated => {
  const narrator = new Narrator(telling)
  const frames: Array<Numbered> = []
  for (const recorded of events) {
    const wasOver = narrator.ending !== undefined
    const told = narrator.tell(recorded, recorded.event._tag === "PlanSealed" ? script : undefined)
    const { ending } = narrator
    const last = !wasOver && ending !== undefined ? [completion(ending, telling, {})] : []
    frames.push(...numbered(recorded.seq, [...told, ...last]).filter(({ id }) => !isBehind(position, id)))
  }
  return { frames, ending: Option.fromNullable(narrator.ending) }
}
