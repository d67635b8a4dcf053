import { Either } from "effect"
import type { Json } from "../../domain/Json.ts"
import { isJsonObject } from "../../domain/Json.ts"
import { kindOf } from "./Kinds.ts"
import type { Row } from "./Row.ts"
import type { Store } from "./Store.ts"

/** A value as Python prints it, which is how NetBox quotes attributes. */
export const python = (value: Json): string => {
  if (value === null) return "None"
  if (value === true) return "True"
  if (value === false) return "False"
  if (typeof value === "string")
    return value.includes("'") && !value.includes('"') ? `"${value}"` : `'${value.replaceAll("'", "\\'")}'`
  if (Array.isArray(value)) return `[${value.map(python).join(", ")}]`
  if (isJsonObject(value)) {
    return `{${Object.entries(value)
      .map(([key, member]) => `${python(key)}: ${python(member)}`)
      .join(", ")}}`
  }
  return String(value)
}

/** The name of a value's type in Python. */
export const pythonType = (value: Json): string => {
  if (value === null) return "NoneType"
  if (Array.isArray(value)) return "list"
  if (typeof value === "string") return "str"
  if (typeof value === "boolean") return "bool"
  if (typeof value === "number") return Number.isInteger(value) ? "int" : "float"
  return "dict"
}

const candidates = (
  store: Store,
  kindName: string,
  attributes: Readonly<Record<string, Json>>
): ReadonlyArray<number> => {
  const table = store.table(kindName)
  const { id, name, slug } = attributes
  if (typeof id === "number") return [id]
  if (typeof slug === "string" && kindOf(kindName).fields["slug"] !== undefined)
    return table.find("slug", slug.toLowerCase())
  if (typeof name === "string" && kindOf(kindName).fields["name"] !== undefined)
    return table.find("name", name.toLowerCase())
  return table.ids()
}

const matches = (row: Row, attributes: Readonly<Record<string, Json>>) =>
  Object.entries(attributes).every(([key, value]) =>
    key === "id" || key === "pk" ? row.id === value : (row.values[key] ?? null) === value
  )

/** The id of the one object that a body names, by number or by attributes; else NetBox's complaint. */
export const resolve = (store: Store, kindName: string, value: Json): Either.Either<number, string> => {
  const table = store.table(kindName)
  if (isJsonObject(value)) {
    const unknown = Object.keys(value).find(
      (key) => key !== "id" && key !== "pk" && kindOf(kindName).fields[key] === undefined
    )
    if (unknown !== undefined) return Either.left(`Cannot resolve keyword '${unknown}' into field.`)
    const found = candidates(store, kindName, value).filter((id) => {
      const row = table.get(id)
      return row !== undefined && matches(row, value)
    })
    const [id] = found
    if (id === undefined) return Either.left(`Related object not found using the provided attributes: ${python(value)}`)
    return found.length > 1
      ? Either.left(`Multiple objects match the provided attributes: ${python(value)}`)
      : Either.right(id)
  }
  const number =
    typeof value === "number"
      ? Math.trunc(value)
      : typeof value === "string" && /^\s*-?\d+\s*$/.test(value)
        ? Number(value)
        : null
  if (number === null) {
    const shown = typeof value === "string" ? value : python(value)
    return Either.left(
      `Related objects must be referenced by numeric ID or by dictionary of attributes. Received an unrecognized value: ${shown}`
    )
  }
  return table.get(number) === undefined
    ? Either.left(`Related object not found using the provided numeric ID: ${number}`)
    : Either.right(number)
}
