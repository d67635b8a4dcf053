import { clusterRef } from "../../../../domain/mapping/Refs.ts"
import { lastOf } from "../frames/Keys.ts"
import { nameOf } from "../frames/Teller.ts"
import { guestOf, nodeOf, type Wanted } from "./Individual.ts"
import type * as Query from "./Query.ts"

const machine = "virtualization.virtualmachine"

const guestNamed = ({ cluster_name, node, type, vmid }: typeof Query.GuestPath.Type) => ({
  cluster_name,
  node,
  type,
  vmid
})

export const cluster = ({ cluster_name }: typeof Query.ClusterQuery.Type): Wanted => ({
  object_type: "cluster",
  cluster: cluster_name,
  named: { cluster_name },
  kinds: ["virtualization.cluster"],
  owner: clusterRef,
  is: () => true
})

export const node = ({ cluster_name, node_name }: typeof Query.NodeQuery.Type): Wanted => ({
  object_type: "node",
  cluster: cluster_name,
  named: { cluster_name, node: node_name },
  kinds: ["dcim.device"],
  owner: nodeOf(node_name),
  is: () => true
})

export const vm = (query: typeof Query.GuestPath.Type): Wanted => ({
  object_type: "vm",
  cluster: query.cluster_name,
  named: guestNamed(query),
  kinds: [machine],
  owner: guestOf(query.vmid),
  is: () => true
})

export const nic = (query: typeof Query.InterfaceQuery.Type): Wanted => ({
  object_type: "interface",
  cluster: query.cluster_name,
  named: { ...guestNamed(query), interface_name: query.interface_name },
  kinds: ["virtualization.vminterface", "dcim.macaddress"],
  owner: guestOf(query.vmid),
  is: (thing, script) => [nameOf(script, thing), lastOf(thing.ref)].includes(query.interface_name)
})

const host = (address: string): string => address.split("/")[0] ?? address

export const ip = (query: typeof Query.AddressQuery.Type): Wanted => ({
  object_type: "ip",
  cluster: query.cluster_name,
  named: { ...guestNamed(query), ip_address: query.ip_address },
  kinds: ["ipam.ipaddress", machine],
  owner: guestOf(query.vmid),
  is: (thing, script) => host(nameOf(script, thing)) === host(query.ip_address)
})

export const disk = (query: typeof Query.DiskQuery.Type): Wanted => ({
  object_type: "disk",
  cluster: query.cluster_name,
  named: { ...guestNamed(query), disk_name: query.disk_name },
  kinds: ["virtualization.virtualdisk"],
  owner: guestOf(query.vmid),
  is: (thing, script) => [nameOf(script, thing), lastOf(thing.ref)].includes(query.disk_name)
})
