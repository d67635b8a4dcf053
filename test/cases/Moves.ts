import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { Case } from "./Case.ts"
import { vm } from "./Guests.ts"
import { clusters, devices, edit, machine, machines, make, quiet, refusal, row, rows, synced, writes } from "./World.ts"

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
  },
  {
    number: 65,
    title:
      "a cluster that an operator moves to another site: NetBox demands clear, move, set; machines follow, nothing is put back",
    real: true,
    estates: { lab: { settings: { site: "east" } } },
    run: (world) =>
      Effect.gen(function* () {
        yield* make(world, "dcim.site", { name: "East", slug: "east" })
        const west = yield* make(world, "dcim.site", { name: "West", slug: "west" })
        yield* world.proxmox.addGuest(vm(101, "web"))
        yield* synced
        const { id } = yield* row(world, clusters, { name: "lab-cluster" })
        assert.strictEqual((yield* machine(world, "web"))["site"], "East")
        const scope = { scope_type: "dcim.site", scope_id: west }
        assert.match(yield* refusal(world, clusters, id, scope), /400/)
        yield* edit(world, clusters, id, { scope_type: null, scope_id: null })
        for (const device of yield* rows(world, devices)) yield* edit(world, devices, device.id, { site: west })
        yield* edit(world, clusters, id, scope)
        assert.strictEqual((yield* machine(world, "web"))["site"], "West")
        yield* quiet(world)
        yield* world.proxmox.addGuest(vm(102, "app", { node: "pve2" }))
        yield* synced
        assert.deepInclude(yield* machine(world, "app"), { site: "West", device: "pve2" })
        assert.deepStrictEqual(
          (yield* rows(world, devices)).map((one) => one["site"]),
          ["West", "West"]
        )
      })
  }
]
