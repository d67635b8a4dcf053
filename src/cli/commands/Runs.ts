import { Effect, Option } from "effect"
import { Projections } from "../../journal/Projections.ts"
import { journalReadOnly } from "../../Layers.ts"
import type { Loaded } from "../../services/ConfigFile.ts"
import { PlanUnusable } from "../../services/RunErrors.ts"
import { Output } from "../Output.ts"
import { renderPlan } from "../RenderPlan.ts"
import { renderRun, renderRuns } from "../RenderRun.ts"
import { reportOf } from "../RunReport.ts"

export const list = (loaded: Loaded, limit: number) =>
  Effect.gen(function* () {
    const output = yield* Output
    const runs = yield* (yield* Projections).runs(limit)
    yield* output.result(runs, () => renderRuns(runs, output.colors))
    return 0
  }).pipe(Effect.provide(journalReadOnly(loaded)))

/** One run: what was planned, what was seen and left, and what became of every operation. */
export const show = (loaded: Loaded, run: string) =>
  Effect.gen(function* () {
    const output = yield* Output
    const projections = yield* Projections
    const row = yield* projections.run(run)
    if (Option.isNone(row)) {
      return yield* new PlanUnusable({ plan: run, detail: "is not in this journal; `proxledger runs` lists what is" })
    }
    const operations = yield* projections.operations(run)
    const report = yield* reportOf(run)
    yield* output.result({ ...report, run: row.value, operations, planned: report.operations }, () =>
      [renderPlan(report, output.colors), "", renderRun(row.value, operations, output.colors)].join("\n")
    )
    return 0
  }).pipe(Effect.provide(journalReadOnly(loaded)))
