import { byText, type Kind } from "../Kind.ts"

export const Manufacturer: Kind = {
  name: "dcim.manufacturer",
  label: "manufacturer",
  path: "/api/dcim/manufacturers/",
  fields: {
    name: { type: "text", owner: "initial", maxLength: 100 },
    slug: { type: "text", owner: "initial", maxLength: 100 }
  },
  probes: [byText("slug", false), byText("name", false)],
  unique: [{ fields: ["name"] }, { fields: ["slug"] }],
  lookup: [{ field: "slug", filter: "slug" }],
  removal: { how: "keep" }
}
