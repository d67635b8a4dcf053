import { Effect, Stream } from "effect"
import type { EventOf, Gap } from "../domain/Event.ts"
import { Journal } from "../journal/Journal.ts"

/** How one side was read. */
export type Reading = Pick<EventOf<"TargetObserved">, "read" | "why" | "again"> & { readonly side: string }

/** All that one run's events tell a reader. */
export interface RunReport {
  readonly run: string
  readonly digest: string | null
  readonly operations: ReadonlyArray<EventOf<"OperationPlanned">>
  readonly drifts: EventOf<"DriftFound">["drifts"]
  readonly conflicts: ReadonlyArray<EventOf<"ConflictFound">>
  readonly warnings: ReadonlyArray<EventOf<"WarningRaised">>
  readonly held: ReadonlyArray<EventOf<"RemovalsHeld">>
  readonly unavailable: ReadonlyArray<EventOf<"SourceUnavailable">>
  readonly gaps: ReadonlyArray<Gap & { readonly source: string }>
  readonly readings: ReadonlyArray<Reading>
}

export const reportOf = Effect.fn("RunReport.of")(function* (run: string) {
  const journal = yield* Journal
  let digest: string | null = null
  const operations: Array<EventOf<"OperationPlanned">> = []
  const drifts: Array<EventOf<"DriftFound">["drifts"][number]> = []
  const conflicts: Array<EventOf<"ConflictFound">> = []
  const warnings: Array<EventOf<"WarningRaised">> = []
  const held: Array<EventOf<"RemovalsHeld">> = []
  const unavailable: Array<EventOf<"SourceUnavailable">> = []
  const gaps: Array<Gap & { readonly source: string }> = []
  const readings: Array<Reading> = []
  const collected: ReadonlyArray<Array<unknown>> = [
    operations,
    drifts,
    conflicts,
    warnings,
    held,
    unavailable,
    gaps,
    readings
  ]
  const note = (side: string, { again, read, why }: Omit<Reading, "side">) => readings.push({ side, read, why, again })
  yield* Stream.runForEach(journal.read({ after: 0, stream: run }), ({ event }) =>
    Effect.sync(() => {
      switch (event._tag) {
        case "StageEntered":
          // A plan that is made again begins with what is seen.
          if (event.stage === "observe") for (const found of collected) found.length = 0
          break
        case "OperationPlanned":
          operations.push(event)
          break
        case "DriftFound":
          drifts.push(...event.drifts)
          break
        case "ConflictFound":
          conflicts.push(event)
          break
        case "WarningRaised":
          warnings.push(event)
          break
        case "RemovalsHeld":
          held.push(event)
          break
        case "SourceUnavailable":
          unavailable.push(event)
          break
        case "TargetObserved":
          note("netbox", event)
          break
        case "SourceObserved":
          note(event.source, event)
          gaps.push(...event.gaps.map((gap) => ({ ...gap, source: event.source })))
          break
        case "PlanSealed":
          digest = event.digest
          break
        default:
          break
      }
    })
  )
  const report: RunReport = { run, digest, operations, drifts, conflicts, warnings, held, unavailable, gaps, readings }
  return report
})
