import type { Nic } from "../proxmox/Guest.ts"
import { isOwnBridge } from "../proxmox/Sdn.ts"
import type { Facts, GuestView } from "./Facts.ts"

/** The VLANs that a NIC is in, and what says so. */
export interface Wire {
  readonly tag: number | null
  readonly trunks: ReadonlyArray<number>
  readonly why: string
  /** What the VLAN is called, where Proxmox has a name for it. */
  readonly name?: string
}

/** A NIC on a vnet is in the vnet's VLAN, unless it says otherwise. Undefined where that could not be seen. */
export const wireOf = ({ networks, vnets }: Facts, { facts }: GuestView, nic: Nic): Wire | undefined => {
  const { bridge, key, tag, trunks } = nic
  const own: Wire = { tag, trunks, why: `config.${key} ${trunks.length > 0 ? "trunks" : "tag"}` }
  if (tag !== null || trunks.length > 0 || bridge === null || isOwnBridge(bridge, networks.get(facts.node))) return own
  if (vnets === undefined) return undefined
  const vnet = vnets.get(bridge)
  return vnet === undefined ? own : { tag: vnet.tag ?? null, trunks, why: `vnet ${bridge}`, name: vnet.alias ?? bridge }
}
