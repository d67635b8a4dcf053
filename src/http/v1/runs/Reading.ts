import { Effect } from "effect"
import { Audit } from "../../../journal/Audit.ts"
import { Projections, type RunRow } from "../../../journal/Projections.ts"
import { RunNotFound } from "../../../services/Runs.ts"
import type { OperationParams, RunDetail, RunPage } from "./Api.ts"
import { findingsOf } from "./Findings.ts"
import { operationOf } from "./Operation.ts"
import { runOf } from "./Run.ts"

export const rowOf = Effect.fn("Runs.row")(function* (run: string) {
  const projections = yield* Projections
  const row = yield* projections.run(run)
  return yield* Effect.catchTag(row, "NoSuchElementException", () => new RunNotFound({ run }))
})

/** Newest first. */
export const pageOfRuns = Effect.fn("Runs.page")(function* (options: {
  readonly state?: RunRow["state"]
  readonly mode?: RunRow["trigger"]
  readonly cursor?: string
  readonly limit: number
}) {
  const { cursor, limit, mode, state } = options
  const projections = yield* Projections
  const rows = yield* projections.runs(limit + 1, {
    ...(cursor === undefined ? {} : { before: cursor }),
    ...(state === undefined ? {} : { state }),
    ...(mode === undefined ? {} : { trigger: mode })
  })
  const last = rows[limit - 1]
  const page: typeof RunPage.Type = {
    items: rows.slice(0, limit).map(runOf),
    next: rows.length > limit && last !== undefined ? last.run : null
  }
  return page
})

/** A run with what it found and a page of its operations. */
export const detailOf = Effect.fn("Runs.detail")(function* (
  run: string,
  { cursor, limit, state }: typeof OperationParams.Type
) {
  const audit = yield* Audit
  const row = yield* rowOf(run)
  const { items, next } = yield* audit.operations({
    run,
    // The first operation is number 0.
    after: cursor ?? -1,
    limit,
    ...(state === undefined ? {} : { state })
  })
  const detail: typeof RunDetail.Type = {
    ...runOf(row),
    findings: yield* findingsOf(run, row.sources),
    page: { items: items.map(operationOf), next: next === null ? null : String(next) }
  }
  return detail
})
