import { byNameWithin, type Kind, type ProbeContext, textOf } from "../Kind.ts"
import { isLegacy } from "../Legacy.ts"
import { isRefValue, keyOf, type Ref, ref } from "../Ref.ts"
import type { Current } from "../Target.ts"

const machine = "virtualization.virtualmachine"

/** `local-lvm: vm-101-disk-0` of a description that goes on with format and options. */
const volumeIn = (description: string): string | undefined => {
  const [volume = ""] = description.split(", ")
  return /^(?:[^:/]+: .|\/dev\/)/.test(volume) ? volume : undefined
}

/** proxbox-api makes disks of optical drives (size 0) and of firmware state; they are no capacity of the guest. */
const leftover = (row: Current, context: ProbeContext): Ref | undefined => {
  const { name, size, virtual_machine: at } = row.fields
  const text = typeof name === "string" ? name : ""
  const isNone = (size === 0 && /^(ide|sata|scsi|virtio)\d+$/.test(text)) || /^(efidisk|tpmstate)\d+$/.test(text)
  if (!isNone || typeof at !== "number") return undefined
  const owner = context.boundTo(machine, at)
  const host = context.target.rows(machine).get(at)
  return owner !== undefined && host !== undefined && isLegacy(host, context.target)
    ? ref("virtualization.virtualdisk", `${keyOf(owner.ref)}/${text}`)
    : undefined
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
  removal: { how: "delete" },
  leftover
}
