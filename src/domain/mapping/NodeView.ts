import { Order } from "effect"
import * as Address from "../proxmox/Address.ts"
import type { NodeInterface } from "../proxmox/NodeInterface.ts"
import type { NodeFacts, Observation } from "../proxmox/Observation.ts"
import { parseNode } from "../proxmox/ParseNode.ts"
import { isUsable } from "./Addresses.ts"
import { deviceKey } from "./Refs.ts"

/** One address of a node on one of its interfaces. */
export interface NodeAddress {
  readonly on: NodeInterface
  readonly cidr: Address.Cidr
  /** Canonical text without prefix length. */
  readonly host: string
  readonly text: string
  /** Why it is preferred as primary, if it is. */
  readonly why: string
}

/** A node with what could be read of its network. */
export interface NodeView {
  /** `lab/node/pve1`. */
  readonly key: string
  readonly facts: NodeFacts
  /** Empty where nothing was seen, too: only `whole` makes evidence of what is missing. */
  readonly interfaces: ReadonlyArray<NodeInterface>
  /** Names that are listed and are no interfaces of their own. */
  readonly others: ReadonlyArray<string>
  /** Whether every interface of the node was seen. */
  readonly whole: boolean
  /** In the order in which they are preferred as primary. */
  readonly addresses: ReadonlyArray<NodeAddress>
  readonly warnings: ReadonlyArray<string>
}

const rank = (ip: string | undefined, { cidr: { address }, host, on }: NodeAddress): number => {
  if (host === ip) return 0
  return on.gateways.includes(address.family) ? 1 : 2
}

const whys = ["address of the node in the cluster", "address on the way to the gateway", "lowest address"]

const addressesOf = (
  { ip }: NodeFacts,
  interfaces: ReadonlyArray<NodeInterface>,
  warnings: Array<string>
): ReadonlyArray<NodeAddress> => {
  const found = new Map<string, NodeAddress>()
  for (const on of interfaces) {
    for (const cidr of on.addresses.filter(isUsable)) {
      const host = Address.format(cidr.address)
      const first = found.get(host)
      if (first === undefined) found.set(host, { on, cidr, host, text: Address.formatCidr(cidr), why: "" })
      else if (first.on !== on) warnings.push(`${on.name}: ${host} is on ${first.on.name}, too, and stays there`)
    }
  }
  const preferred = Order.combine(
    Order.mapInput(Order.number, (one: NodeAddress) => rank(ip, one)),
    Order.mapInput(Order.bigint, ({ cidr }: NodeAddress) => cidr.address.value)
  )
  return [...found.values()].sort(preferred).map((one) => ({ ...one, why: whys[rank(ip, one)] ?? "" }))
}

/** The nodes of a source as the mappings see them. */
export const nodeViews = (source: string, { gaps, nodes }: Observation): ReadonlyArray<NodeView> => {
  const hidden = new Set(gaps.flatMap(({ scope, what }) => (what === "network" ? [scope] : [])))
  return nodes.map((facts) => {
    const isSeen = facts.online === true && facts.network !== undefined
    const whole = isSeen && !hidden.has("source") && !hidden.has(`node/${facts.name}`)
    const { interfaces, others, warnings } = parseNode(isSeen ? (facts.network ?? []) : [], whole)
    const told = [...warnings]
    const addresses = addressesOf(facts, interfaces, told)
    return { key: deviceKey(source, facts.name), facts, interfaces, others, whole, addresses, warnings: told }
  })
}
