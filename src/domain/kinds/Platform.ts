import { byText, type Kind } from "../Kind.ts"

/** Names that differ in case can coexist in NetBox, so the first without case is taken before one is made. */
export const Platform: Kind = {
  name: "dcim.platform",
  label: "platform",
  path: "/api/dcim/platforms/",
  fields: {
    name: { type: "text", owner: "initial", maxLength: 100 },
    slug: { type: "text", owner: "initial", maxLength: 100 }
  },
  probes: [byText("name", false), byText("name", true), byText("slug", false)],
  unique: [{ fields: ["name"] }, { fields: ["slug"] }],
  lookup: [{ field: "slug", filter: "slug" }],
  removal: { how: "keep" }
}
