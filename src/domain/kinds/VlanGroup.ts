import { byText, type Kind } from "../Kind.ts"

/** One per cluster: NetBox takes the same VID twice at one site unless a group forbids it. */
export const VlanGroup: Kind = {
  name: "ipam.vlangroup",
  label: "VLAN group",
  path: "/api/ipam/vlan-groups/",
  fields: {
    name: { type: "text", owner: "initial", maxLength: 100 },
    slug: { type: "text", owner: "initial", maxLength: 100 },
    scope_type: { type: "text", owner: "initial" },
    scope_id: { type: "generic", typeField: "scope_type", owner: "initial" }
  },
  probes: [byText("slug", false)],
  unique: [{ fields: ["slug"] }],
  lookup: [{ field: "slug", filter: "slug" }],
  removal: { how: "keep" }
}
