import type { Desired } from "../Desired.ts"
import { adopt, type Kind, type ProbeContext, type Verdict } from "../Kind.ts"
import { isRefValue } from "../Ref.ts"
import type { Current } from "../Target.ts"

const host = (address: unknown) => String(address).split("/")[0] ?? ""

const vrfWanted = (desired: Desired, { id }: ProbeContext): string => {
  const vrf = desired.fields["vrf"]?.value
  return isRefValue(vrf) ? String(id(vrf.$ref)) : "null"
}

/** An address of somebody else is never taken: it stays, and the guest goes without until the owner gives it up. */
const judge = (desired: Desired, row: Current, context: ProbeContext): Verdict => {
  const at = row.fields["assigned_object_id"]
  if (at === null) return adopt
  const wanted = desired.fields["assigned_object_id"]?.value
  if (isRefValue(wanted) && context.id(wanted.$ref) === at) return adopt
  const interfaces = context.target.rows("virtualization.vminterface")
  const machine = desired.hints?.["machine"]
  const owner = typeof at === "number" ? interfaces.get(at)?.fields["virtual_machine"] : undefined
  const own =
    row.fields["assigned_object_type"] === "virtualization.vminterface" &&
    typeof machine === "string" &&
    owner !== undefined &&
    context.id(`virtualization.virtualmachine:${machine}`) === owner
  return own
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
      ambiguous: "leave"
    }
  ],
  unique: [{ fields: ["address", "vrf"], compare: host }],
  lookup: [
    { field: "address", filter: "address" },
    { field: "assigned_object_id", filter: "vminterface_id" }
  ],
  keyless: true,
  removal: { how: "delete" }
}
