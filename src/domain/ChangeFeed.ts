import type { FeedPosition } from "./Event.ts"
import type { Json } from "./Json.ts"
import type { Kind } from "./Kind.ts"
import type { Current } from "./Target.ts"

/** What a row of NetBox's change log says. */
export interface FeedRow {
  readonly id: number
  readonly time: string
  readonly action: "create" | "update" | "delete"
  readonly objectType: string
  readonly objectId: number
  readonly requestId: string
}

/** More ids than this without a row are not kept in mind: the next reading reads all. */
const mostMissing = 1000

const idsBetween = (rows: ReadonlyArray<FeedRow>, from: number, to: number): ReadonlyArray<number> => {
  const seen = new Set(rows.map(({ id }) => id))
  const missing: Array<number> = []
  for (let id = from + 1; id < to && missing.length <= mostMissing; id += 1) if (!seen.has(id)) missing.push(id)
  return missing
}

const positionAt = (
  { id, requestId, time }: FeedRow,
  missing: ReadonlyArray<readonly [number, number]>
): FeedPosition | null => (missing.length > mostMissing ? null : { id, time, requestId, missing })

/**
 * Whether these newest rows reach back far enough: every transaction that may still show a row began after the last of them.
 * NetBox's own times are compared, so that no clock has to be right.
 */
export const reachesBack = (newest: ReadonlyArray<FeedRow>, settleMillis: number): boolean => {
  const first = newest[0]
  const last = newest.at(-1)
  return first !== undefined && last !== undefined && Date.parse(last.time) < Date.parse(first.time) - settleMillis
}

/** How many ids below the oldest row are watched where the log itself begins there, so that nothing tells how old they are. */
const belowLog = 500

/** The position after these rows, the newest first; `reaches` as `reachesBack` says. */
export const positionOf = (newest: ReadonlyArray<FeedRow>, reaches: boolean, now: number): FeedPosition | null => {
  const first = newest[0]
  const last = newest.at(-1)
  if (first === undefined || last === undefined) return null
  const from = reaches ? last.id : Math.max(0, last.id - belowLog)
  return positionAt(
    first,
    idsBetween(newest, from, first.id).map((id) => [id, now] as const)
  )
}

/** Whether the log still holds the row at which it was left, and that very row. */
export const isAt = (position: FeedPosition, row: FeedRow | undefined): boolean =>
  row?.id === position.id && row.time === position.time && row.requestId === position.requestId

/**
 * The position after a reading: `rows` begin with the one at the position, `late` are those that had been missing. An id that
 * is missing for longer than a request can take was given to a transaction that was taken back.
 */
export const advance = (
  position: FeedPosition,
  rows: ReadonlyArray<FeedRow>,
  late: ReadonlyArray<FeedRow>,
  now: number,
  settleMillis: number
): FeedPosition | null => {
  const last = rows.at(-1)
  if (last === undefined) return null
  const found = new Set(late.map(({ id }) => id))
  const open = position.missing.filter(([id, since]) => !found.has(id) && now < since + settleMillis)
  return positionAt(last, [...open, ...idsBetween(rows, position.id, last.id).map((id) => [id, now] as const)])
}

/**
 * What NetBox changes without a word when something else is saved: the field follows the other object by a statement that
 * neither logs nor touches `last_updated`.
 */
const silent: ReadonlyArray<{ readonly when: string; readonly kind: string; readonly field: string }> = [
  { when: "dcim.location", kind: "dcim.device", field: "site" },
  { when: "dcim.rack", kind: "dcim.device", field: "site" },
  { when: "virtualization.cluster", kind: "virtualization.virtualmachine", field: "site" },
  { when: "dcim.module", kind: "dcim.interface", field: "name" }
]

/**
 * Custom fields rewrite the values of all objects. One that is deleted or takes in other kinds does so in the background where
 * there are many, some time after the change is logged.
 */
const rewritesAll = "extras.customfield"

/** What a reading of the change log asks for. */
export interface Dirt {
  /** Ids to read again, by kind. */
  readonly again: ReadonlyMap<string, ReadonlySet<number>>
  /** Objects that are gone, of any kind. */
  readonly gone: ReadonlyArray<readonly [type: string, id: number]>
  /** Kinds of which every object may have changed. */
  readonly whole: ReadonlySet<string>
  /** Why nothing of what is kept can be relied on; `lasting` where NetBox may go on changing objects for some time. */
  readonly all: { readonly why: string; readonly lasting: boolean } | undefined
}

export const dirtOf = (rows: ReadonlyArray<FeedRow>, kinds: ReadonlyArray<Kind>): Dirt => {
  const known = new Map(kinds.map((kind) => [kind.name, kind]))
  const last = new Map<string, FeedRow>()
  for (const row of [...rows].sort((a, b) => a.id - b.id)) last.set(`${row.objectType} ${row.objectId}`, row)
  const again = new Map<string, Set<number>>()
  const gone: Array<readonly [string, number]> = []
  const whole = new Set<string>()
  for (const { action, objectId, objectType } of last.values()) {
    if (action === "delete") gone.push([objectType, objectId])
    else if (known.has(objectType)) {
      const ids = again.get(objectType) ?? new Set()
      again.set(objectType, ids.add(objectId))
    }
    for (const { field, kind, when } of silent) {
      if (when === objectType && known.get(kind)?.fields[field] !== undefined) whole.add(kind)
    }
  }
  const custom = rows.filter(({ objectType }) => objectType === rewritesAll)
  const lasting = custom.some(({ action }) => action !== "create")
  return { again, gone, whole, all: custom.length > 0 ? { why: "a custom field was changed", lasting } : undefined }
}

type Fields = Current["fields"]

/** The objects a field of one row points to: as numbers of the kind, where the kind is known from the field alone. */
const pointsTo = (
  kind: Kind,
  name: string,
  fields: Fields
): readonly [type: string, ids: ReadonlyArray<Json>] | undefined => {
  const field = kind.fields[name]
  const value = fields[name] ?? null
  switch (field?.type) {
    case "ref":
      return [field.kind, [value]]
    case "refs":
      return Array.isArray(value) ? [field.kind, value] : undefined
    case "tags":
      return Array.isArray(value) ? ["extras.tag", value] : undefined
    case "generic":
      return [String(fields[field.typeField]), [value]]
    default:
      return undefined
  }
}

/** The ids of a kind that point to something that is gone: NetBox empties such fields, and not always says so. */
export const referringTo = (
  gone: ReadonlyMap<string, ReadonlySet<number>>,
  kind: Kind,
  rows: Iterable<Current>
): ReadonlyArray<number> => {
  const names = Object.keys(kind.fields)
  const found: Array<number> = []
  for (const { fields, id } of rows) {
    const refers = names.some((name) => {
      const target = pointsTo(kind, name, fields)
      const ids = target === undefined ? undefined : gone.get(target[0])
      return ids !== undefined && target?.[1].some((value) => typeof value === "number" && ids.has(value))
    })
    if (refers) found.push(id)
  }
  return found
}
