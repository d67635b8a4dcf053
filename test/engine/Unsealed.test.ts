import { assert, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import * as SimulatedNetBox from "../../src/demo/SimulatedNetBox.ts"
import * as SimulatedProxmox from "../../src/demo/SimulatedProxmox.ts"
import { Journal } from "../../src/journal/Journal.ts"
import { Projections } from "../../src/journal/Projections.ts"
import { Reconciler } from "../../src/services/Reconciler.ts"
import { engine } from "../support/Engine.ts"
import { planned, started } from "../journal/events.ts"

it.scopedLive("a run that died before its plan was sealed is void, and is not resumed", () =>
  Effect.gen(function* () {
    const netbox = yield* SimulatedNetBox.make({})
    const proxmox = yield* SimulatedProxmox.make({ name: "lab", nodes: 1, guests: 2, seed: 5 })
    yield* Effect.gen(function* () {
      const journal = yield* Journal
      yield* journal.append("dead", 0, [started(), planned(0, "create", "dcim.site:a")])
      const reconciler = yield* Reconciler
      assert.deepStrictEqual(yield* reconciler.resume, [])
      const row = Option.getOrThrow(yield* (yield* Projections).run("dead"))
      assert.deepInclude(row, { state: "completed", outcome: "cancelled", ok: 0 })
      assert.strictEqual((yield* netbox.requests).filter(({ method }) => method !== "GET").length, 0)
      const refused = yield* Effect.flip(reconciler.apply("dead"))
      assert.strictEqual(refused._tag, "PlanUnusable")
    }).pipe(Effect.provide(engine({ netbox, proxmox })))
  })
)
