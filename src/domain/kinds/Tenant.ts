import { byText, type Kind } from "../Kind.ts"

/** Only referred to, by rules. */
export const Tenant: Kind = {
  name: "tenancy.tenant",
  label: "tenant",
  path: "/api/tenancy/tenants/",
  fields: {
    name: { type: "text", owner: "initial" },
    slug: { type: "text", owner: "initial" }
  },
  probes: [byText("slug", false)],
  unique: [{ fields: ["slug"] }],
  lookup: [{ field: "slug", filter: "slug" }],
  removal: { how: "keep" }
}
