/**
 * The switches by which clients of proxbox-api say what a run may overwrite, in the order in which they are documented, each with
 * the fields it stands for. A switch that is off leaves these fields as they are once an object exists; one that is on leaves
 * them to the engine's own rules. Switches without fields are for what the engine writes nowhere, or always: the identity in
 * the custom fields.
 */
export const overwrites = {
  overwrite_device_role: ["dcim.device.role"],
  overwrite_device_type: ["dcim.device.device_type"],
  overwrite_device_tags: ["dcim.device.tags"],
  overwrite_device_status: ["dcim.device.status"],
  overwrite_device_description: ["dcim.device.description"],
  overwrite_device_custom_fields: [],
  overwrite_vm_role: ["virtualization.virtualmachine.role"],
  overwrite_vm_type: ["virtualization.virtualmachine.virtual_machine_type"],
  overwrite_vm_platform: ["virtualization.virtualmachine.platform"],
  overwrite_vm_tags: ["virtualization.virtualmachine.tags"],
  // Tags of Proxmox are tags of the machine.
  overwrite_vm_proxmox_tags: ["virtualization.virtualmachine.tags"],
  overwrite_vm_description: ["virtualization.virtualmachine.description", "virtualization.virtualmachine.comments"],
  overwrite_vm_custom_fields: [],
  overwrite_vm_cloudinit: [],
  overwrite_cluster_tags: ["virtualization.cluster.tags"],
  overwrite_cluster_description: ["virtualization.cluster.description"],
  overwrite_cluster_custom_fields: [],
  overwrite_node_interface_tags: ["dcim.interface.tags"],
  overwrite_node_interface_custom_fields: [],
  overwrite_storage_tags: [],
  overwrite_vm_interface_tags: [],
  overwrite_vm_interface_custom_fields: [],
  overwrite_ip_status: ["ipam.ipaddress.status"],
  overwrite_ip_tags: [],
  overwrite_ip_custom_fields: [],
  overwrite_ip_address_dns_name: ["ipam.ipaddress.dns_name"]
} as const satisfies { readonly [flag: string]: ReadonlyArray<string> }

export type Overwrite = keyof typeof overwrites

/** Off unless it is asked for. */
export const defaultOff: Overwrite = "overwrite_vm_platform"

/** What a switch of `sync_mode_…` is about: kinds, and whether of nodes or guests where both have them. */
export const modes = {
  sync_mode_vm: ["virtualization.virtualmachine", "virtualization.virtualdisk"],
  sync_mode_vm_interface: ["virtualization.vminterface"],
  sync_mode_mac: ["dcim.macaddress"],
  sync_mode_ip_address: ["ipam.ipaddress"],
  sync_mode_cluster: ["virtualization.cluster"],
  sync_mode_node: ["dcim.device", "dcim.interface"],
  sync_mode_vm_template: [],
  sync_mode_storage: [],
  sync_mode_sdn: ["ipam.vlangroup", "ipam.vlan"],
  sync_mode_sdn_bgp: []
} as const satisfies { readonly [flag: string]: ReadonlyArray<string> }

export type ModeFlag = keyof typeof modes
