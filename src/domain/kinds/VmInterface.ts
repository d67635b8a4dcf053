import { adopt, byNameWithin, type Kind, pass, textOf } from "../Kind.ts"
import { isRefValue } from "../Ref.ts"

/** `bridge` is not here: in NetBox it names another interface of the same virtual machine, not the hypervisor's bridge. */
export const VmInterface: Kind = {
  name: "virtualization.vminterface",
  label: "VM interface",
  path: "/api/virtualization/interfaces/",
  fields: {
    virtual_machine: {
      type: "ref",
      kind: "virtualization.virtualmachine",
      owner: "owned",
      parent: true,
      required: true
    },
    name: { type: "text", owner: "three-way", maxLength: 64 },
    enabled: { type: "boolean", owner: "owned" },
    mtu: { type: "integer", owner: "owned" },
    mode: { type: "choice", owner: "three-way", group: "vlan" },
    untagged_vlan: { type: "ref", kind: "ipam.vlan", owner: "three-way", group: "vlan" },
    tagged_vlans: { type: "refs", kind: "ipam.vlan", owner: "three-way", group: "vlan" },
    description: { type: "text", owner: "initial", maxLength: 200 },
    primary_mac_address: { type: "ref", kind: "dcim.macaddress", owner: "owned", late: true }
  },
  probes: [
    byNameWithin("virtual_machine"),
    {
      evidence: "MAC address on the virtual machine",
      wanted: (desired) => textOf(desired.hints?.["mac"]),
      found: (row, { target }) => {
        const mac = row.fields["primary_mac_address"]
        const found = typeof mac === "number" ? target.rows("dcim.macaddress").get(mac) : undefined
        return textOf(found?.fields["mac_address"]).map((text) => text.toUpperCase())
      },
      judge: (desired, row, { id }) => {
        const machine = desired.fields["virtual_machine"]?.value
        return isRefValue(machine) && id(machine.$ref) === row.fields["virtual_machine"] ? adopt : pass
      }
    }
  ],
  unique: [{ fields: ["name", "virtual_machine"] }],
  lookup: [
    { field: "virtual_machine", filter: "virtual_machine_id" },
    { field: "name", filter: "name" }
  ],
  removal: { how: "delete" },
  deleteBatch: 50
}
