import { Either } from "effect"
import type { Json } from "../../domain/Json.ts"
import { isJsonObject } from "../../domain/Json.ts"
import type { Field } from "./Field.ts"
import type { Kind } from "./Kind.ts"
import { kindOf } from "./Kinds.ts"
import { anyOf, lookup, narrow, type Criterion, type Filtered } from "./Lookup.ts"
import { customFieldsOf } from "./Customs.ts"
import { idsOf, textOf, type Row } from "./Row.ts"
import type { Store } from "./Store.ts"
import { isIndexed } from "./Table.ts"

const notAChoice = (value: string) =>
  Either.left([`Select a valid choice. ${value} is not one of the available choices.`])

/** By id: an id that does not exist is an error, as is anything but a number. */
const byReference = (store: Store, field: string, to: string, values: ReadonlyArray<string>): Filtered => {
  const unreadable = values.find((value) => value !== "null" && !/^\d+$/.test(value))
  if (unreadable !== undefined) return Either.left([`“${unreadable}” is not a valid value.`])
  const missing = values.find(
    (value) => value !== "null" && (!/^\d+$/.test(value) || store.get(to, Number(value)) === undefined)
  )
  if (missing !== undefined) return notAChoice(missing)
  const wanted = new Set(values.map((value) => (value === "null" ? null : Number(value))))
  return Either.right(narrow(store, field, wanted))
}

/** By the slug of the target, or by its name where it has none. */
const byTarget = (store: Store, field: string, to: string, values: ReadonlyArray<string>): Filtered => {
  const natural = to === "ipam.vrf" ? "rd" : kindOf(to).fields["slug"] === undefined ? "name" : "slug"
  const table = store.table(to)
  const wanted = new Set<number | null>()
  for (const value of values) {
    const found = table
      .find(natural, value.toLowerCase())
      .filter((id) => textOf(table.get(id)?.values ?? {}, natural) === value)
    if (found.length === 0 && value !== "null") return notAChoice(value)
    for (const id of value === "null" ? [null] : found) wanted.add(id)
  }
  return Either.right(narrow(store, field, wanted))
}

const byTag = (store: Store, values: ReadonlyArray<string>, by: "slug" | "id", all: boolean): Filtered => {
  const table = store.table("extras.tag")
  const wanted: Array<number> = []
  for (const value of values) {
    const id =
      by === "id"
        ? Number(value)
        : table.find("slug", value.toLowerCase()).find((tag) => textOf(table.get(tag)?.values ?? {}, "slug") === value)
    if (id === undefined || table.get(id) === undefined) return notAChoice(value)
    wanted.push(id)
  }
  const has = (row: Row) => (id: number) => idsOf(row.values, "tags").includes(id)
  return Either.right({
    matches: (row) => (all ? wanted.every(has(row)) : wanted.some(has(row))),
    ids: (kind) => (all && wanted[0] !== undefined ? store.table(kind.name).referring("tags", wanted[0]) : null)
  })
}

const search = (kind: Kind, values: ReadonlyArray<string>): Criterion => {
  const text = (values.at(-1) ?? "").toLowerCase()
  return {
    matches: (row) =>
      text.trim() === "" || kind.search.some((field) => textOf(row.values, field).toLowerCase().includes(text)),
    ids: () => null
  }
}

const changedBy = (
  store: Store,
  kind: Kind,
  actions: ReadonlyArray<string>,
  values: ReadonlyArray<string>
): Criterion => {
  const ids = new Set(
    store.changes
      .filter(
        (change) => change.kind === kind.name && actions.includes(change.action) && values.includes(change.requestId)
      )
      .map((change) => change.objectId)
  )
  return { matches: (row) => ids.has(row.id), ids: () => [...ids] }
}

const byCustomField = (
  store: Store,
  kind: Kind,
  name: string,
  how: string,
  values: ReadonlyArray<string>
): Filtered | null => {
  const field = customFieldsOf(store, kind).find((candidate) => textOf(candidate.values, "name") === name)
  const logic = textOf(field?.values ?? {}, "filter_logic")
  if (field === undefined || logic === "disabled") return null
  const type = textOf(field.values, "type")
  const isText = ["text", "longtext", "url"].includes(type)
  const read = (row: Row): Json => {
    const data = row.values["custom_fields"] ?? null
    return isJsonObject(data) ? (data[name] ?? null) : null
  }
  const shape = isText ? "text" : type === "integer" || type === "decimal" ? "number" : "other"
  const found = lookup(shape, isText && logic === "loose" && how === "" ? "ic" : how, values, read)
  if (found === null || Either.isLeft(found) || how !== "" || (isText && logic === "loose")) return found
  return Either.map(found, (criterion) => ({ ...criterion, ids: anyOf(store, `cf_${name}`, values) }))
}

const byField = (
  store: Store,
  kind: Kind,
  name: string,
  field: Field,
  how: string,
  values: ReadonlyArray<string>
): Filtered | null => {
  const read = (row: Row): Json => row.values[name] ?? null
  switch (field.type) {
    case "text": {
      const folded = kind.foldedFilters?.includes(name) === true
      const found = lookup("text", how === "" && folded ? "ie" : how, values, read)
      if (found === null || Either.isLeft(found) || (how !== "" && how !== "ie")) return found
      return Either.map(found, (criterion) =>
        isIndexed(field)
          ? {
              ...criterion,
              ids: anyOf(
                store,
                name,
                values.map((value) => value.toLowerCase())
              )
            }
          : criterion
      )
    }
    case "decimal":
      return lookup("decimal", how, values, read)
    case "integer":
    case "objectId":
      return lookup("number", how, values, read)
    case "boolean":
      return lookup(
        "other",
        how,
        values.map((value) => String(["true", "1", "yes", "on"].includes(value.toLowerCase()))),
        read
      )
    case "choice": {
      const unknown = values.find((value) => !Object.hasOwn(field.choices, value))
      return how === "" && unknown !== undefined ? notAChoice(unknown) : lookup("text", how, values, read)
    }
    case "reference": {
      if (how !== "" && how !== "n") return null
      const found = byTarget(store, name, field.to, values)
      return how === "n" ? Either.map(found, negate) : found
    }
    case "contentType":
      return lookup("text", how, values, read)
    case "created":
      return lookup("time", how, values, (row) => row.created)
    case "lastUpdated":
      return lookup("time", how, values, (row) => row.lastUpdated)
    default:
      return null
  }
}

const negate = (criterion: Criterion): Criterion => ({ matches: (row) => !criterion.matches(row), ids: () => null })

/** What one parameter asks for; null for those that NetBox does not know, which it ignores. */
const filterOf = (store: Store, kind: Kind, parameter: string, values: ReadonlyArray<string>): Filtered | null => {
  const [name = "", how = ""] = parameter.split("__")
  const special = how === "" ? kind.filters?.[name] : undefined
  if (special !== undefined) return special(store, values)
  if (name === "id") {
    const found = lookup("number", how, values, (row) => row.id)
    return found === null || how !== ""
      ? found
      : Either.map(found, (criterion) => ({ ...criterion, ids: () => values.map(Number) }))
  }
  if (name === "q") return Either.right(search(kind, values))
  if (name === "tag" && kind.fields["tags"] !== undefined) {
    const found = byTag(store, values, "slug", how !== "any")
    return how === "n" ? Either.map(found, negate) : found
  }
  if (name === "tag_id" && kind.fields["tags"] !== undefined) return byTag(store, values, "id", how !== "any")
  if (name === "created_by_request") return Either.right(changedBy(store, kind, ["create"], values))
  if (name === "updated_by_request") return Either.right(changedBy(store, kind, ["update"], values))
  if (name === "modified_by_request") return Either.right(changedBy(store, kind, ["create", "update"], values))
  if (name.startsWith("cf_")) return byCustomField(store, kind, name.slice(3), how, values)
  const field = kind.fields[name]
  if (field !== undefined) return byField(store, kind, name, field, how, values)
  const base = name.endsWith("_id") ? name.slice(0, -3) : ""
  const target = kind.fields[base]
  if (target?.type !== "reference" || (how !== "" && how !== "n")) return null
  const found = byReference(store, base, target.to, values)
  return how === "n" ? Either.map(found, negate) : found
}

/** All rows that the query's filters let through, ascending by id; else what is wrong with them. */
export const filter = (
  store: Store,
  kind: Kind,
  query: URLSearchParams
): Either.Either<ReadonlyArray<number>, Json> => {
  const problems: Record<string, Json> = {}
  const criteria: Array<Criterion> = []
  for (const parameter of new Set(query.keys())) {
    const values = query.getAll(parameter).filter((value) => value !== "")
    if (values.length === 0) continue
    const found = filterOf(store, kind, parameter, values)
    if (found === null) continue
    if (Either.isLeft(found)) problems[parameter] = found.left
    else criteria.push(found.right)
  }
  if (Object.keys(problems).length > 0) return Either.left(problems)
  const table = store.table(kind.name)
  if (criteria.length === 0) return Either.right(table.ids())
  const sets = criteria.map((criterion) => criterion.ids(kind)).filter((ids) => ids !== null)
  const [smallest] = sets.sort((a, b) => a.length - b.length)
  const candidates = smallest === undefined ? table.ids() : [...new Set(smallest)].sort((a, b) => a - b)
  return Either.right(
    candidates.filter((id) => {
      const row = table.get(id)
      return row !== undefined && criteria.every((criterion) => criterion.matches(row))
    })
  )
}
