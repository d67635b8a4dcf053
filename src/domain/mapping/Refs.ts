import type { Disk, Nic } from "../proxmox/Guest.ts"
import { ref, type Ref } from "../Ref.ts"
import { slugOf } from "./Naming.ts"

/**
 * How the identity of each object is made. What belongs to a source begins with the source's name and, for guests, the
 * vmid, which Proxmox gives once in a cluster to containers and virtual machines alike; what sources share has NetBox's own
 * natural key.
 */
export const tagRef = (name: string): Ref => ref("extras.tag", name)

export const siteRef = (slug: string): Ref => ref("dcim.site", slug)

export const clusterTypeRef = ref("virtualization.clustertype", "proxmox-ve")

export const clusterRef = (source: string): Ref => ref("virtualization.cluster", source)

export const manufacturerRef = ref("dcim.manufacturer", "proxmox")

export const deviceTypeRef = ref("dcim.devicetype", "proxmox-generic-device")

export const nodeRoleRef = ref("dcim.devicerole", "proxmox-node")

export const platformRef = (name: string): Ref => ref("dcim.platform", slugOf(name))

export const deviceKey = (source: string, node: string): string => `${source}/node/${node}`

export const deviceRef = (source: string, node: string): Ref => ref("dcim.device", deviceKey(source, node))

export const nodeInterfaceKey = (device: string, name: string): string => `${device}/${name}`

export const nodeInterfaceRef = (device: string, name: string): Ref =>
  ref("dcim.interface", nodeInterfaceKey(device, name))

export const nodeMacRef = (device: string, name: string, mac: string): Ref =>
  ref("dcim.macaddress", `${nodeInterfaceKey(device, name)}/${mac}`)

export const nodeAddressRef = (device: string, name: string, host: string): Ref =>
  ref("ipam.ipaddress", `${nodeInterfaceKey(device, name)}/${host}`)

export const vlanGroupRef = (source: string): Ref => ref("ipam.vlangroup", source)

export const vlanRef = (source: string, vid: number): Ref => ref("ipam.vlan", `${source}/${vid}`)

export const guestKey = (source: string, vmid: number): string => `${source}/${vmid}`

export const machineRef = (guest: string): Ref => ref("virtualization.virtualmachine", guest)

export const interfaceKey = (guest: string, nic: Nic): string => `${guest}/${nic.key}`

export const interfaceRef = (guest: string, nic: Nic): Ref =>
  ref("virtualization.vminterface", interfaceKey(guest, nic))

export const macRef = (guest: string, nic: Nic, mac: string): Ref =>
  ref("dcim.macaddress", `${interfaceKey(guest, nic)}/${mac}`)

export const addressRef = (guest: string, nic: Nic, host: string): Ref =>
  ref("ipam.ipaddress", `${interfaceKey(guest, nic)}/${host}`)

export const diskRef = (guest: string, disk: Disk): Ref => ref("virtualization.virtualdisk", `${guest}/${disk.key}`)
