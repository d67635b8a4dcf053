import { byText, type Kind, lowerCase } from "../Kind.ts"

/** Its defaults stay empty: NetBox would copy them into new virtual machines whose fields are blank. */
export const VirtualMachineType: Kind = {
  name: "virtualization.virtualmachinetype",
  label: "virtual machine type",
  path: "/api/virtualization/virtual-machine-types/",
  since: "4.6",
  fields: {
    name: { type: "text", owner: "initial", maxLength: 100 },
    slug: { type: "text", owner: "initial", maxLength: 100 }
  },
  probes: [byText("slug", false), byText("name", true)],
  unique: [{ fields: ["name"], compare: lowerCase }, { fields: ["slug"] }],
  lookup: [{ field: "slug", filter: "slug" }],
  removal: { how: "keep" }
}
