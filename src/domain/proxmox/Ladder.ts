import { type Option, Schema } from "effect"
import type { Gap } from "../Event.ts"
import { canonical, isJsonObject, type Json } from "../Json.ts"
import type { GuestFacts, NodeFacts, Observation } from "./Observation.ts"
import { rowsOf } from "./Rows.ts"
import { each, pauses, type Steps } from "../Steps.ts"

/** Ids (UPIDs) of the tasks of a node. */
const NodeTasks = Schema.Struct({ finished: Schema.Array(Schema.String), running: Schema.Array(Schema.String) })

export const Tasks = Schema.Record({ key: Schema.String, value: NodeTasks })
export type Tasks = typeof Tasks.Type

/** What one reading leaves for the next one to compare with, beside the observation itself. */
export const Cursor = Schema.Struct({
  version: Schema.String,
  /** Digest of the privileges: with others, more or less can be seen. */
  permissions: Schema.String,
  osInfo: Schema.Boolean,
  /** By vmid: when it was started, in seconds since 1970, and the size of its first disk. */
  guests: Schema.Array(Schema.Tuple(Schema.Int, Schema.NullOr(Schema.Int), Schema.NullOr(Schema.Number))),
  tasks: Tasks
})
export type Cursor = typeof Cursor.Type

/** The reading before this one. */
export interface Before {
  readonly observation: Observation
  readonly cursor: Cursor
}

const numberOf = (value: Json | undefined): number | null => {
  const number = typeof value === "string" && value !== "" ? Number(value) : value
  return typeof number === "number" && Number.isFinite(number) ? number : null
}

/** Seconds; what is listed is some ten seconds old, and answers take their time. */
const slack = 30

export interface Vital {
  readonly startedAt: number | null
  readonly maxdisk: number | null
}

export type Vitals = ReadonlyMap<number, Vital>

/** What the list of guests tells and an observation leaves out, because it moves. `now`: seconds since 1970. */
export const vitalsOf = function* (list: Json, now: number): Steps<Vitals> {
  const vitals = new Map<number, Vital>()
  const rows: ReadonlyArray<Json> = Array.isArray(list) ? list : []
  yield* each(rows, (row) => {
    if (!isJsonObject(row)) return
    const vmid = numberOf(row["vmid"])
    const uptime = numberOf(row["uptime"])
    if (vmid === null) return
    const startedAt = uptime === null || uptime <= 0 ? null : Math.round(now - uptime)
    vitals.set(vmid, { startedAt, maxdisk: numberOf(row["maxdisk"]) })
  })
  return vitals
}

/** `/cluster/tasks`; undefined where it is no list. */
export const tasksOf = (value: Json): Tasks | undefined => {
  if (!Array.isArray(value)) return undefined
  const tasks: { [node: string]: { finished: Array<string>; running: Array<string> } } = {}
  for (const row of rowsOf(value) ?? []) {
    const { node, upid } = row
    if (typeof node !== "string" || typeof upid !== "string") continue
    const ofNode = Object.hasOwn(tasks, node) ? tasks[node] : undefined
    const known = ofNode ?? { finished: [], running: [] }
    tasks[node] = known
    const isOver = row["endtime"] !== undefined && row["endtime"] !== null
    ;(isOver ? known.finished : known.running).push(upid)
  }
  return tasks
}

/** As many tasks as Proxmox keeps of a node, less some: its list is bound by bytes as well. */
const nearlyAll = 20

/** Looking at a console and making a backup leave a guest as it was. */
const harmless = new Set(["vncproxy", "vncshell", "termproxy", "spiceproxy", "spiceshell", "vzdump"])

const networkTasks = new Set(["srvreload", "reloadnetworkall"])

interface News {
  readonly guests: ReadonlySet<number>
  /** Nodes whose network may have changed. */
  readonly networks: ReadonlySet<string>
  readonly allNetworks: boolean
}

/** What the tasks since then were about; undefined where some of them are no longer listed. */
const newsOf = (before: Tasks, now: Tasks, online: ReadonlyArray<string>): News | undefined => {
  const guests = new Set<number>()
  const networks = new Set<string>()
  let allNetworks = false
  for (const node of online) {
    const then = before[node] ?? { finished: [], running: [] }
    const listed = now[node] ?? { finished: [], running: [] }
    const known = new Set(then.finished)
    const all = [...listed.finished, ...listed.running]
    const overlaps = all.some((upid) => known.has(upid))
    if (known.size === 0 ? all.length >= nearlyAll : !overlaps) return undefined
    // A task that was under way is news when it is over, whether it is still listed or not.
    for (const upid of [...all, ...then.running]) {
      if (known.has(upid)) continue
      const [, , , , , type = "", id = ""] = upid.split(":")
      if (harmless.has(type)) continue
      const vmid = /^\d+/.exec(id)?.[0]
      if (vmid !== undefined) guests.add(Number(vmid))
      if (networkTasks.has(type)) networks.add(node)
      if (type === "reloadnetworkall") allNetworks = true
    }
  }
  return { guests, networks, allNetworks }
}

const listedPart = ({ maxcpu, maxmem, name, node, pool, status, tags, template, type, vmid }: GuestFacts): string =>
  canonical([
    vmid,
    type,
    node,
    status,
    name ?? null,
    template ?? null,
    tags ?? null,
    pool ?? null,
    maxcpu ?? null,
    maxmem ?? null
  ])

/** What of the reading before is taken over as it is. */
export interface Kept {
  /** By vmid. */
  readonly guests: ReadonlyMap<number, GuestFacts>
  /** By node, with its network. */
  readonly nodes: ReadonlyMap<string, NodeFacts>
}

/** What is seen now before any guest is asked. */
export interface Now {
  readonly version: string
  readonly permissions: string
  readonly osInfo: boolean
  /** Undefined where they, or those of other users, were not seen. */
  readonly tasks: Tasks | undefined
  readonly guests: ReadonlyArray<GuestFacts>
  readonly nodes: ReadonlyArray<NodeFacts>
  readonly vitals: Vitals
}

/**
 * Which guests and networks need not be asked again, or why all have to be. A guest is kept when its row in the list is as it
 * was, it was not started since, no task names it, and nothing of it was unseen. What Proxmox tells in none of these ways, as
 * the change of a container's configuration, only a whole reading sees.
 */
export const choose = function* ({ cursor, observation }: Before, now: Now): Steps<Kept | { readonly why: string }> {
  const due = pauses()
  if (cursor.version !== now.version) return { why: `Proxmox VE was ${cursor.version} before` }
  if (cursor.permissions !== now.permissions) return { why: "the privileges of the account were changed" }
  if (cursor.osInfo !== now.osInfo) return { why: "agents are asked for more or less than before" }
  if (now.tasks === undefined) return { why: "the tasks of the cluster were not seen" }
  const online = now.nodes.filter((node) => node.online === true).map(({ name }) => name)
  const news = newsOf(cursor.tasks, now.tasks, online)
  if (news === undefined) return { why: "there were more tasks than Proxmox lists" }

  const unseen = new Set(observation.gaps.filter(({ what }: Gap) => what !== "facts").map(({ scope }) => scope))
  const then = new Map(cursor.guests.map(([vmid, startedAt, maxdisk]) => [vmid, { startedAt, maxdisk }]))
  const isStill = (vmid: number) => {
    const before = then.get(vmid)
    const at = now.vitals.get(vmid)
    if (before === undefined || at === undefined || before.maxdisk !== at.maxdisk) return false
    if (before.startedAt === null || at.startedAt === null) return before.startedAt === at.startedAt
    return Math.abs(before.startedAt - at.startedAt) <= slack
  }
  const known = new Map(observation.guests.map((guest) => [guest.vmid, guest]))
  const guests = new Map<number, GuestFacts>()
  for (const guest of now.guests) {
    if (due()) yield
    const { vmid } = guest
    const before = known.get(vmid)
    if (before?.config === undefined || unseen.has(`guest/${vmid}`) || news.guests.has(vmid) || !isStill(vmid)) continue
    if (listedPart(before) === listedPart(guest)) guests.set(vmid, before)
  }
  const networks = new Map(observation.nodes.map((node) => [node.name, node]))
  const nodes = new Map<string, NodeFacts>()
  for (const node of now.nodes) {
    const before = networks.get(node.name)
    if (before?.network === undefined || before.online !== true || node.online !== true) continue
    if (unseen.has(`node/${node.name}`) || news.allNetworks || news.networks.has(node.name)) continue
    nodes.set(node.name, { ...node, network: before.network })
  }
  return { guests, nodes }
}

/** What the next reading compares with; null where it has to read all. A start that was seen before keeps its time. */
export const cursorOf = (now: Now, before: Cursor | undefined): Cursor | null => {
  if (now.tasks === undefined) return null
  const then = new Map((before?.guests ?? []).map(([vmid, startedAt]) => [vmid, startedAt]))
  return {
    version: now.version,
    permissions: now.permissions,
    osInfo: now.osInfo,
    guests: now.guests.flatMap(({ vmid }) => {
      const at = now.vitals.get(vmid)
      if (at === undefined) return []
      const known = then.get(vmid) ?? null
      const isSame = known !== null && at.startedAt !== null && Math.abs(known - at.startedAt) <= slack
      return [[vmid, isSame ? known : at.startedAt, at.maxdisk] as const]
    }),
    tasks: now.tasks
  }
}

const decodeCursor = Schema.decodeUnknownOption(Schema.parseJson(Cursor))

/** None where an engine of another form wrote it. */
export const parseCursor = (text: string): Option.Option<Cursor> => decodeCursor(text)
