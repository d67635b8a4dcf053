import type { Json, JsonObject } from "../../domain/Json.ts"
import { byWeight, customData } from "./Customs.ts"
import type { Field } from "./Field.ts"
import type { Kind } from "./Kind.ts"
import { kindOf } from "./Kinds.ts"
import { sorted } from "./Order.ts"
import { idsOf, numberOf, textOf, type Row } from "./Row.ts"
import { shortFormOf, type Form } from "./Selection.ts"
import type { Store } from "./Store.ts"

/** An object inside another, by its kind's short form; null where it is gone. */
export const nested = (store: Store, kindName: string, id: Json, which: "brief" | "nested" = "nested"): Json => {
  const kind = kindOf(kindName)
  const row = typeof id === "number" ? store.table(kindName).get(id) : undefined
  return row === undefined ? null : represent(store, kind, row, shortFormOf(kind, which))
}

const tagsOf = (store: Store, row: Row): ReadonlyArray<Row> =>
  idsOf(row.values, "tags")
    .flatMap((id) => store.get("extras.tag", id) ?? [])
    .sort(byWeight)

const read = (store: Store, kind: Kind, name: string, field: Field, row: Row, isNested: boolean): Json => {
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
      return isNested && field.nested === "zero" ? 0 : field.read(store, row)
    default:
      return stored
  }
}

const headOf = (store: Store, kind: Kind, row: Row, name: string): Json => {
  switch (name) {
    case "url":
      return `${store.origin}/api/${kind.path}/${row.id}/`
    case "display_url":
      return `${store.origin}/${kind.path}/${row.id}/`
    case "display":
      return kind.display(row, store)
    default:
      return row.id
  }
}

/** A row as NetBox answers it. */
export const represent = (store: Store, kind: Kind, row: Row, form: Form): JsonObject => {
  const told: Record<string, Json> = {}
  for (const name of form.head) told[name] = headOf(store, kind, row, name)
  for (const [name, field] of form.fields) told[name] = read(store, kind, name, field, row, form.isNested)
  return told
}
