import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { namesInUse } from "../../src/domain/CustomNames.ts"
import { kinds } from "../../src/domain/Kinds.ts"
import { kindOf } from "../../src/domain/Ref.ts"
import { lookUp } from "../../src/services/Settlement.ts"
import { of, sync } from "../support/Sync.ts"
import type { Case } from "./Case.ts"
import { mac, vm } from "./Guests.ts"
import {
  addresses,
  clusters,
  conflicts,
  devices,
  disks,
  drifts,
  edit,
  guestAddresses,
  interfaces,
  machine,
  machines,
  make,
  quiet,
  remove,
  row,
  rows,
  synced,
  tags,
  warnings,
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

/** Custom fields that somebody else has given the names of ours, and other types. */
const clashing = (world: World) =>
  Effect.forEach(
    [
      ["proxledger_uid", "integer"],
      ["proxmox_vm_id", "text"]
    ] as const,
    ([name, type]) => make(world, "extras.customfield", { name, type, object_types: [machines] })
  )

const blank = { proxledger_uid: null, proxmox_vm_id: null }

const clashes = [
  "netbox: custom field proxledger_uid is of type integer and not text, so proxledger2_uid is used instead, and stays in use; rename or remove proxledger_uid if nothing needs it",
  "netbox: custom field proxmox_vm_id is of type text and not integer, so proxmox2_vm_id is used instead, and stays in use; rename or remove proxmox_vm_id if nothing needs it"
]

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
  },
  {
    number: 70,
    title:
      "custom fields of the same names and other types: others are made and used, with a warning, whatever becomes of the former",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        const theirs = yield* clashing(world)
        yield* world.proxmox.addGuest(vm(101, "web", { ips: ["10.0.0.5/24"] }))
        const first = yield* synced
        assert.deepStrictEqual(conflicts(first), [])
        assert.deepStrictEqual(warnings(first), clashes)
        const customs = { ...blank, proxledger2_uid: "lab/101", proxmox2_vm_id: 101, proxmox_vm_type: "qemu" }
        assert.deepStrictEqual((yield* machine(world, "web"))["custom_fields"], customs)
        const { id } = yield* machine(world, "web")
        assert.deepStrictEqual(warnings(yield* quiet(world)), clashes)
        yield* world.proxmox.renameGuest(101, "shop")
        assert.include(writes(yield* synced), "update virtualmachine lab/101 name")
        yield* edit(world, machines, id, { name: "by hand" })
        yield* Effect.gen(function* () {
          assert.deepStrictEqual(writes(yield* sync), [])
          yield* world.proxmox.updateGuest(101, { memory: "4096" })
          assert.deepStrictEqual(writes(yield* synced), ["update virtualmachine lab/101 memory"])
        }).pipe(Effect.provide(world.engine()))
        yield* Effect.forEach(theirs, (field) => remove(world, "extras.customfield", field))
        assert.deepStrictEqual(warnings(yield* quiet(world)), [])
        yield* world.proxmox.addGuest(vm(102, "app"))
        yield* synced
        assert.deepStrictEqual((yield* machine(world, "app"))["custom_fields"], {
          proxledger2_uid: "lab/102",
          proxmox2_vm_id: 102,
          proxmox_vm_type: "qemu"
        })
        assert.deepStrictEqual(writes(yield* sync.pipe(Effect.provide(world.engine()))), [])
      })
  },
  {
    number: 70,
    variant: "a",
    title:
      "with identities in a custom field of another name, what a lost answer made is found, and nothing is made twice",
    real: true,
    cuts: true,
    run: (world) =>
      Effect.gen(function* () {
        yield* clashing(world)
        for (const vmid of [101, 102]) {
          yield* world.proxmox.addGuest(vm(vmid, `web-${vmid}`, { ips: [`10.0.0.${vmid}/24`] }))
        }
        const run = yield* synced
        const found = of(run.events, "OperationsSettled").filter(({ via }) => via !== "response")
        assert.isNotEmpty(found.flatMap(({ ok }) => ok))
        assert.deepStrictEqual(
          (yield* rows(world, machines)).map((one) => [one["name"], one["custom_fields"]]),
          [101, 102].map((vmid) => [
            `web-${vmid}`,
            { ...blank, proxledger2_uid: `lab/${vmid}`, proxmox2_vm_id: vmid, proxmox_vm_type: "qemu" }
          ])
        )
        assert.lengthOf(yield* guestAddresses(world), 2)
      })
  },
  {
    number: 70,
    variant: "b",
    title: "with identities in a custom field of another name, a machine is looked up by that one",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        yield* clashing(world)
        for (const vmid of [101, 102]) yield* world.proxmox.addGuest(vm(vmid, `web-${vmid}`))
        const run = yield* synced
        const definitions = (yield* rows(world, "extras.customfield")).map(({ id, name, type }) => ({
          id,
          updated: null,
          fields: { name: name ?? null, type: type ?? null }
        }))
        const kind = namesInUse(kinds, definitions, () => undefined).kinds.find(({ name }) => name === machines)
        if (kind === undefined) return assert.fail(machines)
        const created = run.operations.filter(({ ref, verb }) => verb === "create" && kindOf(ref) === machines)
        const found = yield* Effect.forEach(created, (operation) => lookUp(kind, operation, () => undefined))
        assert.lengthOf(found, 2)
        assert.deepStrictEqual(
          found.map((one) => one?.id),
          (yield* rows(world, machines)).map(({ id }) => id)
        )
      })
  }
]
