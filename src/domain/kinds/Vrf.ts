import { byText, type Kind } from "../Kind.ts"

/** Only referred to, by rules. */
export const Vrf: Kind = {
  name: "ipam.vrf",
  label: "VRF",
  path: "/api/ipam/vrfs/",
  fields: { name: { type: "text", owner: "initial" } },
  probes: [byText("name", false)],
  unique: [],
  lookup: [{ field: "name", filter: "name" }],
  removal: { how: "keep" }
}
