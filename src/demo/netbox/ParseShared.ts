import { Either } from "effect"
import type { Json, JsonObject } from "../../domain/Json.ts"
import { isJsonObject } from "../../domain/Json.ts"
import type { ParseContext } from "./Parse.ts"
import type { Problems } from "./Problems.ts"
import { pythonType, resolve } from "./Reference.ts"
import { customFieldsOf } from "./Customs.ts"
import { idsOf, textOf } from "./Row.ts"

/** Custom fields of a body, over those that are stored: keys that it does not name stay. */
export const parseCustomFields = ({ store, kind, before }: ParseContext, value: Json): Either.Either<Json, Json> => {
  if (value === null) return Either.left(["This field may not be null."])
  if (!isJsonObject(value)) {
    return Either.left([
      "Invalid data format. Custom field data must be passed as a dictionary mapping field names to their values."
    ])
  }
  const known = new Set(customFieldsOf(store, kind).map((field) => textOf(field.values, "name")))
  const unknown = Object.keys(value).filter((name) => !known.has(name))
  if (unknown.length > 0) {
    return Either.left(
      Object.fromEntries(
        unknown.sort().map((name) => [name, `Custom field '${name}' does not exist for this object type.`])
      )
    )
  }
  const stored = before?.values["custom_fields"]
  return Either.right({ ...(isJsonObject(stored ?? null) ? (stored as JsonObject) : {}), ...value })
}

interface Tags {
  /** The tags that the object will have; null where the body says nothing about them. */
  readonly ids: ReadonlyArray<number> | null
  readonly problems: Problems
  readonly late: Problems
}

/** `tags` replaces, `add_tags` and `remove_tags` are relative. */
export const parseTags = ({ store, before, selected }: ParseContext, body: JsonObject): Tags => {
  const problems: Record<string, Json> = {}
  const read = (name: string): ReadonlyArray<number> | undefined => {
    const value = body[name]
    if (value === undefined) return undefined
    if (!Array.isArray(value)) {
      problems[name] =
        value === null
          ? ["This field may not be null."]
          : { __all__: [`Expected a list of items but got type "${pythonType(value)}".`] }
      return undefined
    }
    const found = Either.all(value.map((item) => resolve(store, "extras.tag", item)))
    if (Either.isLeft(found)) {
      problems[name] = [found.left]
      return undefined
    }
    return [...new Set(found.right)]
  }
  const tags = selected("tags") ? read("tags") : undefined
  const added = store.features.hasCursor ? read("add_tags") : undefined
  const removed = store.features.hasCursor ? read("remove_tags") : undefined
  const late: Record<string, Json> = {}
  if ((tags?.length ?? 0) > 0 && ((added?.length ?? 0) > 0 || (removed?.length ?? 0) > 0)) {
    late["tags"] = 'Cannot specify "tags" together with "add_tags" or "remove_tags".'
  } else if (before === null && (removed?.length ?? 0) > 0) {
    late["remove_tags"] = 'Cannot use "remove_tags" when creating a new object.'
  } else {
    const both = added?.filter((id) => removed?.includes(id) === true) ?? []
    if (both.length > 0) {
      const names = both.map((id) => textOf(store.get("extras.tag", id)?.values ?? {}, "name"))
      late["remove_tags"] = `Tags may not be present in both "add_tags" and "remove_tags": ${names.join(", ")}`
    }
  }
  for (const [name, message] of Object.entries(late)) late[name] = [message]
  if (tags !== undefined) return { ids: tags, problems, late }
  if (added === undefined && removed === undefined) return { ids: null, problems, late }
  const stored = idsOf(before?.values ?? {}, "tags")
  const ids = [...new Set([...stored, ...(added ?? [])])].filter((id) => removed?.includes(id) !== true)
  return { ids, problems, late }
}
