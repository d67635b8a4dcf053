import { assert } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { NetBox } from "../../src/services/NetBox.ts"
import { Reconciler } from "../../src/services/Reconciler.ts"
import { events, failures, of, sync } from "../support/Sync.ts"
import type { Case } from "./Case.ts"
import { eth0, vm } from "./Guests.ts"
import {
  addresses,
  clusters,
  disks,
  edit,
  guestAddresses,
  interfaces,
  machine,
  machines,
  macs,
  make,
  names,
  remove,
  row,
  rows,
  synced,
  tags,
  writes
} from "./World.ts"

const plan = Effect.gen(function* () {
  const { run } = yield* (yield* Reconciler).plan({ trigger: "sync", approveRemovals: false })
  return run
})

const apply = (run: string) => Effect.flatMap(Reconciler, (reconciler) => reconciler.apply(run))

/** What happens to requests when NetBox changes under way, answers late, or not at all. */
export const writeCases: ReadonlyArray<Case> = [
  {
    number: 58,
    title:
      "a machine deleted by hand before it is written: it is named, the others are written, the next run makes it again",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        for (const vmid of [101, 102]) {
          yield* world.proxmox.addGuest(vm(vmid, `web-${vmid}`, { ips: [`10.0.0.${vmid}/24`] }))
        }
        yield* synced
        for (const vmid of [101, 102]) yield* world.proxmox.updateGuest(vmid, { memory: "4096" })
        const run = yield* plan
        yield* remove(world, machines, (yield* machine(world, "web-101")).id)
        const applied = yield* apply(run)
        assert.deepInclude(applied, { outcome: "partial", ok: 1, failed: 1 })
        const [failure = "", ...more] = yield* failures(run)
        assert.deepStrictEqual(more, [])
        assert.match(failure, /^failed update virtualization\.virtualmachine:lab\/101: /)
        assert.strictEqual((yield* machine(world, "web-102"))["memory"], 4096)
        const healed = yield* synced
        assert.include(writes(healed), "create virtualmachine lab/101")
        assert.strictEqual((yield* machine(world, "web-101"))["memory"], 4096)
        assert.lengthOf(yield* guestAddresses(world), 2)
      })
  },
  {
    number: 59,
    title:
      "an interface deleted by hand before its address is made: that one fails, the others do not, the next run heals it",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        for (const vmid of [101, 102]) yield* world.proxmox.addGuest(vm(vmid, `web-${vmid}`))
        yield* synced
        for (const vmid of [101, 102]) yield* world.proxmox.setInterfaces(vmid, [eth0(vmid, `10.0.0.${vmid}/24`)])
        const run = yield* plan
        const nic = yield* row(world, interfaces, { virtual_machine: "web-101" })
        yield* remove(world, interfaces, nic.id)
        const applied = yield* apply(run)
        assert.deepInclude(applied, { outcome: "partial", failed: 1 })
        const lines = yield* failures(run)
        assert.match(lines[0] ?? "", /^failed create ipam\.ipaddress:lab\/101\/net0\/10\.0\.0\.101: /)
        for (const line of lines) assert.include(line, "lab/101")
        assert.deepStrictEqual(yield* guestAddresses(world), ["10.0.0.102/24 active on net0"])
        assert.strictEqual((yield* machine(world, "web-102"))["primary_ip4"], "10.0.0.102/24")
        yield* synced
        assert.lengthOf(yield* guestAddresses(world), 2)
        assert.strictEqual((yield* machine(world, "web-101"))["primary_ip4"], "10.0.0.101/24")
      })
  },
  {
    number: 60,
    title: "an answer lost after NetBox stored the list: what was made is found and taken, and nothing is made twice",
    real: true,
    cuts: true,
    run: (world) =>
      Effect.gen(function* () {
        for (const vmid of [101, 102, 103]) {
          yield* world.proxmox.addGuest(
            vm(vmid, `web-${vmid}`, { ips: [`10.0.0.${vmid}/24`], config: { tags: "prod" } })
          )
        }
        const run = yield* synced
        const found = of(run.events, "OperationsSettled").filter(({ via }) => via !== "response")
        assert.isNotEmpty(found.flatMap(({ ok }) => ok))
        assert.deepStrictEqual(yield* names(world), ["web-101", "web-102", "web-103"])
        for (const kind of [interfaces, disks]) assert.lengthOf(yield* rows(world, kind), 3)
        assert.lengthOf(yield* guestAddresses(world), 3)
        const names6 = (yield* rows(world, tags)).map(({ name }) => name)
        assert.strictEqual(new Set(names6).size, names6.length)
      })
  },
  {
    number: 61,
    title: "one bad object among a hundred: the other 99 go with the second request, the one is named",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        const bare = { config: { net0: null, scsi0: null } }
        yield* world.proxmox.addGuest(vm(100, "web-100", bare))
        yield* synced
        const cluster = (yield* row(world, clusters, { name: "lab-cluster" })).id
        for (let vmid = 101; vmid <= 200; vmid++) yield* world.proxmox.addGuest(vm(vmid, `web-${vmid}`, bare))
        const run = yield* plan
        const theirs = yield* make(world, machines, { name: "web-150", cluster })
        assert.deepInclude(yield* apply(run), { outcome: "partial", ok: 99, failed: 1, skipped: 0 })
        assert.deepStrictEqual(
          of(yield* events(run), "OperationsDispatched").map(({ ops }) => ops.length),
          [100, 99]
        )
        const [failure = "", ...more] = yield* failures(run)
        assert.deepStrictEqual(more, [])
        assert.match(failure, /^failed create virtualization\.virtualmachine:lab\/150: .*name/i)
        assert.lengthOf(yield* names(world), 101)
        assert.deepStrictEqual(
          writes(yield* synced).map((line) => line.split(" ").slice(0, 3).join(" ")),
          ["update virtualmachine lab/150"]
        )
        assert.strictEqual((yield* machine(world, "web-150")).id, theirs)
      })
  },
  {
    number: 62,
    title:
      "two engines that know nothing of each other at once: what one made the other takes, and nothing is there twice",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        for (const vmid of [101, 102, 103]) {
          yield* world.proxmox.addGuest(
            vm(vmid, `web-${vmid}`, { ips: [`10.0.0.${vmid}/24`], config: { tags: "prod" } })
          )
        }
        const other = yield* Layer.build(world.engine())
        const [one, two] = [yield* plan, yield* Effect.provide(plan, other)]
        yield* Effect.all([apply(one), Effect.provide(apply(two), other)], { concurrency: 2 })
        const after = Effect.gen(function* () {
          yield* sync
          assert.deepStrictEqual(writes(yield* sync), [])
        })
        yield* after
        yield* Effect.provide(after, other)
        assert.deepStrictEqual((yield* names(world)).toSorted(), ["web-101", "web-102", "web-103"])
        for (const kind of [interfaces, disks]) assert.lengthOf(yield* rows(world, kind), 3)
        assert.deepStrictEqual(yield* guestAddresses(world), [
          "10.0.0.101/24 active on net0",
          "10.0.0.102/24 active on net0",
          "10.0.0.103/24 active on net0"
        ])
        for (const [kind, field] of [
          [macs, "mac_address"],
          [addresses, "address"],
          [tags, "name"],
          [clusters, "name"]
        ] as const) {
          const values = (yield* rows(world, kind)).map((found) => found[field])
          assert.strictEqual(new Set(values).size, values.length, `${kind}: ${values.join(", ")}`)
        }
      })
  },
  {
    number: 63,
    title: "a machine edited between reading and writing is not overwritten: the edit stays, the next run plans again",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        for (const vmid of [101, 102]) yield* world.proxmox.addGuest(vm(vmid, `web-${vmid}`))
        yield* synced
        for (const vmid of [101, 102]) {
          yield* world.proxmox.updateGuest(vmid, { memory: "4096", description: "the shop" })
        }
        const run = yield* plan
        yield* edit(world, machines, (yield* machine(world, "web-101")).id, { description: "by hand" })
        assert.deepInclude(yield* apply(run), { outcome: "partial", ok: 1, failed: 1 })
        const lines = yield* failures(run)
        assert.lengthOf(lines, 1)
        assert.match(lines[0] ?? "", /^failed update virtualization\.virtualmachine:lab\/101: .*changed in NetBox/)
        assert.deepInclude(yield* machine(world, "web-101"), { description: "by hand", memory: 2048 })
        assert.deepInclude(yield* machine(world, "web-102"), { description: "the shop", memory: 4096 })
        assert.deepStrictEqual(writes(yield* synced), ["update virtualmachine lab/101 memory"])
        assert.deepInclude(yield* machine(world, "web-101"), { description: "by hand", memory: 4096 })
        assert.isAbove((yield* (yield* NetBox).requests).mutating, 0)
      })
  }
]
