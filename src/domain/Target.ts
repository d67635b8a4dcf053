import { customNameOf, nameInNetBox } from "./CustomNames.ts"
import { isJsonObject, type Json, type JsonObject } from "./Json.ts"
import type { Field, Kind } from "./Kind.ts"

/** One NetBox object in comparable form: foreign keys are ids, choices bare values, sets sorted, blanks null. */
export interface Current {
  readonly id: number
  /** `last_updated` as NetBox printed it. */
  readonly updated: string | null
  readonly fields: { readonly [field: string]: Json }
}

/** What was read of NetBox, by kind and id. */
export interface Target {
  readonly rows: (kind: string) => ReadonlyMap<number, Current>
  /** The ids of `kind` whose field `field` holds this id. */
  readonly referring: (kind: string, field: string, id: number) => ReadonlyArray<number>
}

const empty: ReadonlyMap<number, Current> = new Map()
const none: ReadonlyArray<number> = []

export const targetOf = (rows: ReadonlyMap<string, ReadonlyMap<number, Current>>): Target => {
  const indexes = new Map<string, ReadonlyMap<number, ReadonlyArray<number>>>()
  const indexOf = (kind: string, field: string) => {
    const name = `${kind} ${field}`
    const known = indexes.get(name)
    if (known !== undefined) return known
    const index = new Map<number, Array<number>>()
    for (const row of rows.get(kind)?.values() ?? []) {
      const to = row.fields[field]
      if (typeof to !== "number") continue
      const ids = index.get(to)
      if (ids === undefined) index.set(to, [row.id])
      else ids.push(row.id)
    }
    indexes.set(name, index)
    return index
  }
  return {
    rows: (kind) => rows.get(kind) ?? empty,
    referring: (kind, field, id) => indexOf(kind, field).get(id) ?? none
  }
}

/** The members of a row to ask for: as lean as the kind's fields allow. */
export const readFields = (kind: Kind): ReadonlyArray<string> => {
  const names = new Set(["id", "last_updated"])
  for (const name of Object.keys(kind.fields)) names.add(customNameOf(name) === undefined ? name : "custom_fields")
  return [...names]
}

const idOf = (value: Json | undefined): number | null => {
  if (typeof value === "number") return value
  if (isJsonObject(value) && typeof value["id"] === "number") return value["id"]
  return null
}

const byNumber = (a: number, b: number) => a - b

const readField = (field: Field, value: Json | undefined): Json => {
  switch (field.type) {
    case "ref":
    case "generic":
      return idOf(value)
    case "refs":
    case "tags":
      return Array.isArray(value) ? value.flatMap((item) => idOf(item) ?? []).sort(byNumber) : []
    case "words":
      return Array.isArray(value) ? value.filter((word) => typeof word === "string").sort() : []
    case "choice":
      return (isJsonObject(value) ? value["value"] : value) || null
    case "decimal":
      return value === null || value === undefined || value === "" ? null : Number(value)
    case "text":
      return typeof value === "string" && value !== "" ? value : null
    case "integer":
    case "boolean":
      return value ?? null
  }
}

/** A row of NetBox's answer in comparable form. */
export const current = (kind: Kind, row: JsonObject & { readonly id: number }): Current => {
  const fields: { [field: string]: Json } = {}
  const custom = row["custom_fields"]
  for (const [name, field] of Object.entries(kind.fields)) {
    const inNetBox = nameInNetBox(name, field)
    const value = inNetBox === undefined ? row[name] : isJsonObject(custom) ? custom[inNetBox] : undefined
    fields[name] = readField(field, value)
  }
  const updated = row["last_updated"]
  return { id: row.id, updated: typeof updated === "string" ? updated : null, fields }
}

/** Nothing in it: what an operator leaves who does not care. */
export const isBlank = (value: Json | undefined): boolean =>
  value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0)
