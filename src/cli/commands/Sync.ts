import * as Terminal from "@effect/platform/Terminal"
import { Effect } from "effect"
import { engine } from "../../Layers.ts"
import type { Loaded } from "../../services/ConfigFile.ts"
import { Reconciler } from "../../services/Reconciler.ts"
import { Output } from "../Output.ts"
import { watched } from "../Progress.ts"
import { renderPlan } from "../RenderPlan.ts"
import { reportOf } from "../RunReport.ts"
import { exitOf, report } from "./Apply.ts"

/** Asks on a terminal; elsewhere nobody could answer, so starting the command is the answer. */
const confirmed = Effect.fnUntraced(function* (yes: boolean) {
  const output = yield* Output
  if (yes || !output.live) return true
  const terminal = yield* Terminal.Terminal
  yield* terminal.display("Apply this plan? [y/N] ")
  return /^y(es)?$/i.test((yield* terminal.readLine).trim())
})

/** First finishes what a crash left open, then plans and applies. 0: in step; 3: something was left undone; 1: nothing was done. */
export const run = (
  loaded: Loaded,
  options: { readonly yes: boolean; readonly approveRemovals: boolean; readonly full: boolean }
) =>
  Effect.gen(function* () {
    const output = yield* Output
    const reconciler = yield* Reconciler
    for (const applied of yield* watched(reconciler.resume)) {
      yield* output.note(`Finished run ${applied.run}, which was left open: ${applied.outcome}`)
    }
    const { approveRemovals, full, yes } = options
    const planned = yield* watched(reconciler.plan({ trigger: "sync", approveRemovals, full }))
    const found = yield* reportOf(planned.run)
    if (planned.operations === 0) {
      yield* output.result(found, () => renderPlan(found, output.colors))
      return planned.whole ? 0 : 3
    }
    yield* output.note(renderPlan(found, output.colors))
    if (!(yield* confirmed(yes))) {
      yield* output.result(found, () => `Not applied. Apply it with: proxledger apply ${planned.run}`)
      return 3
    }
    const applied = yield* watched(reconciler.apply(planned.run))
    yield* report(applied)
    return exitOf(applied)
  }).pipe(Effect.provide(engine(loaded)))
