import { want } from "../Desired.ts"
import type { Mapping } from "./Mapping.ts"
import { namedObjects } from "./Named.ts"
import { nodeRoleRef } from "./Refs.ts"
import { typeRoles } from "./VirtualMachineType.ts"

export const DeviceRole: Mapping = {
  kind: "dcim.devicerole",
  objects: (facts) => [
    {
      ref: nodeRoleRef,
      source: null,
      label: "Proxmox Node",
      lazy: true,
      fields: {
        name: want("Proxmox Node", "role of nodes"),
        slug: want("proxmox-node", "role of nodes"),
        color: want("00bcd4", "role of nodes"),
        vm_role: want(false, "role of nodes")
      }
    },
    ...namedObjects(facts, "role"),
    ...typeRoles(facts)
  ]
}
