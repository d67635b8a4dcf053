import { isWritable } from "./Field.ts"
import type { Kind, UniqueKey } from "./Kind.ts"
import { general, join, type Failure, type Problems } from "./Problems.ts"
import { kindOf } from "./Kinds.ts"
import { idsOf, textOf, type Row, type Values } from "./Row.ts"
import type { Store } from "./Store.ts"
import { keyOf } from "./Table.ts"

const clashes = (store: Store, kind: Kind, index: number, unique: UniqueKey, before: Row | null, values: Values) => {
  const key = keyOf(unique, values)
  if (key === undefined) return false
  return store
    .table(kind.name)
    .find(`unique ${index}`, key)
    .some((id) => id !== before?.id)
}

/** The constraints that NetBox validates itself. */
export const checkUnique = (store: Store, kind: Kind, before: Row | null, values: Values): Problems => {
  const messages = kind.unique.flatMap((unique, index) =>
    clashes(store, kind, index, unique, before, values) ? [unique.message] : []
  )
  return messages.length === 0 ? {} : { __all__: messages }
}

/** The constraints that only the database meets, once derived values are in. */
export const crashOnClash = (store: Store, kind: Kind, before: Row | null, values: Values): Failure | null => {
  for (const [index, unique] of kind.unique.entries()) {
    if (unique.crash === undefined || !clashes(store, kind, index, unique, before, values)) continue
    const key = unique.fields.map((field) => String(values[field])).join(", ")
    return {
      _tag: "Crashed",
      exception: "IntegrityError",
      error: `duplicate key value violates unique constraint "${unique.crash.name}"\nDETAIL:  Key (${unique.crash.columns.join(", ")})=(${key}) already exists.`
    }
  }
  return null
}

/** A tag that is for other kinds of objects cannot be put on this one; where it is already, it may stay. */
export const abortOnTag = (store: Store, kind: Kind, before: Row | null, values: Values): Failure | null => {
  const present = idsOf(before?.values ?? {}, "tags")
  for (const id of idsOf(values, "tags")) {
    const tag = store.get("extras.tag", id)
    const types = tag?.values["object_types"] ?? []
    if (tag === undefined || present.includes(id) || !Array.isArray(types) || types.length === 0) continue
    if (types.includes(kind.name)) continue
    const model = kind.name.split(".")[1] ?? ""
    return { _tag: "Aborted", message: `Tag ${textOf(tag.values, "name")} cannot be assigned to ${model} objects.` }
  }
  return null
}

/** What a create under `?fields=` may have left out. */
export const checkFilled = (kind: Kind, values: Values): Problems => {
  const problems: Record<string, ReadonlyArray<string>> = {}
  for (const [name, field] of Object.entries(kind.fields)) {
    if (!isWritable(field) || !field.required) continue
    const value = values[name] ?? null
    if (value === "") problems[name] = ["This field cannot be blank."]
    else if (value === null && field.type === "reference") problems[name] = ["This field cannot be null."]
  }
  return problems
}

/** Both halves of a generic reference or none, and of an object that is there. */
export const checkGenericReferences = (store: Store, kind: Kind, values: Values): Problems => {
  let problems: Problems = {}
  for (const [name, field] of Object.entries(kind.fields)) {
    if (field.type !== "contentType") continue
    const type = values[name] ?? null
    const id = values[field.id] ?? null
    if (type === null && id === null) continue
    if (type === null) problems = join(problems, { [name]: [field.halves.withoutType] })
    else if (id === null) {
      const model = String(type).split(".")[1] ?? ""
      const { withoutId } = field.halves
      const half =
        withoutId === null ? { [field.id]: ["This field cannot be null."] } : general(`${withoutId} ${model}.`)
      problems = join(problems, half)
    } else if (typeof type !== "string" || typeof id !== "number" || store.get(kindOf(type).name, id) === undefined) {
      problems = join(problems, { [field.id]: [`Related object not found using the provided value: ${String(id)}.`] })
    }
  }
  return problems
}
