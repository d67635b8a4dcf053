import * as Choices from "../Choices.ts"
import * as Field from "../Field.ts"
import type { Kind } from "../Kind.ts"
import { hexadecimal } from "../Order.ts"
import { numberOf, textOf } from "../Row.ts"
import { addressFilters, macFilters, scopedTo } from "../rules/Filters.ts"
import { addressOrder, checkAddress, familyOf, hostKey, releaseAddress } from "../rules/IpAddress.ts"
import { checkMacAddress, isPrimaryMac } from "../rules/MacAddress.ts"
import { scopeOf } from "../rules/Cluster.ts"
import { checkVlan } from "../rules/Vlan.ts"
import { briefSlug, byName, comments, description, named, tagged } from "./Parts.ts"

const vlanGroup: Kind = {
  name: "ipam.vlangroup",
  path: "ipam/vlan-groups",
  model: "VLANGroup",
  verboseName: "VLAN group",
  fields: {
    name: Field.requiredText(100),
    slug: Field.requiredText(100, { pattern: "slug" }),
    scope_type: Field.contentType("scope_id", ["dcim.site", "virtualization.cluster", "virtualization.clustergroup"], {
      withoutId: "Please select a",
      withoutType: "Please select a scope type."
    }),
    scope_id: Field.objectId("scope_type"),
    scope: Field.computed(scopeOf("scope_type", "scope_id")),
    vid_ranges: Field.loggedAs(
      [[1, 4094]],
      '["{\\"bounds\\": \\"[)\\", \\"lower\\": \\"1\\", \\"upper\\": \\"4095\\"}"]'
    ),
    total_vlan_ids: Field.constant(4094, true),
    tenant: Field.reference("tenancy.tenant", "protect"),
    ...description,
    ...comments,
    ...tagged,
    vlan_count: Field.count("ipam.vlan", "group"),
    utilization: Field.computed((store, row) => {
      const used = store.table("ipam.vlan").count("group", row.id)
      return used === 0 ? "0.0" : String(Math.round((used / 4094) * 10_000) / 100)
    })
  },
  brief: [...briefSlug, "vlan_count"],
  display: named,
  unique: [
    {
      fields: ["scope_type", "scope_id", "name"],
      nullsDistinct: true,
      message: "VLAN group with this Scope type, Scope id and Name already exists."
    },
    {
      fields: ["scope_type", "scope_id", "slug"],
      nullsDistinct: true,
      message: "VLAN group with this Scope type, Scope id and Slug already exists."
    }
  ],
  order: byName,
  search: ["name", "description"],
  filters: {
    site: scopedTo("dcim.site"),
    cluster: scopedTo("virtualization.cluster"),
    cluster_group: scopedTo("virtualization.clustergroup")
  }
}

const vlan: Kind = {
  name: "ipam.vlan",
  path: "ipam/vlans",
  model: "VLAN",
  verboseName: "VLAN",
  fields: {
    site: Field.reference("dcim.site", "protect"),
    group: Field.reference("ipam.vlangroup", "protect"),
    vid: Field.integer({ min: 1, max: 4094, required: true }),
    name: Field.requiredText(64),
    tenant: Field.reference("tenancy.tenant", "protect"),
    status: Field.choice(Choices.vlanStatus, "active"),
    role: Field.constant(null, true),
    ...description,
    qinq_role: Field.optionalChoice(Choices.vlanQinqRole),
    qinq_svlan: Field.constant(null, true),
    ...comments,
    l2vpn_termination: Field.constant(null),
    ...tagged,
    prefix_count: Field.constant(0)
  },
  brief: ["id", "url", "display", "vid", "name", "description"],
  display: (row) => `${named(row)} (${String(row.values["vid"])})`,
  unique: [
    { fields: ["group", "vid"], nullsDistinct: true, message: "VLAN with this Group and VLAN ID already exists." },
    { fields: ["group", "name"], nullsDistinct: true, message: "VLAN with this Group and Name already exists." }
  ],
  order: (row, store) => {
    const site = store.get("dcim.site", numberOf(row.values, "site"))
    const group = store.get("ipam.vlangroup", numberOf(row.values, "group"))
    return [
      site === undefined ? null : named(site),
      group === undefined ? null : named(group),
      numberOf(row.values, "vid")
    ]
  },
  search: ["name", "description"],
  check: checkVlan
}

const vrf: Kind = {
  name: "ipam.vrf",
  path: "ipam/vrfs",
  model: "VRF",
  verboseName: "VRF",
  fields: {
    name: Field.requiredText(100),
    rd: Field.nullableText(21, { unique: true }),
    tenant: Field.reference("tenancy.tenant", "protect"),
    enforce_unique: Field.boolean(true),
    ...description,
    ...comments,
    import_targets: Field.constant([], true),
    export_targets: Field.constant([], true),
    ...tagged,
    ipaddress_count: Field.count("ipam.ipaddress", "vrf"),
    prefix_count: Field.constant(0)
  },
  brief: ["id", "url", "display", "name", "rd", "description", "prefix_count"],
  display: (row) => (textOf(row.values, "rd") === "" ? named(row) : `${named(row)} (${textOf(row.values, "rd")})`),
  unique: [],
  order: (row) => [named(row), textOf(row.values, "rd")],
  search: ["name", "rd", "description"]
}

const interfaces = ["dcim.interface", "virtualization.vminterface"]

const ipAddress: Kind = {
  name: "ipam.ipaddress",
  path: "ipam/ip-addresses",
  model: "IPAddress",
  verboseName: "IP address",
  fields: {
    family: Field.computed((_, row) => familyOf(row)),
    address: Field.address,
    vrf: Field.reference("ipam.vrf", "protect"),
    tenant: Field.reference("tenancy.tenant", "protect"),
    status: Field.choice(Choices.addressStatus, "active"),
    role: Field.optionalChoice(Choices.addressRole),
    assigned_object_type: Field.contentType("assigned_object_id", interfaces),
    assigned_object_id: Field.objectId("assigned_object_type"),
    assigned_object: Field.computed(scopeOf("assigned_object_type", "assigned_object_id")),
    nat_inside: Field.reference("ipam.ipaddress", "setNull"),
    nat_outside: Field.constant([]),
    dns_name: Field.text(255, { pattern: "dnsName" }),
    ...description,
    ...comments,
    ...tagged
  },
  brief: ["id", "url", "display", "family", "address", "description"],
  nested: ["id", "url", "display", "family", "address", "nat_inside", "nat_outside", "dns_name", "description"],
  display: (row) => textOf(row.values, "address"),
  unique: [],
  order: addressOrder,
  search: ["dns_name", "description", "address"],
  filters: addressFilters,
  keys: (values) => [
    ["host", hostKey(values)],
    ["ip", textOf(values, "address").split("/")[0] ?? ""]
  ],
  derive: ({ values }) => ({ ...values, dns_name: textOf(values, "dns_name").toLowerCase() }),
  check: checkAddress,
  removing: releaseAddress
}

const macAddress: Kind = {
  name: "dcim.macaddress",
  path: "dcim/mac-addresses",
  model: "MACAddress",
  verboseName: "MAC address",
  fields: {
    mac_address: Field.mac,
    assigned_object_type: Field.contentType("assigned_object_id", interfaces),
    assigned_object_id: Field.objectId("assigned_object_type"),
    assigned_object: Field.computed(scopeOf("assigned_object_type", "assigned_object_id")),
    is_primary: Field.computed(isPrimaryMac),
    ...description,
    ...comments,
    ...tagged
  },
  brief: ["id", "url", "display", "mac_address", "description"],
  display: (row) => textOf(row.values, "mac_address"),
  unique: [],
  order: (row) => [hexadecimal(textOf(row.values, "mac_address"))],
  search: ["mac_address", "description"],
  filters: macFilters,
  keys: (values) => [["mac_address", textOf(values, "mac_address")]],
  check: checkMacAddress
}

/** MACs and IPs last: they go first when what they are assigned to goes. */
export const ipam: ReadonlyArray<Kind> = [vlanGroup, vlan, vrf, macAddress, ipAddress]
