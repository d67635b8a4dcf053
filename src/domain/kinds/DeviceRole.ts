import { byText, type Kind } from "../Kind.ts"

/** Roles of devices and of virtual machines alike. */
export const DeviceRole: Kind = {
  name: "dcim.devicerole",
  label: "role",
  path: "/api/dcim/device-roles/",
  fields: {
    name: { type: "text", owner: "initial", maxLength: 100 },
    slug: { type: "text", owner: "initial", maxLength: 100 },
    color: { type: "text", owner: "initial" },
    vm_role: { type: "boolean", owner: "initial" }
  },
  probes: [byText("slug", false)],
  unique: [{ fields: ["slug"] }, { fields: ["name"] }],
  lookup: [{ field: "slug", filter: "slug" }],
  removal: { how: "keep" }
}
