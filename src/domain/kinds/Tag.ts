import { byText, type Kind } from "../Kind.ts"

/** Colour and description are written once: operators recolour tags. */
export const Tag: Kind = {
  name: "extras.tag",
  label: "tag",
  path: "/api/extras/tags/",
  fields: {
    name: { type: "text", owner: "initial", maxLength: 100 },
    slug: { type: "text", owner: "initial", maxLength: 100 },
    color: { type: "text", owner: "initial" },
    description: { type: "text", owner: "initial", maxLength: 200 },
    /** Only read: the kinds it is kept for, all where empty. */
    object_types: { type: "words", owner: "initial" }
  },
  probes: [byText("name", false), byText("name", true), byText("slug", false)],
  unique: [{ fields: ["name"] }, { fields: ["slug"] }],
  lookup: [{ field: "slug", filter: "slug" }],
  removal: { how: "keep" }
}
