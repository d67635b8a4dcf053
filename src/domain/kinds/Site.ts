import { byText, type Kind } from "../Kind.ts"

export const Site: Kind = {
  name: "dcim.site",
  label: "site",
  path: "/api/dcim/sites/",
  fields: {
    name: { type: "text", owner: "initial", maxLength: 100 },
    slug: { type: "text", owner: "initial", maxLength: 100 },
    status: { type: "choice", owner: "initial" }
  },
  probes: [byText("slug", false)],
  unique: [{ fields: ["name"] }, { fields: ["slug"] }],
  lookup: [{ field: "slug", filter: "slug" }],
  removal: { how: "keep" }
}
