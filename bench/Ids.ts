import { isJsonObject, type Json, type JsonObject } from "../src/domain/Json.ts"
import { type Kind } from "../src/domain/Kind.ts"
import { kinds } from "../src/domain/Kinds.ts"
import { Tag } from "../src/domain/kinds/Tag.ts"

/** One object of one NetBox: `virtualization.virtualmachine 17`. */
export type ObjectId = `${string} ${number}`

export const objectId = (kind: string, id: number): ObjectId => `${kind} ${id}`

export type Row = JsonObject & { readonly id: number }

const isRow = (value: Json): value is Row => isJsonObject(value) && typeof value["id"] === "number"

/** The rows of an answer, in its order; the items of an update carry ids too. */
export const rowsOf = (body: string): ReadonlyArray<Row> => {
  const value = body === "" ? null : (JSON.parse(body) as Json)
  return Array.isArray(value) ? value.filter(isRow) : []
}

export const itemsOf = (body: string): ReadonlyArray<JsonObject> => {
  const value = JSON.parse(body) as Json
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}

/** The kind whose list a path is; a reverse proxy may have put something in front of it. */
export const kindAt = (path: string): Kind => {
  const list = path.split("?")[0] ?? ""
  const kind = kinds.find((one) => list.endsWith(one.path))
  if (kind === undefined) throw new Error(`No kind has its list at ${path}`)
  return kind
}

/** The item with every id of an object in it replaced: its own, and those its fields refer to. */
export const withIds = (kind: Kind, item: JsonObject, id: (object: ObjectId) => number): JsonObject => {
  const replace = (to: string, value: Json): Json => {
    if (Array.isArray(value)) return value.map((one: Json) => replace(to, one))
    return typeof value === "number" ? id(objectId(to, value)) : value
  }
  return Object.fromEntries(
    Object.entries(item).map(([name, value]) => {
      if (name === "id") return [name, replace(kind.name, value)]
      if (name === "add_tags" || name === "remove_tags" || name === "tags") return [name, replace(Tag.name, value)]
      const field = kind.fields[name]
      if (field?.type === "ref" || field?.type === "refs") return [name, replace(field.kind, value)]
      if (field?.type === "generic") return [name, replace(String(item[field.typeField]), value)]
      return [name, value]
    })
  )
}
