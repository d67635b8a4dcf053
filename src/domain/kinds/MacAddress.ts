import type { Kind } from "../Kind.ts"
import { isRefValue } from "../Ref.ts"

/** An object of its own on every supported NetBox. Nothing there keeps one address from being stored twice. */
export const MacAddress: Kind = {
  name: "dcim.macaddress",
  label: "MAC address",
  path: "/api/dcim/mac-addresses/",
  fields: {
    mac_address: { type: "text", owner: "owned" },
    assigned_object_type: { type: "text", owner: "owned" },
    assigned_object_id: {
      type: "generic",
      typeField: "assigned_object_type",
      owner: "owned",
      parent: true,
      required: true
    }
  },
  probes: [
    {
      evidence: "address on the interface",
      wanted: (desired, { id }) => {
        const at = desired.fields["assigned_object_id"]?.value
        const atId = isRefValue(at) ? id(at.$ref) : undefined
        const type = String(desired.fields["assigned_object_type"]?.value)
        return atId === undefined ? [] : [`${String(desired.fields["mac_address"]?.value)} ${type} ${atId}`]
      },
      found: ({ fields }) => [
        `${String(fields["mac_address"]).toUpperCase()} ${String(fields["assigned_object_type"])} ${String(fields["assigned_object_id"])}`
      ],
      takesOver: true
    }
  ],
  unique: [],
  lookup: [
    { field: "mac_address", filter: "mac_address" },
    {
      field: "assigned_object_id",
      filter: { "virtualization.vminterface": "vminterface_id", "dcim.interface": "interface_id" }
    }
  ],
  removal: { how: "delete" }
}
