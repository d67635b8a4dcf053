import * as FileSystem from "@effect/platform/FileSystem"
import { Effect } from "effect"
import { engine } from "../../Layers.ts"
import type { Loaded } from "../../services/ConfigFile.ts"
import { Reconciler } from "../../services/Reconciler.ts"
import { Output } from "../Output.ts"
import { planFile } from "../PlanFile.ts"
import { watched } from "../Progress.ts"
import { renderPlan } from "../RenderPlan.ts"
import { reportOf } from "../RunReport.ts"

/** 0: nothing to do; 2: there are changes. */
export const run = (
  loaded: Loaded,
  options: { readonly out: string | undefined; readonly approveRemovals: boolean; readonly full: boolean }
) =>
  Effect.gen(function* () {
    const output = yield* Output
    const reconciler = yield* Reconciler
    const { approveRemovals, full, out } = options
    const planned = yield* watched(reconciler.plan({ trigger: "plan", approveRemovals, full }))
    const report = yield* reportOf(planned.run)
    if (out !== undefined) {
      const files = yield* FileSystem.FileSystem
      yield* files.writeFileString(out, planFile(report, planned.digest))
    }
    yield* output.result(report, () => renderPlan(report, output.colors))
    if (report.operations.length === 0) return 0
    yield* output.note(`Apply it with: proxledger apply ${out ?? planned.run}`)
    return 2
  }).pipe(Effect.provide(engine(loaded)))
