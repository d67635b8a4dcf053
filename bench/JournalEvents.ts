import type { Change, Event, EventOf } from "../src/domain/Event.ts"
import type { Json } from "../src/domain/Json.ts"
import { ref, type Ref } from "../src/domain/Ref.ts"

/**
 * The events of a first import as the engine writes them: a machine with two NICs, two addresses and two disks, its changes
 * with their reasons and references, kind by kind; then every batch announced and settled.
 */
const batch = 100

const change = (field: string, to: Json, why: string): Change => ({ field, from: null, to, why })

const to = (target: Ref): Json => ({ $ref: target })

interface Guest {
  readonly cluster: string
  readonly vmid: number
}

interface Made {
  readonly ref: Ref
  readonly label: string
  readonly changes: ReadonlyArray<Change>
}

const machineOf = ({ cluster, vmid }: Guest): Ref => ref("virtualization.virtualmachine", `${cluster}/${vmid}`)

const machine = (guest: Guest): Made => {
  const { cluster, vmid } = guest
  const label = `app-prod-${vmid}`
  const changes = [
    change("name", label, "config.name"),
    change("status", "active", "status"),
    change("cluster", to(`virtualization.cluster:${cluster}`), "cluster of the guest"),
    change("device", to(`dcim.device:${cluster}/node/pve${vmid % 3}`), "node of the guest"),
    change("vcpus", 2, "config.cores"),
    change("memory", 4096, "config.memory"),
    change("start_on_boot", "on", "config.onboot"),
    change("serial", `d4d7f326-717f-43f2-8562-${String(vmid).padStart(12, "0")}`, "config.smbios1 uuid"),
    change("description", `Proxmox qemu ${vmid}`, "vmid"),
    change("platform", to("dcim.platform:linux-kernel-2-6-or-newer"), "config.ostype"),
    change("tags", [to("extras.tag:Proxledger"), to("extras.tag:team-a")], "tags"),
    change("custom_fields.proxledger_uid", `${cluster}/${vmid}`, "identity"),
    change("custom_fields.proxmox_vm_id", vmid, "vmid"),
    change("custom_fields.proxmox_vm_type", "qemu", "type")
  ]
  return { ref: machineOf(guest), label, changes }
}

const nicOf = ({ cluster, vmid }: Guest, nic: string): Ref =>
  ref("virtualization.vminterface", `${cluster}/${vmid}/${nic}`)

const nic =
  (name: string) =>
  (guest: Guest): Made => ({
    ref: nicOf(guest, name),
    label: `${guest.cluster}/${guest.vmid} ${name}`,
    changes: [
      change("virtual_machine", to(machineOf(guest)), "guest"),
      change("name", name, `config.${name}`),
      change("enabled", true, `config.${name} link_down`),
      change("description", "vmbr0, virtio", `config.${name} bridge`)
    ]
  })

const mac =
  (name: string) =>
  (guest: Guest): Made => {
    const address = `BC:24:11:${String(100_000_000 + guest.vmid).slice(-6, -4)}:${String(guest.vmid).slice(-2)}:0${name.slice(-1)}`
    return {
      ref: ref("dcim.macaddress", `${guest.cluster}/${guest.vmid}/${name}/${address}`),
      label: address,
      changes: [
        change("mac_address", address, `config.${name}`),
        change("assigned_object_type", "virtualization.vminterface", "NIC"),
        change("assigned_object_id", to(nicOf(guest, name)), "NIC")
      ]
    }
  }

const ip =
  (name: string) =>
  (guest: Guest): Made => {
    const address = `10.${(guest.vmid >> 8) & 255}.${guest.vmid & 255}.${name === "net0" ? 10 : 20}`
    const why = "reported by the guest"
    return {
      ref: ref("ipam.ipaddress", `${guest.cluster}/${guest.vmid}/${name}/${address}`),
      label: `${address}/24`,
      changes: [
        change("address", `${address}/24`, why),
        change("status", "active", why),
        change("assigned_object_type", "virtualization.vminterface", why),
        change("assigned_object_id", to(nicOf(guest, name)), why),
        change("dns_name", `app-prod-${guest.vmid}`, why)
      ]
    }
  }

const disk =
  (name: string) =>
  (guest: Guest): Made => ({
    ref: ref("virtualization.virtualdisk", `${guest.cluster}/${guest.vmid}/${name}`),
    label: `${guest.cluster}/${guest.vmid} ${name}`,
    changes: [
      change("virtual_machine", to(machineOf(guest)), "guest"),
      change("name", name, `config.${name}`),
      change("size", 32_768, `config.${name} size`),
      change("description", `nfs: ${guest.vmid}/vm-${guest.vmid}-disk-0.qcow2, qcow2`, `config.${name}`)
    ]
  })

const kinds = [
  machine,
  nic("net0"),
  nic("net1"),
  mac("net0"),
  mac("net1"),
  ip("net0"),
  ip("net1"),
  disk("scsi0"),
  disk("scsi1")
]

export interface Import {
  readonly begin: ReadonlyArray<Event>
  readonly plan: ReadonlyArray<EventOf<"OperationPlanned">>
  /** Each batch of a hundred operations: its intent, then its outcome. */
  readonly batches: ReadonlyArray<readonly [Event, Event]>
  readonly end: ReadonlyArray<Event>
}

/** All events of one run that imports the guests of a cluster. */
export const importOf = (cluster: string, guests: number): Import => {
  const plan = kinds.flatMap((make, kind) =>
    Array.from({ length: guests }, (_, index): EventOf<"OperationPlanned"> => ({
      _tag: "OperationPlanned",
      op: kind * guests + index,
      verb: "create",
      purpose: "reconcile",
      ...make({ cluster, vmid: 100 + index }),
      id: null,
      needs: kind === 0 ? [] : [index],
      guard: null
    }))
  )
  const starts = Array.from({ length: Math.ceil(plan.length / batch) }, (_, index) => index * batch)
  const updated = "2026-11-24T10:12:13.123456Z"
  return {
    begin: [
      {
        _tag: "RunStarted",
        trigger: "sync",
        origin: "cli",
        label: "sync",
        scope: {},
        approveRemovals: false,
        full: false,
        actor: "bench",
        requestId: null,
        sources: [cluster],
        engine: "0",
        rules: "r",
        target: "t"
      },
      { _tag: "StageEntered", stage: "plan" }
    ],
    plan,
    batches: starts.map((start, index) => {
      const ops = plan.slice(start, start + batch).map(({ op }) => op)
      const ok = ops.map((op): readonly [number, number, string] => [op, op + 1000, updated])
      return [
        { _tag: "OperationsDispatched", batch: index, method: "POST", path: "/api/virtualization/interfaces/", ops },
        { _tag: "OperationsSettled", batch: index, via: "response", ok, failed: [], again: [], requestId: "b5a1-1f" }
      ] as const
    }),
    end: [
      {
        _tag: "RunCompleted",
        outcome: "succeeded",
        ok: plan.length,
        failed: 0,
        skipped: 0,
        requests: starts.length,
        pace: null,
        detail: ""
      }
    ]
  }
}
