import type { Json, JsonObject } from "../../domain/Json.ts"
import type { Field } from "./Field.ts"
import type { Kind } from "./Kind.ts"
import { kindOf } from "./Kinds.ts"
import { sorted } from "./Order.ts"
import { idsOf, numberOf, textOf, type Row } from "./Row.ts"
import type { Store } from "./Store.ts"

/** Which fields of a row are told. */
export type Selection = (field: string) => boolean

const everything: Selection = () => true

const only = (fields: ReadonlyArray<string>): Selection => {
  const names = new Set(fields)
  return (field) => names.has(field)
}

/** `?fields=`, `?omit=` and `?brief=`, in this order of precedence. */
export const selection = (kind: Kind, query: URLSearchParams): Selection => {
  const fields = query.get("fields")
  if (fields) return only(fields.split(","))
  const omit = query.get("omit")
  if (omit) {
    const omitted = new Set(omit.split(","))
    return (field) => !omitted.has(field)
  }
  return query.get("brief") ? only(kind.brief) : everything
}

/** The custom fields of a kind in NetBox's order. */
export const customFieldsOf = (store: Store, kind: Kind): ReadonlyArray<Row> => {
  const table = store.table("extras.customfield")
  return table
    .ids()
    .flatMap((id) => table.get(id) ?? [])
    .filter(({ values }) => Array.isArray(values["object_types"]) && values["object_types"].includes(kind.name))
    .sort((a, b) => {
      const weights = (numberOf(a.values, "weight") ?? 0) - (numberOf(b.values, "weight") ?? 0)
      return weights !== 0 ? weights : textOf(a.values, "name") < textOf(b.values, "name") ? -1 : 1
    })
}

export const customData = (store: Store, kind: Kind, row: Row): JsonObject => {
  const data = row.values["custom_fields"]
  const stored = typeof data === "object" && data !== null && !Array.isArray(data) ? (data as JsonObject) : {}
  const names = customFieldsOf(store, kind).map(({ values }) => textOf(values, "name"))
  return Object.fromEntries(names.map((name) => [name, stored[name] ?? null]))
}

/** An object inside another, by its kind's short form; null where it is gone. */
export const nested = (store: Store, kindName: string, id: Json, form: "brief" | "nested" = "nested"): Json => {
  const kind = kindOf(kindName)
  const row = typeof id === "number" ? store.table(kindName).get(id) : undefined
  if (row === undefined) return null
  const fields = form === "nested" ? (kind.nested ?? kind.brief) : kind.brief
  return represent(store, kind, row, only(fields), true)
}

const tagsOf = (store: Store, row: Row): ReadonlyArray<Row> =>
  idsOf(row.values, "tags")
    .flatMap((id) => store.get("extras.tag", id) ?? [])
    .sort((a, b) => {
      const weights = (numberOf(a.values, "weight") ?? 0) - (numberOf(b.values, "weight") ?? 0)
      return weights !== 0 ? weights : textOf(a.values, "name") < textOf(b.values, "name") ? -1 : 1
    })

const read = (store: Store, kind: Kind, name: string, field: Field, row: Row): Json => {
  const stored = row.values[name] ?? null
  switch (field.type) {
    case "choice":
      return typeof stored === "string" && stored !== "" ? { value: stored, label: field.choices[stored] ?? "" } : null
    case "reference":
      return nested(store, field.to, stored)
    case "references":
      return sorted(store, kindOf(field.to), idsOf(row.values, name)).map((id) => nested(store, field.to, id))
    case "tags":
      return tagsOf(store, row).map(({ id }) => nested(store, "extras.tag", id))
    case "customFields":
      return customData(store, kind, row)
    case "primaryMac": {
      const mac = store.get("dcim.macaddress", numberOf(row.values, "primary_mac_address"))
      return mac === undefined ? null : textOf(mac.values, "mac_address")
    }
    case "created":
      return row.created
    case "lastUpdated":
      return row.lastUpdated
    case "computed":
      return field.read(store, row)
    default:
      return stored
  }
}

/** A row as NetBox answers it. */
export const represent = (store: Store, kind: Kind, row: Row, selected: Selection, isNested = false): JsonObject => {
  const told: Record<string, Json> = {}
  if (selected("id")) told["id"] = row.id
  if (selected("url")) told["url"] = `${store.origin}/api/${kind.path}/${row.id}/`
  if (selected("display_url")) told["display_url"] = `${store.origin}/${kind.path}/${row.id}/`
  if (selected("display")) told["display"] = kind.display(row, store)
  for (const [name, field] of Object.entries(kind.fields)) {
    if (!selected(name)) continue
    if (field.type === "computed" && (field.isUntold || (isNested && field.nested === "omitted"))) continue
    if (isNested && field.type === "computed" && field.nested === "zero") {
      told[name] = 0
      continue
    }
    told[name] = read(store, kind, name, field, row)
  }
  return told
}

const contentTypeId = (store: Store, name: Json) => (typeof name === "string" ? store.contentTypeId(name) : null)

const loggedValue = (store: Store, kind: Kind, name: string, field: Field, row: Row): Json | undefined => {
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
      return field.log?.(store, row)
    case "primaryMac":
    case "created":
    case "lastUpdated":
      return undefined
    default:
      return stored
  }
}

/** A row as the change log keeps it, its keys in the order of PostgreSQL's `jsonb`. */
export const logged = (store: Store, kind: Kind, row: Row): JsonObject => {
  const data: Array<readonly [string, Json]> = []
  for (const [name, field] of Object.entries(kind.fields)) {
    const value = loggedValue(store, kind, name, field, row)
    if (value !== undefined) data.push([name, value])
  }
  data.sort(([a], [b]) => (a.length !== b.length ? a.length - b.length : a < b ? -1 : 1))
  return Object.fromEntries(data)
}
