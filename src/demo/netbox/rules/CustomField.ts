import type { Json } from "../../../domain/Json.ts"
import { isJsonObject } from "../../../domain/Json.ts"
import type { Draft, Kind } from "../Kind.ts"
import { general, type Problems } from "../Problems.ts"
import { customFieldsOf } from "../Customs.ts"
import { textOf, type Row, type Values } from "../Row.ts"
import type { Store } from "../Store.ts"
import type { Writer } from "../Write.ts"

const isDate = (value: Json) =>
  typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value))

/** What is wrong with a value under the type of its field; null where nothing is. */
const wrong = (type: string, value: Json): string | null => {
  switch (type) {
    case "text":
    case "longtext":
    case "url":
      return typeof value === "string" ? null : "Value must be a string."
    case "integer":
      return typeof value === "number" && Number.isInteger(value) ? null : "Value must be an integer."
    case "decimal":
      return typeof value === "boolean" || !Number.isNaN(Number(value)) ? null : "Value must be a decimal."
    case "boolean":
      return value === true || value === false || value === 0 || value === 1 ? null : "Value must be true or false."
    case "date":
      return isDate(value) ? null : "Date values must be in ISO 8601 format (YYYY-MM-DD)."
    case "datetime":
      return typeof value === "string" && !Number.isNaN(Date.parse(value))
        ? null
        : "Date and time values must be in ISO 8601 format (YYYY-MM-DD HH:MM:SS)."
    default:
      return null
  }
}

/** NetBox's validation of custom field data: the first problem, and of no field. */
export const checkCustomData = (store: Store, kind: Kind, before: Row | null, values: Values): Problems => {
  const data = values["custom_fields"]
  if (!isJsonObject(data ?? null)) return {}
  for (const field of customFieldsOf(store, kind)) {
    const name = textOf(field.values, "name")
    const value = (data as Readonly<Record<string, Json>>)[name] ?? null
    const empty = value === null || value === ""
    if (empty) {
      if (field.values["required"] === true) return general(`Missing required custom field '${name}'.`)
      continue
    }
    const message = wrong(textOf(field.values, "type"), value)
    if (message !== null) return general(`Invalid value for custom field '${name}': ${message}`)
    if (field.values["unique"] !== true) continue
    const taken = store
      .table(kind.name)
      .find(`cf_${name}`, String(value))
      .some((id) => id !== before?.id)
    if (taken) return general(`Custom field '${name}' must have a unique value.`)
  }
  return {}
}

/** A custom field's type is for good. */
export const checkCustomField = ({ before, values }: Draft): Problems => {
  if (textOf(values, "name").includes("__")) {
    return { name: ["Double underscores are not permitted in custom field names."] }
  }
  return before !== null && textOf(before.values, "type") !== textOf(values, "type")
    ? { type: ["Changing the type of custom fields is not supported."] }
    : {}
}

/** Objects that are there already take the default of a new custom field, without a trace in the change log. */
export const spreadDefault = ({ store }: Writer, field: Row): void => {
  const name = textOf(field.values, "name")
  const value = field.values["default"] ?? null
  const kinds = field.values["object_types"]
  if (value === null) return
  for (const kind of Array.isArray(kinds) ? kinds : []) {
    const table = store.table(String(kind))
    for (const row of table.ids().flatMap((id) => table.get(id) ?? [])) {
      const data = row.values["custom_fields"] ?? null
      if (!isJsonObject(data) || data[name] !== undefined) continue
      store.put(String(kind), { ...row, values: { ...row.values, custom_fields: { ...data, [name]: value } } })
    }
  }
}

/** The values of a custom field go with it, without a trace in the change log. */
export const stripValues = ({ store }: Writer, field: Row): void => {
  const name = textOf(field.values, "name")
  const kinds = field.values["object_types"]
  for (const kind of Array.isArray(kinds) ? kinds : []) {
    const table = store.table(String(kind))
    for (const row of table.ids().flatMap((id) => table.get(id) ?? [])) {
      const data = row.values["custom_fields"] ?? null
      if (!isJsonObject(data) || data[name] === undefined) continue
      const rest = Object.fromEntries(Object.entries(data).filter(([key]) => key !== name))
      store.put(String(kind), { ...row, values: { ...row.values, custom_fields: rest } })
    }
  }
}
