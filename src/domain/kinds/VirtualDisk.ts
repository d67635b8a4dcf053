import { byNameWithin, type Kind } from "../Kind.ts"

/** NetBox has no storage field; the volume stands in the description. Sizes are MiB. */
export const VirtualDisk: Kind = {
  name: "virtualization.virtualdisk",
  label: "virtual disk",
  path: "/api/virtualization/virtual-disks/",
  fields: {
    virtual_machine: {
      type: "ref",
      kind: "virtualization.virtualmachine",
      owner: "owned",
      parent: true,
      required: true
    },
    name: { type: "text", owner: "owned", maxLength: 64 },
    size: { type: "integer", owner: "owned" },
    description: { type: "text", owner: "three-way", maxLength: 200 }
  },
  probes: [byNameWithin("virtual_machine")],
  unique: [{ fields: ["virtual_machine", "name"] }],
  lookup: [
    { field: "virtual_machine", filter: "virtual_machine_id" },
    { field: "name", filter: "name" }
  ],
  removal: { how: "delete" }
}
