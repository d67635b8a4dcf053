import { Effect } from "effect"
import { engine } from "../../Layers.ts"
import type { Loaded } from "../../services/ConfigFile.ts"
import { Reconciler } from "../../services/Reconciler.ts"
import { Output } from "../Output.ts"
import { watched } from "../Progress.ts"
import { exitOf, report } from "./Apply.ts"

export const run = (loaded: Loaded) =>
  Effect.gen(function* () {
    const output = yield* Output
    const reconciler = yield* Reconciler
    const resumed = yield* watched(reconciler.resume)
    if (resumed.length === 0) {
      yield* output.result([], () => "No run is open")
      return 0
    }
    for (const applied of resumed) yield* report(applied)
    return Math.max(...resumed.map(exitOf))
  }).pipe(Effect.provide(engine(loaded)))
