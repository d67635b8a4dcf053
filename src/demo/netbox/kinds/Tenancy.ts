import * as Field from "../Field.ts"
import type { Kind } from "../Kind.ts"
import { byName, comments, description, named, tagged } from "./Parts.ts"
import { briefSlug } from "./Parts.ts"

const counts: ReadonlyArray<readonly [string, string]> = [
  ["device_count", "dcim.device"],
  ["ipaddress_count", "ipam.ipaddress"],
  ["site_count", "dcim.site"],
  ["virtualmachine_count", "virtualization.virtualmachine"],
  ["vlan_count", "ipam.vlan"],
  ["vrf_count", "ipam.vrf"],
  ["cluster_count", "virtualization.cluster"]
]

const tenant: Kind = {
  name: "tenancy.tenant",
  path: "tenancy/tenants",
  model: "Tenant",
  verboseName: "tenant",
  fields: {
    name: Field.requiredText(100),
    slug: Field.requiredText(100, { pattern: "slug" }),
    group: Field.constant(null, true),
    ...description,
    ...comments,
    ...tagged,
    circuit_count: Field.constant(0),
    prefix_count: Field.constant(0),
    rack_count: Field.constant(0),
    ...Object.fromEntries(counts.map(([field, kind]) => [field, Field.count(kind, "tenant")]))
  },
  brief: briefSlug,
  display: named,
  unique: [
    { fields: ["name"], nullsDistinct: true, message: "Tenant name must be unique per group." },
    { fields: ["slug"], nullsDistinct: true, message: "Tenant slug must be unique per group." }
  ],
  order: byName,
  search: ["name", "slug", "description", "comments"]
}

export const tenancy: ReadonlyArray<Kind> = [tenant]
