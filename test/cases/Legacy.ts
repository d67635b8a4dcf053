import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { Case } from "./Case.ts"
import { mac, vm } from "./Guests.ts"
import {
  addresses,
  clusters,
  conflicts,
  devices,
  disks,
  drifts,
  guestAddresses,
  interfaces,
  machine,
  machines,
  make,
  quiet,
  row,
  rows,
  synced,
  tags,
  type World,
  writes
} from "./World.ts"

/** NetBox as proxbox-api leaves it: generic cluster type, site of its own, legacy fields, rows for drives without a disc. */
const legacy = (world: World) =>
  Effect.gen(function* () {
    const tag = yield* make(world, tags, { name: "Proxbox", slug: "proxbox", color: "ff5722" })
    const marked = { tags: [tag] }
    for (const [name, type] of [
      ["proxmox_vm_id", "integer"],
      ["proxmox_vm_type", "text"],
      ["proxmox_endpoint_id", "integer"]
    ] as const) {
      yield* make(world, "extras.customfield", { name, type, object_types: [machines] })
    }
    const site = yield* make(world, "dcim.site", {
      name: "Proxmox Default Site - lab-cluster",
      slug: "proxmox-default-site-lab-cluster"
    })
    const type = yield* make(world, "virtualization.clustertype", { name: "Cluster", slug: "cluster" })
    const scope = { scope_type: "dcim.site", scope_id: site }
    const cluster = yield* make(world, clusters, { name: "lab-cluster", type, ...scope, ...marked })
    const manufacturer = yield* make(world, "dcim.manufacturer", { name: "Proxmox", slug: "proxmox" })
    const model = { model: "Proxmox Generic Device", slug: "proxmox-generic-device" }
    const deviceType = yield* make(world, "dcim.devicetype", { manufacturer, ...model })
    const role = yield* make(world, "dcim.devicerole", { name: "Proxmox Node", slug: "proxmox-node" })
    const device = yield* make(world, devices, {
      name: "pve1",
      device_type: deviceType,
      role,
      site,
      cluster,
      ...marked
    })
    const machineOf = (name: string, vmid: number) =>
      Effect.gen(function* () {
        const custom_fields = { proxmox_vm_id: vmid, proxmox_vm_type: "qemu", proxmox_endpoint_id: 1 }
        const id = yield* make(world, machines, { name, cluster, device, custom_fields, ...marked })
        // Cards of other models than virtio lost their MAC address.
        const nic = yield* make(world, interfaces, { virtual_machine: id, name: "net0" })
        yield* make(world, disks, { virtual_machine: id, name: "scsi0", size: 32_768 })
        yield* make(world, disks, { virtual_machine: id, name: "ide2", size: 0 })
        yield* make(world, disks, { virtual_machine: id, name: "efidisk0", size: 528 })
        yield* make(world, addresses, {
          address: `10.0.0.${vmid}/24`,
          assigned_object_type: interfaces,
          assigned_object_id: nic
        })
        return id
      })
    return { cluster, device, web: yield* machineOf("web", 101), twin: yield* machineOf("web (2)", 105) }
  })

/** Estates that others have filled before. */
export const legacyCases: ReadonlyArray<Case> = [
  {
    number: 69,
    title:
      "what proxbox-api made is recognised by its fields and taken over; its rows for empty drives go; all that once",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        const made = yield* legacy(world)
        for (const vmid of [101, 105]) {
          yield* world.proxmox.addGuest(
            vm(vmid, "web", {
              ips: [`10.0.0.${vmid}/24`],
              config: { net0: `e1000=${mac(vmid)},bridge=vmbr0`, ide2: "none,media=cdrom" }
            })
          )
        }
        const run = yield* synced
        assert.deepStrictEqual(conflicts(run), [])
        assert.deepStrictEqual(drifts(run), [])
        assert.deepStrictEqual(
          (yield* rows(world, machines)).map((one) => [one.id, one["name"], one["status"], one["tags"]]),
          [
            [made.web, "web", "active", ["Proxbox", "Proxledger"]],
            [made.twin, "web (2)", "active", ["Proxbox", "Proxledger"]]
          ]
        )
        assert.deepStrictEqual((yield* machine(world, "web (2)"))["custom_fields"], {
          proxledger_uid: "lab/105",
          proxmox_endpoint_id: 1,
          proxmox_vm_id: 105,
          proxmox_vm_type: "qemu"
        })
        assert.deepStrictEqual(
          (yield* rows(world, disks)).map((one) => [one["virtual_machine"], one["name"]]),
          [
            ["web", "scsi0"],
            ["web (2)", "scsi0"]
          ]
        )
        assert.lengthOf(yield* rows(world, interfaces), 2)
        assert.lengthOf(yield* guestAddresses(world), 2)
        assert.deepInclude(yield* row(world, clusters, { name: "lab-cluster" }), { id: made.cluster, type: "Cluster" })
        assert.strictEqual((yield* row(world, devices, { name: "pve1" })).id, made.device)
        assert.lengthOf(yield* rows(world, "dcim.site"), 1)
        yield* quiet(world)
        yield* world.proxmox.renameGuest(105, "shop")
        assert.include(writes(yield* synced), "update virtualmachine lab/105 name")
        assert.strictEqual((yield* machine(world, "shop")).id, made.twin)
      })
  }
]
