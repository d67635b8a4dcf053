import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { Case } from "./Case.ts"
import { eth0, mac, uuid, vm } from "./Guests.ts"
import {
  addresses,
  conflicts,
  edit,
  guestAddresses,
  machine,
  machines,
  quiet,
  remove,
  row,
  rows,
  rowsWith,
  synced,
  type World,
  writes
} from "./World.ts"

const wanted = "10.0.0.5/24"

/** Two guests in NetBox, of which the first has the address. */
const two = (world: World) =>
  Effect.gen(function* () {
    yield* world.proxmox.addGuest(vm(101, "web", { ips: [wanted] }))
    yield* world.proxmox.addGuest(vm(102, "app", { ips: ["10.0.0.6/24"] }))
    yield* synced
    return yield* row(world, addresses, { address: wanted })
  })

/** Addresses that pass from one guest to another. */
export const inheritanceCases: ReadonlyArray<Case> = [
  {
    number: 36,
    variant: "b",
    title: "the address of a guest that is deleted goes to the guest that reports it, with all that was written to it",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        const { id } = yield* two(world)
        yield* edit(world, addresses, id, { description: "behind the firewall" })
        yield* world.proxmox.removeGuest(101)
        yield* world.proxmox.setInterfaces(102, [eth0(102, wanted)])
        const run = yield* synced
        assert.deepStrictEqual(conflicts(run), [])
        assert.sameMembers(writes(run), [
          "create tag Proxledger retired",
          "update virtualmachine lab/101 status, tags, primary_ip4",
          "update ipaddress lab/102/net0/10.0.0.5 assigned_object_type, assigned_object_id, dns_name",
          "update virtualmachine lab/102 primary_ip4",
          "delete ipaddress lab/102/net0/10.0.0.6"
        ])
        const now = yield* row(world, addresses, { address: wanted })
        assert.deepInclude(now, { id, description: "behind the firewall", dns_name: "app", assigned_object: "net0" })
        assert.deepInclude(yield* machine(world, "web"), { status: "decommissioning", primary_ip4: null })
        assert.strictEqual((yield* machine(world, "app"))["primary_ip4"], wanted)
        assert.lengthOf(yield* rows(world, machines), 2)

        // It was marked as gone long ago, and has nothing more to give: nothing of it is written again.
        yield* quiet(world)
        yield* world.proxmox.addGuest(vm(101, "web", { ips: ["10.0.0.7/24"] }))
        yield* synced
        assert.deepInclude(yield* machine(world, "web"), { status: "active", primary_ip4: "10.0.0.7/24" })
        assert.strictEqual((yield* machine(world, "app"))["primary_ip4"], wanted)
      })
  },
  {
    number: 36,
    variant: "c",
    title: "a guest made anew with the vmid and the address of a deleted one has the address, in the run that finds it",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        const { id } = yield* two(world)
        yield* world.proxmox.removeGuest(101)
        yield* world.proxmox.addGuest(
          vm(101, "db", {
            config: { net0: `virtio=${mac(901)},bridge=vmbr0`, smbios1: `uuid=${uuid(901)}` },
            interfaces: [eth0(901, wanted)]
          })
        )
        assert.deepStrictEqual(conflicts(yield* synced), [])
        assert.deepInclude(yield* row(world, addresses, { address: wanted }), { id, dns_name: "db" })
        assert.deepInclude(yield* machine(world, "db"), { status: "active", primary_ip4: wanted })
        assert.deepInclude(yield* machine(world, "web"), { status: "decommissioning", primary_ip4: null })
      })
  },
  {
    number: 36,
    variant: "d",
    title:
      "the address of a guest that was marked as gone before comes back with the guest when the other one gives it up",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        const { id } = yield* two(world)
        yield* world.proxmox.removeGuest(101)
        yield* synced
        assert.strictEqual((yield* machine(world, "web"))["primary_ip4"], wanted)
        yield* world.proxmox.setInterfaces(102, [eth0(102, wanted)])
        yield* synced
        assert.strictEqual((yield* row(world, addresses, { address: wanted })).id, id)
        assert.strictEqual((yield* machine(world, "web"))["primary_ip4"], null)
        yield* world.proxmox.setInterfaces(102, [eth0(102, "10.0.0.6/24")])
        yield* world.proxmox.addGuest(vm(101, "web", { ips: [wanted] }))
        yield* synced
        assert.deepInclude(yield* machine(world, "web"), { status: "active", primary_ip4: wanted })
        assert.strictEqual((yield* machine(world, "app"))["primary_ip4"], "10.0.0.6/24")
        assert.deepStrictEqual(yield* guestAddresses(world), [
          "10.0.0.5/24 active on net0",
          "10.0.0.6/24 active on net0"
        ])
      })
  },
  {
    number: 36,
    variant: "e",
    title: "an address that an operator gave to a deleted guest stays there, and the guest that reports it is told",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        const { id } = yield* two(world)
        yield* world.proxmox.removeGuest(101)
        yield* synced
        yield* edit(world, addresses, id, { address: "10.0.0.8/24" })
        yield* world.proxmox.setInterfaces(102, [eth0(102, "10.0.0.8/24")])
        const edited = yield* synced
        assert.deepStrictEqual(conflicts(edited), [
          "lab/102/net0/10.0.0.8: address 10.0.0.8 is taken in NetBox by another object"
        ])
        assert.strictEqual((yield* machine(world, "web"))["primary_ip4"], "10.0.0.8/24")
        yield* remove(world, addresses, id)
        yield* synced
        assert.strictEqual((yield* machine(world, "app"))["primary_ip4"], "10.0.0.8/24")
      })
  },
  {
    number: 36,
    variant: "f",
    title: "while the removal of a guest waits for approval, its address waits, too",
    run: (world) =>
      Effect.gen(function* () {
        const many = [101, 102, 103, 104, 105, 106, 107]
        for (const vmid of many) yield* world.proxmox.addGuest(vm(vmid, `web-${vmid}`, { ips: [`10.0.0.${vmid}/24`] }))
        yield* synced
        for (const vmid of many.slice(1)) yield* world.proxmox.removeGuest(vmid)
        yield* world.proxmox.setInterfaces(101, [eth0(101, "10.0.0.101/24", "10.0.0.102/24")])
        const held = yield* synced
        assert.deepStrictEqual(
          held.held.map(({ removals }) => removals),
          [6]
        )
        assert.deepStrictEqual(writes(held), [])
        assert.deepStrictEqual(conflicts(held), [
          "lab/101/net0/10.0.0.102: address 10.0.0.102 is taken in NetBox by another object"
        ])
        assert.lengthOf(yield* rowsWith(world, machines, { status: "active" }), 7)
      })
  },
  {
    number: 36,
    variant: "g",
    title: "guests that exchange their addresses, two or three in a ring, have them after one run",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        const has = (vmid: number, ...ips: ReadonlyArray<string>) =>
          world.proxmox.setInterfaces(vmid, [eth0(vmid, ...ips.map((ip) => `10.0.0.${ip}/24`))])
        for (const vmid of [101, 102, 103, 104, 105])
          yield* world.proxmox.addGuest(vm(vmid, `web-${vmid}`, { ips: [`10.0.0.${vmid}/24`] }))
        yield* synced
        yield* has(101, "102")
        yield* has(102, "101")
        yield* has(103, "104")
        yield* has(104, "105")
        yield* has(105, "103")
        yield* synced
        assert.deepStrictEqual(
          (yield* rows(world, machines)).map((one) => one["primary_ip4"]),
          ["102", "101", "104", "105", "103"].map((last) => `10.0.0.${last}/24`)
        )
        assert.lengthOf(yield* guestAddresses(world), 5)
        yield* has(101, "101", "102")
        yield* has(102, "1")
        yield* synced
        assert.strictEqual((yield* machine(world, "web-101"))["primary_ip4"], "10.0.0.102/24")
        assert.strictEqual((yield* machine(world, "web-102"))["primary_ip4"], "10.0.0.1/24")
      })
  }
]
