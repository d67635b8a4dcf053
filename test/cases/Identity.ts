import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { Case } from "./Case.ts"
import { eth0, mac, uuid, vm } from "./Guests.ts"
import {
  clusters,
  conflicts,
  devices,
  disks,
  interfaces,
  machine,
  machines,
  macs,
  make,
  edit,
  names,
  rows,
  synced,
  uidOf,
  type World,
  writes
} from "./World.ts"

const clusterByHand = (world: World, name = "lab-cluster") =>
  Effect.gen(function* () {
    const type = yield* make(world, "virtualization.clustertype", { name: "Proxmox", slug: "proxmox" })
    return yield* make(world, clusters, { name, type })
  })

/** A virtual machine as an operator enters it, with one interface and its MAC address. */
const machineByHand = (world: World, cluster: number, name: string, address: string) =>
  Effect.gen(function* () {
    const id = yield* make(world, machines, { name, cluster, comments: "entered by hand" })
    const nic = yield* make(world, interfaces, { virtual_machine: id, name: "ens18" })
    const hardware = yield* make(world, macs, {
      mac_address: address,
      assigned_object_type: interfaces,
      assigned_object_id: nic
    })
    yield* edit(world, interfaces, nic, { primary_mac_address: hardware })
    return id
  })

/** Which NetBox object a guest is, and which it is not. */
export const identityCases: ReadonlyArray<Case> = [
  {
    number: 4,
    title: "the same vmid in two clusters is two machines",
    estates: { east: { block: 1 }, west: { block: 2 } },
    run: (world) =>
      Effect.gen(function* () {
        yield* world.cluster("east").addGuest(vm(100, "web", { ips: ["10.1.0.5/24"] }))
        yield* world.cluster("west").addGuest(
          vm(100, "web", {
            config: { net0: `virtio=${mac(900)},bridge=vmbr0`, smbios1: `uuid=${uuid(900)}` },
            interfaces: [eth0(900, "10.2.0.5/24")]
          })
        )
        yield* synced
        assert.deepStrictEqual(
          (yield* rows(world, machines)).map((one) => [one["name"], one["cluster"], uidOf(one)]),
          [
            ["web", "east-cluster", "east/100"],
            ["web", "west-cluster", "west/100"]
          ]
        )
      })
  },
  {
    number: 5,
    title: "two hosts of their own that are both called pve are two clusters and two devices",
    real: true,
    estates: {
      berlin: { standalone: true, nodes: ["pve"], block: 1 },
      paris: { standalone: true, nodes: ["pve"], block: 2 }
    },
    run: (world) =>
      Effect.gen(function* () {
        yield* world.cluster("berlin").addGuest(vm(100, "web", { node: "pve" }))
        yield* world.cluster("paris").addGuest(vm(200, "web", { node: "pve" }))
        yield* synced
        assert.deepStrictEqual(
          (yield* rows(world, clusters)).map((one) => [one["name"], uidOf(one)]),
          [
            ["berlin", "berlin"],
            ["paris", "paris"]
          ]
        )
        assert.deepStrictEqual(
          (yield* rows(world, devices)).map((one) => [one["name"], one["cluster"]]),
          [
            ["pve", "berlin"],
            ["pve@paris", "paris"]
          ]
        )
        assert.deepStrictEqual(
          (yield* rows(world, machines)).map((one) => [one["name"], one["cluster"], one["device"]]),
          [
            ["web", "berlin", "pve"],
            ["web", "paris", "pve@paris"]
          ]
        )
      })
  },
  {
    number: 13,
    title: "a machine entered by hand is adopted when a MAC address tells that it is the guest",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        const cluster = yield* clusterByHand(world)
        const same = yield* machineByHand(world, cluster, "web", mac(101))
        const renamed = yield* machineByHand(world, cluster, "Billing", mac(102))
        yield* world.proxmox.addGuest(vm(101, "web"))
        yield* world.proxmox.addGuest(vm(102, "app"))
        yield* synced
        assert.deepStrictEqual(
          (yield* rows(world, machines)).map((one) => [one.id, one["name"], uidOf(one), one["comments"]]),
          [
            [same, "web", "lab/101", "entered by hand"],
            [renamed, "Billing", "lab/102", "entered by hand"]
          ]
        )
        assert.deepStrictEqual(
          (yield* rows(world, interfaces)).map((one) => [one["virtual_machine"], one["name"]]),
          [
            ["web", "ens18"],
            ["Billing", "ens18"]
          ]
        )
        assert.lengthOf(yield* rows(world, clusters), 1)
      })
  },
  {
    number: 14,
    title:
      "a machine of the same name with another MAC address is somebody else's: it is left alone, ours takes a suffix",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        const cluster = yield* clusterByHand(world)
        const id = yield* machineByHand(world, cluster, "web", "00:50:56:00:00:01")
        const before = yield* machine(world, "web")
        yield* world.proxmox.addGuest(vm(101, "web"))
        const run = yield* synced
        assert.deepStrictEqual(conflicts(run), [
          "lab/101: a virtual machine of this name has other interfaces; it is left alone"
        ])
        assert.deepStrictEqual(yield* names(world), ["web", "web (101)"])
        assert.strictEqual((yield* machine(world, "web")).id, id)
        assert.strictEqual((yield* machine(world, "web"))["last_updated"], before["last_updated"])
      })
  },
  {
    number: 21,
    title: "a template is no machine; a guest that becomes one is marked as gone, and is not deleted",
    run: (world) =>
      Effect.gen(function* () {
        yield* world.proxmox.addGuest(vm(900, "golden", { status: "stopped", config: { template: 1 } }))
        yield* world.proxmox.addGuest(vm(101, "web"))
        yield* synced
        assert.deepStrictEqual(yield* names(world), ["web"])
        yield* world.proxmox.stop(101)
        yield* world.proxmox.updateGuest(101, { template: 1 })
        assert.deepStrictEqual(writes(yield* synced), [
          "create tag Proxledger retired",
          "update virtualmachine lab/101 status, tags"
        ])
        assert.strictEqual((yield* machine(world, "web"))["status"], "decommissioning")
      })
  },
  {
    number: 22,
    title: "a linked clone is a machine like any other, and its disk counts once",
    run: (world) =>
      Effect.gen(function* () {
        const base = "local-lvm:base-900-disk-0"
        yield* world.proxmox.addGuest(
          vm(900, "golden", { status: "stopped", config: { template: 1, scsi0: `${base},size=32G` } })
        )
        yield* world.proxmox.addGuest(vm(101, "clone", { config: { scsi0: `${base}/vm-101-disk-0,size=32G` } }))
        yield* synced
        assert.deepStrictEqual(
          (yield* rows(world, disks)).map((one) => [one["virtual_machine"], one["name"], one["size"]]),
          [["clone", "scsi0", 32_768]]
        )
        assert.deepInclude(yield* machine(world, "clone"), { status: "active", disk: 32_768 })
      })
  }
]
