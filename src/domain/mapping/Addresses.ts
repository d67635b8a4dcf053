import { Option, Order } from "effect"
import * as Address from "../proxmox/Address.ts"
import type { Guest, Nic } from "../proxmox/Guest.ts"
import type { GuestFacts, GuestInterface } from "../proxmox/Observation.ts"

/** One address of a guest on one of its NICs. */
export interface AssignedAddress {
  readonly nic: Nic
  readonly nicIndex: number
  readonly cidr: Address.Cidr
  /** Canonical text without prefix length. */
  readonly host: string
  /** Canonical text with prefix length. */
  readonly text: string
  readonly static: boolean
  readonly why: string
}

export interface Addresses {
  /** In the order in which they are preferred as primary. */
  readonly list: ReadonlyArray<AssignedAddress>
  /** Keys of NICs of which all addresses are known: an address that is missing there is gone. */
  readonly covered: ReadonlySet<string>
  /** Whether nothing that could tell an address was unreadable: else a better one may exist. */
  readonly whole: boolean
}

/** What a guest can be reached by: not what only it or its link knows, nor the two ends of a network. */
export const isUsable = ({ address, prefix }: Address.Cidr): boolean => {
  const scope = Address.scopeOf(address, prefix)
  return scope === "private" || scope === "global"
}

const live = (found: GuestInterface): ReadonlyArray<Address.Cidr> =>
  found.addresses.flatMap(({ address, prefix }) => {
    const parsed = Address.parse(address)
    if (Option.isNone(parsed)) return []
    return [{ address: parsed.value, prefix: prefix ?? Address.widthOf(parsed.value.family) }]
  })

const configured = (nic: Nic): ReadonlyArray<Address.Cidr> =>
  nic.addresses.flatMap((text) => Option.toArray(Address.parseCidr(text)))

const interfaceBits = 64n

/** The last 64 bits of the address that a NIC makes of its MAC (modified EUI-64). */
const ofMac = (mac: string): bigint => {
  const digits = mac.replaceAll(":", "")
  return BigInt(`0x${digits.slice(0, 6)}FFFE${digits.slice(6)}`) ^ (1n << 57n)
}

/**
 * Guests do not say which of their addresses is temporary. Where one made of the MAC address is reported, others of the
 * same network with random last 64 bits are; what was typed by a person begins with zeros there.
 */
const withoutTemporary = (
  all: ReadonlyArray<Address.Cidr>,
  fixed: ReadonlyArray<Address.Cidr>,
  mac: string
): ReadonlyArray<Address.Cidr> => {
  const own = ofMac(mac)
  const isV6 = ({ address }: Address.Cidr) => address.family === 6
  const networkOf = ({ address }: Address.Cidr) => address.value >> interfaceBits
  const last = ({ address }: Address.Cidr) => BigInt.asUintN(64, address.value)
  const networks = new Set(all.flatMap((cidr) => (isV6(cidr) && last(cidr) === own ? [networkOf(cidr)] : [])))
  const isTemporary = (cidr: Address.Cidr): boolean =>
    isV6(cidr) &&
    networks.has(networkOf(cidr)) &&
    last(cidr) !== own &&
    last(cidr) >> 48n !== 0n &&
    !fixed.some(({ address }) => address.family === 6 && address.value === cidr.address.value)
  return all.filter((cidr) => !isTemporary(cidr))
}

const rank = (one: AssignedAddress): ReadonlyArray<number> => [
  one.static ? 0 : 1,
  // A host prefix is what shared addresses look like; they belong to a service, not to a guest.
  one.cidr.prefix === Address.widthOf(one.cidr.address.family) ? 1 : 0,
  one.nicIndex,
  one.cidr.address.family === 6 && Address.scopeOf(one.cidr.address) === "private" ? 1 : 0
]

const preferred: Order.Order<AssignedAddress> = Order.combine(
  Order.mapInput(Order.array(Order.number), rank),
  Order.mapInput(Order.bigint, ({ cidr }: AssignedAddress) => cidr.address.value)
)

/**
 * The addresses of a guest. A NIC that the guest reports (found by its MAC; VLAN children, aliases and bonds share it) has
 * the reported ones; a NIC it does not report has those of the configuration, if any. `whole`: nothing of the report, nor of
 * what the configuration says of it, was unreadable. `temporary`: privacy addresses count.
 */
export const addressesOf = (
  facts: GuestFacts,
  guest: Guest | undefined,
  { temporary, whole }: { readonly whole: boolean; readonly temporary: boolean }
): Addresses => {
  if (guest === undefined) return { list: [], covered: new Set(), whole }
  const list = new Map<string, AssignedAddress>()
  const covered = new Set<string>()
  guest.nics.forEach((nic, nicIndex) => {
    const reported = nic.mac === null ? [] : (facts.interfaces ?? []).filter(({ mac }) => mac === nic.mac)
    const fixed = configured(nic)
    const answered = reported.length > 0
    const isFixed = fixed.length > 0 && !nic.dhcp && !nic.slaac && !guest.agent
    if (whole && (answered || isFixed)) covered.add(nic.key)
    const all = (answered ? reported.flatMap(live) : fixed).filter(isUsable)
    for (const cidr of temporary || nic.mac === null ? all : withoutTemporary(all, fixed, nic.mac)) {
      const host = Address.format(cidr.address)
      if (list.has(host)) continue
      list.set(host, {
        nic,
        nicIndex,
        cidr,
        host,
        text: Address.formatCidr(cidr),
        static: fixed.some(({ address }) => Address.format(address) === host),
        why: answered ? "reported by the guest" : `config.${nic.key}`
      })
    }
  })
  return { list: [...list.values()].sort(preferred), covered, whole }
}
