import { Option } from "effect"
import type { Gap } from "../Event.ts"
import { canonical, isJsonObject, type Json, type JsonObject } from "../Json.ts"
import type { GuestFacts, NodeFacts } from "./Observation.ts"
import * as Reader from "./Reader.ts"
import { each, type Steps } from "../Steps.ts"

/** Told of everything that could not be seen. */
export type Note = (gap: Gap) => void

/** The members of a row. One that is of no expected form is noted, and then counts as absent. */
const read = <A>(row: JsonObject, scope: string, note: Note, how: (reader: Reader.Reader) => A): A => {
  const warnings: Array<string> = []
  const result = how(Reader.make((key) => (Object.hasOwn(row, key) ? row[key] : undefined), warnings))
  for (const why of warnings) note({ scope, what: "facts", why })
  return result
}

/** Rows come in the random order of Perl's hashes; here they have one order, whatever decides between doubles. */
export const rowsOf = (value: Json): ReadonlyArray<JsonObject> | undefined => {
  if (!Array.isArray(value)) return undefined
  const rows: ReadonlyArray<Json> = value
  return rows
    .filter(isJsonObject)
    .map((row) => [canonical(row), row] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, row]) => row)
}

/** A text that says something. */
export const textOf = (row: JsonObject, key: string): string | undefined => {
  const value = Object.hasOwn(row, key) ? row[key] : undefined
  return typeof value === "string" && value !== "" ? value : undefined
}

/** As Proxmox names nodes. What goes into the path of a request must be one. */
const nodeName = (row: JsonObject, key: string): string | undefined => {
  const name = textOf(row, key)
  return name !== undefined && /^[a-z0-9](?:[a-z0-9.-]{0,62}[a-z0-9])?$/i.test(name) ? name : undefined
}

type Present<A> = { readonly [K in keyof A]?: Exclude<A[K], undefined> }

const present = <A extends object>(members: A): Present<A> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Present<A>

export interface ClusterStatus {
  /** Null on a standalone host, which has no row of type `cluster`. */
  readonly name: string | null
  readonly quorate: boolean
  readonly nodes: ReadonlyArray<NodeFacts>
}

/** `/cluster/status`; undefined where it says nothing about a single node. */
export const clusterStatus = (value: Json, note: Note): ClusterStatus | undefined => {
  const rows = rowsOf(value)
  const nodes = (rows ?? []).flatMap((row): ReadonlyArray<NodeFacts> => {
    const name = nodeName(row, "name")
    if (row.type !== "node" || name === undefined) return []
    const { ip, online } = read(row, `node/${name}`, note, (reader) => ({
      ip: reader.text("ip"),
      online: reader.boolean("online")
    }))
    return [{ name, ...present({ ip, online }) }]
  })
  const cluster = rows?.find((row) => row.type === "cluster")
  if (nodes.length === 0 || (cluster === undefined && nodes.length > 1)) return undefined
  if (cluster === undefined) return { name: null, quorate: true, nodes }
  const name = textOf(cluster, "name")
  const quorate = read(cluster, "source", note, (reader) => reader.boolean("quorate"))
  return name === undefined ? undefined : { name, quorate: quorate ?? false, nodes }
}

/** Names of `/nodes` and whether each is online; neither for a status such as `unknown`. */
export const nodeStates = (value: Json): ReadonlyMap<string, boolean | undefined> | undefined => {
  const rows = rowsOf(value)
  if (rows === undefined) return undefined
  const states = new Map<string, boolean | undefined>()
  for (const row of rows) {
    const name = nodeName(row, "node")
    const online = row.status === "online" ? true : row.status === "offline" ? false : undefined
    if (name !== undefined) states.set(name, online)
  }
  return states
}

export interface GuestList {
  readonly guests: ReadonlyArray<GuestFacts>
  /** Whether every row was understood: else a guest may be missing that exists. */
  readonly whole: boolean
}

/** Proxmox's own limit. */
const lastVmid = 999_999_999

type GuestRow = Pick<GuestFacts, "vmid" | "type" | "node"> & { readonly row: JsonObject }

/** Undefined where a row names no guest that can be asked for. */
const guestRow = (row: JsonObject): GuestRow | undefined => {
  const { type } = row
  const node = nodeName(row, "node")
  const vmid = Number(typeof row.vmid === "string" ? row.vmid : typeof row.vmid === "number" ? row.vmid : Number.NaN)
  if ((type !== "qemu" && type !== "lxc") || node === undefined) return undefined
  return Number.isInteger(vmid) && vmid >= 1 && vmid <= lastVmid ? { vmid, type, node, row } : undefined
}

/** Of two rows of one guest always the same one is taken. */
const isBefore = (a: GuestRow, b: GuestRow): boolean => canonical(a.row) < canonical(b.row)

const guestFacts = ({ node, row, type, vmid }: GuestRow, note: Note): GuestFacts => {
  const { status, ...facts } = read(row, `guest/${vmid}`, note, (reader) => ({
    status: reader.text("status"),
    name: reader.text("name"),
    // Before 7.0 a guest that is no template has an empty text here.
    template: row.template === "" ? false : reader.boolean("template"),
    tags: reader.text("tags"),
    pool: reader.text("pool"),
    maxcpu: reader.read("maxcpu", "a number", amount),
    maxmem: reader.read("maxmem", "a number of bytes", amount)
  }))
  return { vmid, type, node, status: status || "unknown", ...present(facts) }
}

/**
 * `/cluster/resources?type=vm`, by vmid; undefined where it is no list. Guests of a dead node stay in it, first with what was
 * last known of them, then with `unknown` and without name, template and sizes.
 */
export const guestList = function* (value: Json, note: Note): Steps<GuestList | undefined> {
  if (!Array.isArray(value)) return undefined
  const rows: ReadonlyArray<Json> = value
  let whole = true
  const chosen = new Map<number, GuestRow>()
  yield* each(rows, (row) => {
    const guest = isJsonObject(row) ? guestRow(row) : undefined
    const double = guest === undefined ? undefined : chosen.get(guest.vmid)
    if (guest === undefined || double !== undefined) whole = false
    if (guest !== undefined && (double === undefined || isBefore(guest, double))) chosen.set(guest.vmid, guest)
  })
  const guests: Array<GuestFacts> = []
  yield* each(chosen.values(), (guest) => {
    guests.push(guestFacts(guest, note))
  })
  if (!whole) note({ scope: "source", what: "guests", why: "the list of guests has rows that cannot be read" })
  return { guests: guests.sort((a, b) => a.vmid - b.vmid), whole }
}

const amount = (value: Json): Option.Option<number> => {
  const number =
    typeof value === "number" ? value : typeof value === "string" && value !== "" ? Number(value) : Number.NaN
  return Number.isFinite(number) && number >= 0 ? Option.some(number) : Option.none()
}

/**
 * `/nodes/{n}/network`, as answered, by name; undefined where it is no list, or names no interface: no node is without.
 */
export const networkRows = (value: Json, node: string, note: Note): ReadonlyArray<JsonObject> | undefined => {
  const rows = rowsOf(value)?.flatMap((row) => {
    const iface = textOf(row, "iface")
    return iface === undefined ? [] : [{ iface, row }]
  })
  if (rows !== undefined && Array.isArray(value) && rows.length < value.length) {
    note({ scope: `node/${node}`, what: "network", why: "the list of interfaces has rows that cannot be read" })
  }
  if (rows?.length === 0) return undefined
  return rows?.sort((a, b) => (a.iface < b.iface ? -1 : a.iface > b.iface ? 1 : 0)).map(({ row }) => row)
}
