import { isJsonObject, type Json, type JsonObject } from "../Json.ts"
import type { GuestFacts, NodeFacts } from "./Observation.ts"
import { parseInteger } from "./Scalar.ts"
import { Option } from "effect"

/** A virtual network that Proxmox lays over its nodes; guests name it where others name a bridge. */
export interface Vnet {
  readonly name: string
  /** The VLAN it stands for; absent in zones that are no VLANs, whose tag means something else. */
  readonly tag?: number
  readonly alias?: string
}

const textOf = (row: JsonObject, key: string): string | undefined => {
  const value = Object.hasOwn(row, key) ? row[key] : undefined
  return typeof value === "string" && value !== "" ? value : undefined
}

const rowsOf = (value: Json): ReadonlyArray<JsonObject> | undefined =>
  Array.isArray(value) ? value.filter((row: Json) => isJsonObject(row)) : undefined

/** Names of the zones whose vnets are VLANs, of `/cluster/sdn/zones`. */
export const vlanZones = (value: Json): ReadonlySet<string> | undefined => {
  const rows = rowsOf(value)
  return rows && new Set(rows.flatMap((row) => (row["type"] === "vlan" ? (textOf(row, "zone") ?? []) : [])))
}

/** `/cluster/sdn/vnets`, sorted by name. */
export const vnets = (value: Json, zones: ReadonlySet<string>): ReadonlyArray<Vnet> | undefined =>
  rowsOf(value)
    ?.flatMap((row): ReadonlyArray<Vnet> => {
      const name = textOf(row, "vnet")
      if (name === undefined) return []
      const tag = zones.has(textOf(row, "zone") ?? "")
        ? Option.getOrUndefined(parseInteger(row["tag"] ?? null, 1, 4094))
        : undefined
      const alias = textOf(row, "alias")
      return [{ name, ...(tag === undefined ? {} : { tag }), ...(alias === undefined ? {} : { alias }) }]
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))

/** Whether a name is that of a bridge that a node has itself. */
export const isOwnBridge = (name: string, network: NodeFacts["network"]): boolean =>
  /^vmbr\d+$/.test(name) || (network ?? []).some((row) => row["iface"] === name)

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
