import { Effect, Option, RcMap, type Scope, Stream } from "effect"
import type { Recorded } from "../../../../domain/Event.ts"
import type { JournalFailed } from "../../../../journal/Journal.ts"
import { Projections } from "../../../../journal/Projections.ts"
import { type RunNotFound, Runs } from "../../../../services/Runs.ts"
import { stepwise } from "../../../../services/Stepwise.ts"
import { Draft, type Script, scriptOf } from "../frames/Script.ts"

/** A run up to its seal, or up to where it came to rest before. */
export interface Opening {
  /** Its events but for the planned operations, which are in the script. */
  readonly events: ReadonlyArray<Recorded>
  /** None where it was never sealed. */
  readonly script: Option.Option<Script>
  /** The last sequence number of it. */
  readonly seq: number
}

/** Openings are read once for all who follow a run, and kept for so long after the last of them. */
const idle = "30 seconds"

export class Scripts extends Effect.Service<Scripts>()("proxledger/LegacyScripts", {
  scoped: Effect.gen(function* () {
    const runs = yield* Runs
    const projections = yield* Projections

    const read = Effect.fn("Scripts.read")(function* (run: string) {
      const draft = new Draft()
      const events: Array<Recorded> = []
      let seq = 0
      const isSealed = ({ event }: Recorded) => event._tag === "PlanSealed"
      yield* Stream.runForEachChunk(Stream.takeUntil(runs.events(run, 0), isSealed), (page) =>
        Effect.sync(() => {
          for (const recorded of page) {
            draft.take(recorded.event)
            if (recorded.event._tag !== "OperationPlanned") events.push(recorded)
            seq = recorded.seq
          }
        })
      )
      const last = events.at(-1)
      if (last === undefined || !isSealed(last)) return { events, script: Option.none(), seq } satisfies Opening
      const known = { bindings: yield* projections.bindings, baselines: yield* projections.baselines }
      const script = yield* stepwise(scriptOf(run, draft, known))
      return { events, script: Option.some(script), seq } satisfies Opening
    })

    const openings = yield* RcMap.make({ lookup: read, idleTimeToLive: idle })

    /** Waits until the run is sealed, or at rest. */
    const opening = (run: string): Effect.Effect<Opening, RunNotFound | JournalFailed, Scope.Scope> =>
      RcMap.get(openings, run).pipe(
        // What is not sealed goes on one day.
        Effect.tap(({ script }) => (Option.isNone(script) ? RcMap.invalidate(openings, run) : Effect.void)),
        Effect.tapError(() => RcMap.invalidate(openings, run))
      )
    return { opening }
  })
}) {}
