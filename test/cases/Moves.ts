import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { Case } from "./Case.ts"
import { vm } from "./Guests.ts"
import { machine, rows, machines, synced, writes } from "./World.ts"

/** Guests that go from node to node and from cluster to cluster. */
export const moveCases: ReadonlyArray<Case> = [
  {
    number: 15,
    title: "a guest that migrates gets another device, and nothing else",
    run: (world) =>
      Effect.gen(function* () {
        yield* world.proxmox.addGuest(vm(101, "web", { ips: ["10.0.0.5/24"] }))
        yield* synced
        const before = yield* machine(world, "web")
        assert.strictEqual(before["device"], "pve1")
        yield* world.proxmox.migrate(101, "pve2")
        const run = yield* synced
        assert.deepStrictEqual(writes(run), ["update virtualmachine lab/101 device"])
        assert.strictEqual(run.mutating, 1)
        const changed = { device: "pve2", last_updated: null }
        assert.deepStrictEqual(
          (yield* rows(world, machines)).map((one) => ({ ...one, last_updated: null })),
          [{ ...before, ...changed }]
        )
      })
  }
]
