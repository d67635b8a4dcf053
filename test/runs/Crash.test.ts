import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as SimulatedNetBox from "../../src/demo/SimulatedNetBox.ts"
import * as SimulatedProxmox from "../../src/demo/SimulatedProxmox.ts"
import { layerReadOnly } from "../../src/journal/JournalSqlite.ts"
import { Projections } from "../../src/journal/Projections.ts"
import { child } from "../journal/child.ts"
import { fresh, inFile } from "../journal/files.ts"
import { engine } from "../support/Engine.ts"
import { changeLogHead, stateOf } from "../support/State.ts"
import { sync } from "../support/Sync.ts"

const estate = Effect.all({
  // Slow enough that a run is still under way when whoever follows it hears of a moment, however fast the disk is.
  netbox: SimulatedNetBox.make({ latency: 60 }),
  proxmox: SimulatedProxmox.make({ name: "lab-cluster", nodes: 2, guests: 30, seed: 11 })
})

/** After so many of an event the process is killed. */
const moments = [
  ["while it observes", "StageEntered", 1],
  ["when its plan is sealed", "PlanSealed", 1],
  ["while it writes", "OperationsDispatched", 3]
] as const

describe("a service that is killed", () => {
  for (const [moment, tag, count] of moments) {
    it.scopedLive(`${moment} goes on by itself with its run, the same one`, () =>
      Effect.gen(function* () {
        const { netbox, proxmox } = yield* estate
        const file = fresh()
        const address = [netbox.url, netbox.token, proxmox.urls[0] ?? "", proxmox.token, file]
        let seen = 0
        const killed = yield* child("../runs/service.ts", [...address, "start"], {
          line: (line, kill) => {
            if (line === tag && ++seen === count) kill()
          }
        })
        assert.strictEqual(killed.signal, "SIGKILL", killed.errors)
        const run = killed.lines.find((line) => line.startsWith("run "))?.slice(4)
        const active = yield* Effect.provide(
          Effect.gen(function* () {
            const projections = yield* Projections
            return [...(yield* projections.unsealedRuns), ...(yield* projections.openRuns)]
          }),
          layerReadOnly(file)
        )
        assert.deepStrictEqual(
          active.map((row) => row.run),
          [run]
        )
        const restarted = yield* child("../runs/service.ts", [...address, "follow"])
        assert.strictEqual(restarted.code, 0, restarted.errors)
        assert.deepStrictEqual(restarted.lines.slice(0, 2), [`active ${run}`, `run ${run}`])
        assert.strictEqual(restarted.lines.at(-1), "RunCompleted")
        const rows = yield* Effect.provide(
          Effect.flatMap(Projections, (projections) => projections.runs(10)),
          layerReadOnly(file)
        )
        assert.deepStrictEqual(
          rows.map(({ outcome, run }) => [run, outcome]),
          [[run ?? "", "succeeded"]]
        )
        const head = yield* Effect.promise(() => changeLogHead(netbox))
        const quiet = yield* Effect.provide(sync, engine({ netbox, proxmox, journal: inFile(file) }))
        assert.strictEqual(quiet.operations.length, 0)
        assert.strictEqual(yield* Effect.promise(() => changeLogHead(netbox)), head)

        const calm = yield* SimulatedNetBox.make({})
        yield* Effect.provide(sync, engine({ netbox: calm, proxmox }))
        assert.deepStrictEqual(yield* Effect.promise(() => stateOf(netbox)), yield* Effect.promise(() => stateOf(calm)))
      })
    )
  }
})
