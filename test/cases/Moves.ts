import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { Case } from "./Case.ts"
import { eth0, uuid, vm } from "./Guests.ts"
import {
  addresses,
  clusters,
  devices,
  disks,
  guestAddresses,
  interfaces,
  machine,
  machines,
  make,
  row,
  rows,
  rowsWith,
  synced,
  writes
} from "./World.ts"

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
    number: 16,
    title: "a guest that migrates to a node at another site gets device and site in one write",
    real: true,
    rules: [
      { name: "east", match: { node: "^pve1$" }, set: { site: "east" } },
      { name: "west", match: { node: "^pve2$" }, set: { site: "west" } }
    ],
    run: (world) =>
      Effect.gen(function* () {
        for (const [name, slug] of [
          ["East", "east"],
          ["West", "west"]
        ] as const) {
          yield* make(world, "dcim.site", { name, slug })
        }
        yield* world.proxmox.addGuest(vm(101, "web"))
        yield* synced
        assert.deepInclude(yield* row(world, clusters, { name: "lab-cluster" }), { scope_type: null })
        assert.deepStrictEqual(
          (yield* rows(world, devices)).map((one) => [one["name"], one["site"]]),
          [
            ["pve1", "East"],
            ["pve2", "West"]
          ]
        )
        assert.deepInclude(yield* machine(world, "web"), { device: "pve1", site: "East" })
        yield* world.proxmox.migrate(101, "pve2")
        const run = yield* synced
        assert.deepStrictEqual(
          run.operations.map(({ changes, ref }) => [ref, changes.map(({ field }) => field).sort()]),
          [["virtualization.virtualmachine:lab/101", ["device", "site"]]]
        )
        assert.strictEqual(run.mutating, 1)
        assert.deepInclude(yield* machine(world, "web"), { device: "pve2", site: "West" })
      })
  },
  {
    number: 17,
    title:
      "a guest that goes to another cluster under another vmid stays the machine it was, with all that hangs on it",
    real: true,
    estates: { east: { block: 1 }, west: { block: 2, nodes: ["node1", "node2"] } },
    run: (world) =>
      Effect.gen(function* () {
        yield* world.cluster("east").addGuest(vm(101, "web", { ips: ["10.0.0.5/24"] }))
        yield* world.cluster("east").addGuest(vm(102, "app"))
        yield* synced
        const before = yield* machine(world, "web")
        const children = Effect.forEach([interfaces, disks], (kind) =>
          Effect.map(rowsWith(world, kind, { virtual_machine: "web" }), (found) => found.map(({ id }) => id))
        )
        const held = yield* children
        const address = yield* row(world, addresses, { address: "10.0.0.5/24" })
        const { config } = vm(101, "web")
        yield* world.cluster("east").removeGuest(101)
        yield* world.cluster("west").addGuest({
          ...vm(202, "web", { node: "node1", interfaces: [eth0(101, "10.0.0.5/24")] }),
          config: { ...config, scsi0: "local-lvm:vm-202-disk-0,size=32G" }
        })
        const run = yield* synced
        assert.notMatch(writes(run).join("\n"), /create (virtualmachine|vminterface|virtualdisk|ipaddress|macaddress) /)
        assert.deepInclude(yield* machine(world, "web"), {
          id: before.id,
          cluster: "west-cluster",
          device: "node1",
          status: "active",
          serial: uuid(101)
        })
        assert.deepInclude((yield* machine(world, "web"))["custom_fields"], { proxledger_uid: "west/202" })
        assert.deepStrictEqual(yield* children, held)
        assert.strictEqual((yield* row(world, addresses, { address: "10.0.0.5/24" })).id, address.id)
        assert.lengthOf(yield* guestAddresses(world), 1)
        assert.lengthOf(yield* rows(world, machines), 2)
      })
  }
]
