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

/** The name of what a NIC is on, where that may be a vnet: no bridge of its node, and the NIC does not say its VLAN itself. */
const vnetOf = ({ networks }: Facts, { facts }: GuestView, { bridge, tag, trunks }: Nic): string | undefined =>
  bridge === null || tag !== null || trunks.length > 0 || isOwnBridge(bridge, networks.get(facts.node))
    ? undefined
    : bridge

/**
 * A NIC on a vnet is in the vnet's VLAN, unless it says otherwise. Undefined where that could not be seen: what is neither a
 * bridge nor a vnet of the list is something, for guests are on it.
 */
export const wireOf = (facts: Facts, view: GuestView, nic: Nic): Wire | undefined => {
  const { key, tag, trunks } = nic
  const name = vnetOf(facts, view, nic)
  if (name === undefined) return { tag, trunks, why: `config.${key} ${trunks.length > 0 ? "trunks" : "tag"}` }
  const vnet = facts.vnets?.get(name)
  return vnet && { tag: vnet.tag ?? null, trunks, why: `vnet ${name}`, name: vnet.alias ?? name }
}

/** What NICs are on without being seen, one line each: their VLANs stay as they are. */
export const unknownWires = (facts: Facts): ReadonlyArray<{ readonly scope: string; readonly detail: string }> => {
  const counts = new Map<string, number>()
  for (const view of facts.guests) {
    for (const nic of view.guest?.nics ?? []) {
      const name = vnetOf(facts, view, nic)
      if (name !== undefined && facts.vnets?.has(name) !== true) counts.set(name, (counts.get(name) ?? 0) + 1)
    }
  }
  return [...counts].map(([name, count]) => ({
    scope: facts.settings.name,
    detail: `${name} was seen neither as a bridge of its node nor as a vnet; VLANs of ${count} NICs on it stay as they are`
  }))
}
