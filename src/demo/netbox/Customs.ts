import type { JsonObject } from "../../domain/Json.ts"
import type { Kind } from "./Kind.ts"
import { numberOf, textOf, type Row } from "./Row.ts"
import type { Store } from "./Store.ts"
import type { Table } from "./Table.ts"

interface Kept {
  readonly version: number
  readonly byKind: Map<string, ReadonlyArray<Row>>
}

const kept = new WeakMap<Table, Kept>()

/** The custom fields of a kind in NetBox's order. */
export const customFieldsOf = (store: Store, kind: Kind): ReadonlyArray<Row> => {
  const table = store.table("extras.customfield")
  const { version } = table
  let known = kept.get(table)
  if (known?.version !== version) kept.set(table, (known = { version, byKind: new Map() }))
  let found = known.byKind.get(kind.name)
  if (found === undefined) {
    found = table
      .ids()
      .flatMap((id) => table.get(id) ?? [])
      .filter(({ values }) => Array.isArray(values["object_types"]) && values["object_types"].includes(kind.name))
      .sort(byWeight)
    known.byKind.set(kind.name, found)
  }
  return found
}

/** By `weight`, then name: the order of custom fields and tags. */
export const byWeight = (a: Row, b: Row): number => {
  const weights = (numberOf(a.values, "weight") ?? 0) - (numberOf(b.values, "weight") ?? 0)
  return weights !== 0 ? weights : textOf(a.values, "name") < textOf(b.values, "name") ? -1 : 1
}

/** A row's custom fields, those without a value as null. */
export const customData = (store: Store, kind: Kind, row: Row): JsonObject => {
  const data = row.values["custom_fields"]
  const stored = typeof data === "object" && data !== null && !Array.isArray(data) ? (data as JsonObject) : {}
  const names = customFieldsOf(store, kind).map(({ values }) => textOf(values, "name"))
  return Object.fromEntries(names.map((name) => [name, stored[name] ?? null]))
}
