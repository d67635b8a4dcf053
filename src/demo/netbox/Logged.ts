import type { Json, JsonObject } from "../../domain/Json.ts"
import { customData } from "./Customs.ts"
import type { Field } from "./Field.ts"
import type { Kind } from "./Kind.ts"
import { idsOf, textOf, type Row } from "./Row.ts"
import type { Store } from "./Store.ts"

const contentTypeId = (store: Store, name: Json) => (typeof name === "string" ? store.contentTypeId(name) : null)

const valueOf = (store: Store, kind: Kind, name: string, field: Field, row: Row): Json => {
  const stored = row.values[name] ?? null
  switch (field.type) {
    case "decimal":
      return typeof stored === "number" ? stored.toFixed(field.places) : stored
    case "tags":
      return idsOf(row.values, name)
        .map((id) => textOf(store.table("extras.tag").get(id)?.values ?? {}, "name"))
        .sort()
    case "customFields":
      return customData(store, kind, row)
    case "contentType":
      return contentTypeId(store, stored)
    case "contentTypes":
      return Array.isArray(stored) ? stored.map((type) => contentTypeId(store, type)) : []
    case "computed":
      return field.log?.(store, row) ?? null
    default:
      return stored
  }
}

const isKept = (field: Field) =>
  field.type === "computed" ? field.log !== null : !["primaryMac", "created", "lastUpdated"].includes(field.type)

const columns = new WeakMap<Kind, ReadonlyArray<readonly [string, Field]>>()

/** In the order of the keys of PostgreSQL's `jsonb`. */
const columnsOf = (kind: Kind) => {
  let found = columns.get(kind)
  if (found === undefined) {
    found = Object.entries(kind.fields)
      .filter(([, field]) => isKept(field))
      .sort(([a], [b]) => (a.length !== b.length ? a.length - b.length : a < b ? -1 : 1))
    columns.set(kind, found)
  }
  return found
}

/** A row as the change log keeps it. */
export const logged = (store: Store, kind: Kind, row: Row): JsonObject => {
  const data: Record<string, Json> = {}
  for (const [name, field] of columnsOf(kind)) data[name] = valueOf(store, kind, name, field, row)
  return data
}
