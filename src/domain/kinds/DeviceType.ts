import { byText, type Kind } from "../Kind.ts"

export const DeviceType: Kind = {
  name: "dcim.devicetype",
  label: "device type",
  path: "/api/dcim/device-types/",
  fields: {
    manufacturer: { type: "ref", kind: "dcim.manufacturer", owner: "initial", required: true },
    model: { type: "text", owner: "initial", maxLength: 100 },
    slug: { type: "text", owner: "initial", maxLength: 100 },
    u_height: { type: "decimal", owner: "initial" }
  },
  probes: [byText("slug", false), byText("model", false)],
  unique: [{ fields: ["manufacturer", "slug"] }, { fields: ["manufacturer", "model"] }],
  lookup: [{ field: "slug", filter: "slug" }],
  removal: { how: "keep" }
}
