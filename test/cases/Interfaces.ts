import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { Case } from "./Case.ts"
import { eth0, mac, seen, vm } from "./Guests.ts"
import { guestAddresses, interfaces, macs, row, rows, rowsWith, synced, type World, writes } from "./World.ts"

const guestMacs = (world: World) =>
  Effect.map(rowsWith(world, macs, { assigned_object_type: interfaces }), (found) =>
    found.map((one) => one["mac_address"])
  )

/** The NICs of guests and their MAC addresses. */
export const interfaceCases: ReadonlyArray<Case> = [
  {
    number: 40,
    title: "cards of every model have their MAC address read, and the agent's addresses find them by it",
    run: (world) =>
      Effect.gen(function* () {
        yield* world.proxmox.addGuest(
          vm(101, "web", {
            config: {
              net0: `e1000=${mac(101, 0)},bridge=vmbr0`,
              net1: `vmxnet3=${mac(101, 1)},bridge=vmbr0`,
              net2: `model=rtl8139,macaddr=${mac(101, 2)},bridge=vmbr0`
            },
            interfaces: [0, 1, 2].map((nic) => seen(`ens${nic}`, mac(101, nic), `10.0.${nic}.5/24`))
          })
        )
        yield* synced
        assert.deepStrictEqual(
          (yield* rows(world, interfaces)).map((one) => [one["name"], one["primary_mac_address"], one["description"]]),
          [
            ["net0", mac(101, 0), "vmbr0, e1000"],
            ["net1", mac(101, 1), "vmbr0, vmxnet3"],
            ["net2", mac(101, 2), "vmbr0, rtl8139"]
          ]
        )
        assert.deepStrictEqual(yield* guestAddresses(world), [
          "10.0.0.5/24 active on net0",
          "10.0.1.5/24 active on net1",
          "10.0.2.5/24 active on net2"
        ])
      })
  },
  {
    number: 41,
    title: "a NIC without MAC address is an interface without one; lower case and dashes make no difference",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        yield* world.proxmox.addGuest(
          vm(101, "web", {
            config: {
              net0: "virtio,bridge=vmbr0",
              net1: `virtio=${mac(101, 1).toLowerCase()},bridge=vmbr0`,
              net2: `virtio=${mac(101, 2).replaceAll(":", "-")},bridge=vmbr0`
            }
          })
        )
        yield* synced
        assert.deepStrictEqual(
          (yield* rows(world, interfaces)).map((one) => [one["name"], one["primary_mac_address"]]),
          [
            ["net0", null],
            ["net1", mac(101, 1)],
            ["net2", mac(101, 2)]
          ]
        )
        assert.lengthOf(yield* guestMacs(world), 2)
      })
  },
  {
    number: 42,
    title: "a new MAC address takes the place of the old one, whose row goes; the interface is the same",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        yield* world.proxmox.addGuest(vm(101, "web", { ips: ["10.0.0.5/24"] }))
        yield* synced
        const before = yield* row(world, interfaces, { name: "net0" })
        yield* world.proxmox.updateGuest(101, { net0: `virtio=${mac(901)},bridge=vmbr0` })
        yield* world.proxmox.setInterfaces(101, [eth0(901, "10.0.0.5/24")])
        assert.deepStrictEqual(writes(yield* synced), [
          `create macaddress lab/101/net0/${mac(901)}`,
          "update vminterface lab/101/net0 primary_mac_address",
          `delete macaddress lab/101/net0/${mac(101)}`
        ])
        const after = yield* row(world, interfaces, { name: "net0" })
        assert.deepStrictEqual([after.id, after["primary_mac_address"]], [before.id, mac(901)])
        assert.deepStrictEqual(yield* guestMacs(world), [mac(901)])
        assert.deepStrictEqual(yield* guestAddresses(world), ["10.0.0.5/24 active on net0"])
      })
  },
  {
    number: 43,
    title: "a NIC that is taken out takes its interface and addresses along; the one behind the gap stays",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        const second = seen("eth1", mac(101, 1), "10.0.1.5/24")
        yield* world.proxmox.addGuest(
          vm(101, "web", {
            config: { net1: `virtio=${mac(101, 1)},bridge=vmbr0` },
            interfaces: [eth0(101, "10.0.0.5/24"), second]
          })
        )
        yield* synced
        const kept = yield* row(world, interfaces, { name: "net1" })
        yield* world.proxmox.updateGuest(101, { net0: null })
        yield* world.proxmox.setInterfaces(101, [second])
        yield* synced
        assert.deepStrictEqual(
          (yield* rows(world, interfaces)).map((one) => [one.id, one["name"]]),
          [[kept.id, "net1"]]
        )
        assert.deepStrictEqual(yield* guestAddresses(world), ["10.0.1.5/24 active on net1"])
        assert.deepStrictEqual(yield* guestMacs(world), [mac(101, 1)])
      })
  }
]
