import type { Json } from "../../domain/Json.ts"
import type { Kind } from "./Kind.ts"
import type { Row } from "./Row.ts"
import type { Store } from "./Store.ts"

const collator = new Intl.Collator("en", { numeric: true })

const compareValues = (a: Json, b: Json): number => {
  if (a === b) return 0
  if (a === null) return 1
  if (b === null) return -1
  if (typeof a === "string" && typeof b === "string") return collator.compare(a, b)
  return Number(a) - Number(b)
}

const compareKeys = (a: ReadonlyArray<Json>, b: ReadonlyArray<Json>): number => {
  for (const [index, value] of a.entries()) {
    const difference = compareValues(value, b[index] ?? null)
    if (difference !== 0) return difference
  }
  return 0
}

/** A hexadecimal text as letters, so that its digits are not taken for numbers when texts are sorted naturally. */
export const hexadecimal = (text: string): string =>
  text.toLowerCase().replace(/[0-9a-f]/g, (digit) => String.fromCharCode(97 + parseInt(digit, 16)))

/** Ids in the kind's own order, in which NetBox lists, and works through lists that it is given. */
export const sorted = (
  store: Store,
  kind: Kind,
  ids: ReadonlyArray<number>,
  order: Kind["order"] = kind.order
): ReadonlyArray<number> => {
  const table = store.table(kind.name)
  return ids
    .flatMap((id) => table.get(id) ?? [])
    .map((row) => ({ id: row.id, key: order(row, store) }))
    .sort((a, b) => compareKeys(a.key, b.key) || a.id - b.id)
    .map(({ id }) => id)
}

const orderings = new WeakMap<Store, Map<string, { readonly version: number; readonly ids: ReadonlyArray<number> }>>()

/** All ids in the kind's own order, kept until the table changes. */
export const sortedAll = (store: Store, kind: Kind): ReadonlyArray<number> => {
  const table = store.table(kind.name)
  const kept =
    orderings.get(store) ?? new Map<string, { readonly version: number; readonly ids: ReadonlyArray<number> }>()
  orderings.set(store, kept)
  const found = kept.get(kind.name)
  if (found?.version === table.version) return found.ids
  const ids = sorted(store, kind, table.ids())
  kept.set(kind.name, { version: table.version, ids })
  return ids
}

const valueOf = (row: Row, field: string): Json => {
  if (field === "id" || field === "pk") return row.id
  if (field === "created") return row.created
  if (field === "last_updated") return row.lastUpdated
  return row.values[field] ?? null
}

/** By `?ordering=`; names that the kind does not have are passed over, and none are left for null. */
export const ordered = (
  store: Store,
  kind: Kind,
  ids: ReadonlyArray<number>,
  ordering: string
): ReadonlyArray<number> | null => {
  const keys = ordering
    .split(",")
    .map((key) => key.trim())
    .map((key) => ({ field: key.replace(/^-/, ""), sign: key.startsWith("-") ? -1 : 1 }))
    .filter(({ field }) => ["id", "pk"].includes(field) || Object.hasOwn(kind.fields, field))
  if (keys.length === 0) return null
  const table = store.table(kind.name)
  return ids
    .flatMap((id) => table.get(id) ?? [])
    .sort((a, b) => {
      for (const { field, sign } of keys) {
        const difference = compareValues(valueOf(a, field), valueOf(b, field))
        if (difference !== 0) return sign * difference
      }
      return a.id - b.id
    })
    .map(({ id }) => id)
}
