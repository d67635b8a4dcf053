import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { ask, changeLogHead } from "../support/State.ts"
import type { Case } from "./Case.ts"
import { ct, vm } from "./Guests.ts"
import { edit, machine, machines, make, names, quiet, remove, rows, synced, writes } from "./World.ts"
import { sync } from "../support/Sync.ts"

/** What is known stays known: by the journal, by NetBox itself, and over all pages of it. */
export const quietCases: ReadonlyArray<Case> = [
  {
    number: 1,
    title: "a second run writes nothing and leaves no row in NetBox's change log",
    real: true,
    estates: { lab: { guests: 5, seed: 3 } },
    run: (world) =>
      Effect.gen(function* () {
        const first = yield* synced
        assert.isAbove(first.mutating, 0)
        const head = yield* Effect.promise(() => changeLogHead(world.netbox))
        for (const _ of [1, 2]) assert.strictEqual((yield* sync).mutating, 0)
        assert.strictEqual(yield* Effect.promise(() => changeLogHead(world.netbox)), head)
      })
  },
  {
    number: 66,
    title: "custom fields of a plugin come and go: nothing is written, and a lost journal finds all by proxledger_uid",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        yield* world.proxmox.addGuest(vm(101, "web", { ips: ["10.0.0.5/24"] }))
        yield* synced
        const fields = yield* Effect.forEach(["proxmox_node", "proxmox_storage"], (name) =>
          make(world, "extras.customfield", { name, type: "text", object_types: [machines] })
        )
        const { id } = yield* machine(world, "web")
        yield* edit(world, machines, id, { name: "shop", custom_fields: { proxmox_node: "pve2" } })
        yield* quiet(world)
        yield* Effect.forEach(fields, (field) => remove(world, "extras.customfield", field))
        yield* quiet(world)
        const lost = yield* sync.pipe(Effect.provide(world.engine()))
        assert.deepStrictEqual(writes(lost), [])
        assert.deepStrictEqual(yield* names(world), ["shop"])
      })
  },
  {
    number: 67,
    title: "a lost journal is made again from NetBox: nothing is created, nothing is written",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        yield* world.proxmox.addGuest(
          vm(101, "web", { ips: ["10.0.0.5/24", "2001:db8::5/64"], config: { tags: "prod", description: "the shop" } })
        )
        yield* world.proxmox.addGuest(ct(102, "proxy", { ips: ["10.0.0.6/24"] }))
        yield* world.proxmox.addGuest(vm(103, "web"))
        yield* synced
        const head = yield* Effect.promise(() => changeLogHead(world.netbox))
        yield* Effect.gen(function* () {
          const again = yield* sync
          assert.deepStrictEqual(writes(again), [])
          assert.strictEqual(again.mutating, 0)
          yield* quiet(world)
          yield* world.proxmox.updateGuest(101, { memory: "4096" })
          assert.deepStrictEqual(writes(yield* synced), ["update virtualmachine lab/101 memory"])
          yield* world.proxmox.updateGuest(101, { memory: "2048" })
          yield* synced
        }).pipe(Effect.provide(world.engine()))
        assert.isAbove(yield* Effect.promise(() => changeLogHead(world.netbox)), head)
      })
  },
  {
    number: 68,
    title: "of 1,001 machines on pages of 1,000 none is missed",
    netbox: { pageSize: 1000 },
    run: (world) =>
      Effect.gen(function* () {
        const type = yield* make(world, "virtualization.clustertype", { name: "Proxmox", slug: "proxmox" })
        const cluster = yield* make(world, "virtualization.cluster", { name: "lab-cluster", type })
        const bodies = Array.from({ length: 1001 }, (_, index) => ({ name: `machine-${index + 1}`, cluster }))
        yield* Effect.promise(() => ask(world.netbox, "POST", "/api/virtualization/virtual-machines/", bodies))
        yield* world.proxmox.addGuest(vm(101, "machine-1"))
        yield* world.proxmox.addGuest(vm(102, "machine-1001"))
        const run = yield* synced
        assert.notInclude(writes(run).join("\n"), "create virtualmachine lab/")
        assert.lengthOf(yield* rows(world, machines), 1001)
      })
  }
]
