import * as Field from "../Field.ts"
import type { Kind } from "../Kind.ts"
import { briefSlug, byName, comments, description, named, tagged } from "./Parts.ts"

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
    device_count: Field.count("dcim.device", "tenant"),
    ipaddress_count: Field.count("ipam.ipaddress", "tenant"),
    prefix_count: Field.constant(0),
    rack_count: Field.constant(0),
    site_count: Field.count("dcim.site", "tenant"),
    virtualmachine_count: Field.count("virtualization.virtualmachine", "tenant"),
    vlan_count: Field.count("ipam.vlan", "tenant"),
    vrf_count: Field.count("ipam.vrf", "tenant"),
    cluster_count: Field.count("virtualization.cluster", "tenant")
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
