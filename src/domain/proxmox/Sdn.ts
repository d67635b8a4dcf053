import type { Json } from "../Json.ts"
import type { GuestFacts, NodeFacts } from "./Observation.ts"
import { rowsOf, textOf } from "./Rows.ts"
import { parseInteger } from "./Scalar.ts"
import { Option } from "effect"

/** A virtual network that Proxmox lays over its nodes; guests name it where others name a bridge. */
export interface Vnet {
  readonly name: string
  /** The VLAN it stands for; absent in zones that are no VLANs, whose tag means something else. */
  readonly tag?: number
  readonly alias?: string
}

/** What each zone is (`vlan`, `vxlan`, …), of `/cluster/sdn/zones`. */
export const zoneTypes = (value: Json): ReadonlyMap<string, string> | undefined => {
  const rows = rowsOf(value)
  return (
    rows &&
    new Map(
      rows.flatMap((row): ReadonlyArray<readonly [string, string]> => {
        const [zone, type] = [textOf(row, "zone"), textOf(row, "type")]
        return zone === undefined || type === undefined ? [] : [[zone, type]]
      })
    )
  )
}

/**
 * `/cluster/sdn/vnets`, sorted by name: those of which is seen whether they are a VLAN, and which. One of a zone that is
 * not listed, or of a VLAN zone without a tag, tells nothing, and is left out.
 */
export const vnets = (value: Json, zones: ReadonlyMap<string, string>): ReadonlyArray<Vnet> | undefined =>
  rowsOf(value)
    ?.flatMap((row): ReadonlyArray<Vnet> => {
      const name = textOf(row, "vnet")
      const type = zones.get(textOf(row, "zone") ?? "")
      if (name === undefined || type === undefined) return []
      const tag = type === "vlan" ? Option.getOrUndefined(parseInteger(row["tag"] ?? null, 1, 4094)) : undefined
      if (type === "vlan" && tag === undefined) return []
      const alias = textOf(row, "alias")
      return [{ name, ...(tag === undefined ? {} : { tag }), ...(alias === undefined ? {} : { alias }) }]
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))

/** Whether a name is that of a bridge that a node has itself; a vnet that it has stands among its interfaces, too. */
export const isOwnBridge = (name: string, network: NodeFacts["network"]): boolean =>
  /^vmbr\d+$/.test(name) || (network ?? []).some((row) => row["iface"] === name && row["type"] !== "vnet")

/** Whether a guest is attached to something that no node has as a bridge of its own. */
export const namesVnets = (guests: ReadonlyArray<GuestFacts>, nodes: ReadonlyArray<NodeFacts>): boolean => {
  const networks = new Map(nodes.map(({ name, network }) => [name, network]))
  return guests.some(({ config = {}, node }) =>
    Object.entries(config).some(([key, value]) => {
      if (!/^net\d+$/.test(key) || typeof value !== "string") return false
      const bridge = /(?:^|,)bridge=([^,]+)/.exec(value)?.[1]
      return bridge !== undefined && !isOwnBridge(bridge, networks.get(node))
    })
  )
}
