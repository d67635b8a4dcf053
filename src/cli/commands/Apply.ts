import * as FileSystem from "@effect/platform/FileSystem"
import { Effect } from "effect"
import { engine } from "../../Layers.ts"
import { Projections } from "../../journal/Projections.ts"
import type { Loaded } from "../../services/ConfigFile.ts"
import { type Applied, Reconciler } from "../../services/Reconciler.ts"
import { Output } from "../Output.ts"
import { readPlanFile } from "../PlanFile.ts"
import { watched } from "../Progress.ts"
import { renderApplied } from "../RenderRun.ts"

/** 0: everything was done; 3: something was not; 1: nothing was. */
export const exitOf = ({ outcome }: Applied): number => (outcome === "succeeded" ? 0 : outcome === "partial" ? 3 : 1)

/** Shows the end of a run, with every operation that did not succeed. */
export const report = Effect.fn("Apply.report")(function* (applied: Applied) {
  const output = yield* Output
  const operations = yield* (yield* Projections).operations(applied.run)
  const lost = operations.filter(({ state }) => state !== "ok")
  yield* output.result({ ...applied, undone: lost }, () => renderApplied(applied, operations, output.colors))
  return exitOf(applied)
})

/** `plan`: the path of a plan file, or the id of a run. */
export const run = (loaded: Loaded, plan: string) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const isFile = yield* Effect.orElseSucceed(files.exists(plan), () => false)
    const sealed = isFile
      ? yield* Effect.flatten(Effect.map(files.readFileString(plan), (text) => readPlanFile(plan, text)))
      : { run: plan, digest: undefined }
    return yield* Effect.gen(function* () {
      const reconciler = yield* Reconciler
      return yield* report(yield* watched(reconciler.apply(sealed.run, sealed.digest)))
    }).pipe(Effect.provide(engine(loaded)))
  })
