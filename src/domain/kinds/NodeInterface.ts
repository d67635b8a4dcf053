import type { Desired } from "../Desired.ts"
import { adopt, byNameWithin, type Kind, pass, type Probe, type ProbeContext, textOf } from "../Kind.ts"
import { isRefValue } from "../Ref.ts"
import type { Current } from "../Target.ts"

const within = (desired: Desired, { id }: ProbeContext, texts: ReadonlyArray<string>): ReadonlyArray<string> => {
  const device = desired.fields["device"]?.value
  const deviceId = isRefValue(device) ? id(device.$ref) : undefined
  return deviceId === undefined ? [] : texts.map((text) => `${deviceId} ${text}`)
}

const macsOf = (row: Current, { target }: ProbeContext): ReadonlyArray<string> =>
  target.referring("dcim.macaddress", "assigned_object_id", row.id).flatMap((id) => {
    const mac = target.rows("dcim.macaddress").get(id)?.fields
    return mac?.["assigned_object_type"] === "dcim.interface" ? textOf(mac["mac_address"]) : []
  })

const made = ["lag", "bridge", "virtual"]

/** A bond or bridge can have the address of a card, and still is none. */
const sameNature: Probe["judge"] = (desired, row) => {
  const [ours, theirs] = [desired.fields["type"]?.value ?? null, row.fields["type"] ?? null]
  const isMade = (type: typeof ours) => typeof type === "string" && made.includes(type)
  return ours === theirs || (!isMade(ours) && !isMade(theirs)) ? adopt : pass
}

/** Proxmox renames cards (`eno1` becomes `nic0`): the old name, or the address, tells which one it was. */
const byOldName: Probe = {
  evidence: "other name of the card",
  wanted: (desired, context) => {
    const names = desired.hints?.["altnames"]
    return within(desired, context, Array.isArray(names) ? names.map(String) : [])
  },
  found: (row) => [`${String(row.fields["device"])} ${String(row.fields["name"])}`],
  judge: sameNature,
  takesOver: true
}

const byMac: Probe = {
  evidence: "MAC address on the device",
  wanted: (desired, context) => within(desired, context, textOf(desired.hints?.["mac"])),
  found: (row, context) => macsOf(row, context).map((mac) => `${String(row.fields["device"])} ${mac.toUpperCase()}`),
  judge: sameNature,
  takesOver: true
}

/** Of a Proxmox node: cards, bonds, bridges, VLANs. Its type is the operator's after creation, who knows the plug. */
export const NodeInterface: Kind = {
  name: "dcim.interface",
  label: "node interface",
  path: "/api/dcim/interfaces/",
  fields: {
    device: { type: "ref", kind: "dcim.device", owner: "owned", parent: true, required: true },
    name: { type: "text", owner: "three-way", maxLength: 64 },
    type: { type: "choice", owner: "initial" },
    enabled: { type: "boolean", owner: "owned" },
    mtu: { type: "integer", owner: "owned" },
    description: { type: "text", owner: "initial", maxLength: 200 },
    lag: {
      type: "ref",
      kind: "dcim.interface",
      owner: "three-way",
      late: true,
      only: { field: "type", not: ["virtual"] }
    },
    bridge: { type: "ref", kind: "dcim.interface", owner: "three-way", late: true },
    parent: {
      type: "ref",
      kind: "dcim.interface",
      owner: "three-way",
      late: true,
      holds: true,
      only: { field: "type", is: ["virtual"] }
    },
    mode: { type: "choice", owner: "three-way", group: "vlan" },
    untagged_vlan: { type: "ref", kind: "ipam.vlan", owner: "three-way", group: "vlan" },
    tagged_vlans: { type: "refs", kind: "ipam.vlan", owner: "three-way", group: "vlan" },
    primary_mac_address: { type: "ref", kind: "dcim.macaddress", owner: "three-way", late: true },
    tags: { type: "tags", owner: "three-way" },
    // Whether it has a cable or is marked as connected; only read.
    _occupied: { type: "boolean", owner: "owned" }
  },
  probes: [byNameWithin("device"), byOldName, byMac],
  unique: [{ fields: ["device", "name"] }],
  lookup: [
    { field: "device", filter: "device_id" },
    { field: "name", filter: "name" }
  ],
  guarded: { by: "_occupied", writes: ["name", "enabled", "mtu"] },
  removal: { how: "delete", created: true },
  deleteBatch: 50
}
