import { byNameWithin, type Kind, textOf } from "../Kind.ts"
import { isRefValue } from "../Ref.ts"

/** `local-lvm: vm-101-disk-0` of a description that goes on with format and options. */
const volumeIn = (description: string): string | undefined => {
  const [volume = ""] = description.split(", ")
  return /^(?:[^:/]+: .|\/dev\/)/.test(volume) ? volume : undefined
}

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
  probes: [
    byNameWithin("virtual_machine"),
    {
      evidence: "volume on the virtual machine",
      wanted: (desired, { id }) => {
        const machine = desired.fields["virtual_machine"]?.value
        const at = isRefValue(machine) ? id(machine.$ref) : undefined
        const volume = volumeIn(textOf(desired.fields["description"]?.value)[0] ?? "")
        return at === undefined || volume === undefined ? [] : [`${at} ${volume}`]
      },
      found: ({ fields }) => {
        const volume = volumeIn(textOf(fields["description"])[0] ?? "")
        return volume === undefined ? [] : [`${String(fields["virtual_machine"])} ${volume}`]
      }
    }
  ],
  mark: { field: "description", of: volumeIn },
  unique: [{ fields: ["name", "virtual_machine"] }],
  lookup: [
    { field: "virtual_machine", filter: "virtual_machine_id" },
    { field: "name", filter: "name" }
  ],
  removal: { how: "delete" }
}
