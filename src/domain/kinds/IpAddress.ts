import type { Desired } from "../Desired.ts"
import { adopt, type Kind, pass, type ProbeContext, textOf, type Verdict } from "../Kind.ts"
import { isRefValue, kindOf, ref } from "../Ref.ts"
import type { Current } from "../Target.ts"

const host = (address: unknown) => String(address).split("/")[0] ?? ""

const vrfWanted = (desired: Desired, { id }: ProbeContext): string => {
  const vrf = desired.fields["vrf"]?.value
  return isRefValue(vrf) ? String(id(vrf.$ref)) : "null"
}

/** What addresses are assigned to, by content type: the field of an interface that tells whose it is. */
const owners: { readonly [contentType: string]: { readonly field: string; readonly kind: string } } = {
  "virtualization.vminterface": { field: "virtual_machine", kind: "virtualization.virtualmachine" },
  "dcim.interface": { field: "device", kind: "dcim.device" }
}

/** Whether the row is on the desired interface, or on another of the same machine or node. */
const isOwn = (desired: Desired, { fields }: Current, { id, target }: ProbeContext): boolean => {
  const [type, at] = [String(fields["assigned_object_type"]), fields["assigned_object_id"]]
  const wanted = desired.fields["assigned_object_id"]?.value
  if (isRefValue(wanted) && kindOf(wanted.$ref) === type && id(wanted.$ref) === at) return true
  const owner = owners[type]
  const row = typeof at === "number" ? target.rows(type).get(at) : undefined
  if (owner === undefined || row === undefined) return false
  return textOf(desired.hints?.[owner.field]).some((key) => id(ref(owner.kind, key)) === row.fields[owner.field])
}

/** An address of somebody else is never taken: it stays, and the guest goes without until the owner gives it up. */
const judge = (desired: Desired, row: Current, context: ProbeContext): Verdict => {
  if (isOwn(desired, row, context)) return adopt
  if (context.boundTo("ipam.ipaddress", row.id) !== undefined) return pass
  return row.fields["assigned_object_id"] === null
    ? adopt
    : { verdict: "leave", conflict: `${host(row.fields["address"])} is assigned to another object in NetBox` }
}

/** NetBox compares hosts, not prefixes, and only where uniqueness is enforced. */
export const IpAddress: Kind = {
  name: "ipam.ipaddress",
  label: "IP address",
  path: "/api/ipam/ip-addresses/",
  fields: {
    address: { type: "text", owner: "three-way" },
    status: { type: "choice", owner: "three-way" },
    assigned_object_type: { type: "text", owner: "owned", group: "assignment" },
    assigned_object_id: {
      type: "generic",
      typeField: "assigned_object_type",
      owner: "owned",
      group: "assignment",
      parent: true,
      required: true
    },
    vrf: { type: "ref", kind: "ipam.vrf", owner: "initial" },
    tenant: { type: "ref", kind: "tenancy.tenant", owner: "initial" },
    dns_name: { type: "text", owner: "three-way", maxLength: 255 }
  },
  probes: [
    {
      evidence: "host in VRF",
      wanted: (desired, context) => [`${host(desired.fields["address"]?.value)} ${vrfWanted(desired, context)}`],
      found: (row) => [`${host(row.fields["address"])} ${String(row.fields["vrf"])}`],
      judge,
      ambiguous: "leave",
      takesOver: true,
      inherits: true
    }
  ],
  unique: [{ fields: ["address", "vrf"], compare: host }],
  lookup: [
    { field: "address", filter: "address" },
    {
      field: "assigned_object_id",
      filter: { "virtualization.vminterface": "vminterface_id", "dcim.interface": "interface_id" }
    }
  ],
  removal: { how: "delete" }
}
