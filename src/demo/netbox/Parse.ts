import { Either, Option } from "effect"
import type { Json, JsonObject } from "../../domain/Json.ts"
import * as Address from "./Address.ts"
import { isWritable, type WritableField } from "./Field.ts"
import type { Kind } from "./Kind.ts"
import { isKind } from "./Kinds.ts"
import * as MacAddress from "./MacAddress.ts"
import { patterns, slugMessage } from "./Pattern.ts"
import type { Problems } from "./Problems.ts"
import { parseCustomFields, parseTags } from "./ParseShared.ts"
import { pythonType, resolve } from "./Reference.ts"
import type { Selection } from "./Selection.ts"
import type { Row, Values } from "./Row.ts"
import type { Store } from "./Store.ts"

export interface ParseContext {
  readonly store: Store
  readonly kind: Kind
  /** The row of an update. */
  readonly before: Row | null
  /** A PATCH: what the body does not name stays. */
  readonly partial: boolean
  /** Fields beyond `?fields=` are not read either. */
  readonly selected: Selection
}

/** What a body says; `late` are problems that NetBox finds only where no field has one. */
export interface Parsed {
  readonly values: Values
  readonly problems: Problems
  readonly late: Problems
}

type Read = Either.Either<Json, Json>

const problem = (...messages: ReadonlyArray<string>): Read => Either.left(messages)

const readText = (context: ParseContext, name: string, field: WritableField & { type: "text" }, value: Json): Read => {
  if (typeof value !== "string" && typeof value !== "number") {
    return typeof value === "object" && (field.pattern === "slug" || field.pattern === "unicodeSlug")
      ? problem(slugMessage)
      : problem("Not a valid string.")
  }
  const trimmed = String(value).trim()
  if (trimmed === "") return field.blank ? Either.right("") : problem("This field may not be blank.")
  const messages: Array<string> = []
  if (field.pattern !== null && !patterns[field.pattern].accepts.test(trimmed))
    messages.push(...patterns[field.pattern].messages)
  if (field.max !== null && [...trimmed].length > field.max) {
    messages.push(`Ensure this field has no more than ${field.max} characters.`)
  }
  if (trimmed.includes("\0")) messages.push("Null characters are not allowed.")
  const half = /\p{Surrogate}/u.exec(trimmed)?.[0].charCodeAt(0).toString(16).toUpperCase()
  if (half !== undefined) messages.push(`Surrogate characters are not allowed: U+${half}.`)
  if (field.unique) {
    const table = context.store.table(context.kind.name)
    const clash = table
      .find(name, trimmed.toLowerCase())
      .some((id) => id !== context.before?.id && table.get(id)?.values[name] === trimmed)
    if (clash) messages.push(`${context.kind.verboseName} with this ${name.replaceAll("_", " ")} already exists.`)
  }
  return messages.length > 0 ? problem(...messages) : Either.right(trimmed)
}

const readInteger = (field: WritableField & { type: "integer" }, value: Json): Read => {
  const text = typeof value === "string" ? value.trim().replace(/\.0*$/, "") : null
  const number = typeof value === "number" ? value : text !== null && /^-?\d+$/.test(text) ? Number(text) : NaN
  if (!Number.isInteger(number)) return problem("A valid integer is required.")
  if (number > field.max) return problem(`Ensure this value is less than or equal to ${field.max}.`)
  if (number < field.min) return problem(`Ensure this value is greater than or equal to ${field.min}.`)
  return Either.right(number)
}

const readDecimal = (field: WritableField & { type: "decimal" }, value: Json): Read => {
  const text = typeof value === "number" || typeof value === "string" ? String(value).trim() : ""
  if (!/^-?\d*\.?\d+$/.test(text)) return problem("A valid number is required.")
  const [whole = "", fraction = ""] = text.replace("-", "").split(".")
  const digits = whole.replace(/^0+/, "")
  if (digits.length + fraction.length > field.digits) {
    return problem(`Ensure that there are no more than ${field.digits} digits in total.`)
  }
  if (fraction.length > field.places)
    return problem(`Ensure that there are no more than ${field.places} decimal places.`)
  if (digits.length > field.digits - field.places) {
    return problem(`Ensure that there are no more than ${field.digits - field.places} digits before the decimal point.`)
  }
  if (field.min !== null && Number(text) < Number(field.min)) {
    return problem(`Ensure this value is greater than or equal to ${field.min}.`)
  }
  return Either.right(Number(text))
}

const readBoolean = (value: Json): Read => {
  const text = String(value).toLowerCase()
  if (["true", "t", "yes", "y", "on", "1"].includes(text)) return Either.right(true)
  if (["false", "f", "no", "n", "off", "0"].includes(text)) return Either.right(false)
  return problem("Must be a valid boolean.")
}

const readChoice = (field: WritableField & { type: "choice" }, value: Json): Read => {
  if (value === null || value === "") return field.blank ? Either.right("") : problem("This field may not be blank.")
  if (typeof value === "object") {
    return problem('Value must be passed directly (e.g. "foo": 123); do not use a dictionary or list.')
  }
  return Object.hasOwn(field.choices, String(value))
    ? Either.right(value)
    : problem(`${String(value)} is not a valid choice.`)
}

const readReferences = (context: ParseContext, field: WritableField & { type: "references" }, value: Json): Read => {
  if (!Array.isArray(value)) return problem(`Expected a list of items but got type "${pythonType(value)}".`)
  const ids: Array<number> = []
  for (const item of value) {
    const id = typeof item === "string" && /^\d+$/.test(item) ? Number(item) : item
    if (typeof id !== "number") return problem(`Incorrect type. Expected pk value, received ${pythonType(item)}.`)
    if (context.store.get(field.to, id) === undefined) return problem(`Invalid pk "${id}" - object does not exist.`)
    if (!ids.includes(id)) ids.push(id)
  }
  return Either.right(ids.sort((a, b) => a - b))
}

const readContentType = (
  targets: ReadonlyArray<string> | null,
  value: Json
): Either.Either<string, ReadonlyArray<string>> => {
  if (typeof value !== "string" || value.split(".").length !== 2) {
    return Either.left(["Invalid value. Specify a content type as '<app_label>.<model_name>'."])
  }
  return (targets === null ? isKind(value) : targets.includes(value))
    ? Either.right(value)
    : Either.left([`Invalid content type: ${value}`])
}

const readField = (context: ParseContext, name: string, field: WritableField, value: Json): Read => {
  // Blank text instead of a content type is none.
  if ((value === null && field.type !== "choice") || (value === "" && field.type === "contentType")) {
    return field.nullable ? Either.right(null) : problem("This field may not be null.")
  }
  switch (field.type) {
    case "text":
      return readText(context, name, field, value)
    case "integer":
      return readInteger(field, value)
    case "decimal":
      return readDecimal(field, value)
    case "boolean":
      return readBoolean(value)
    case "json":
      return Either.right(value)
    case "choice":
      return readChoice(field, value)
    case "reference":
      return Either.mapLeft(resolve(context.store, field.to, value), (message) => [message])
    case "references":
      return readReferences(context, field, value)
    case "contentType":
      return readContentType(field.targets, value)
    case "objectId":
      return readInteger({ ...field, type: "integer", min: 0, max: Number.MAX_SAFE_INTEGER, unique: false }, value)
    case "contentTypes":
      return Array.isArray(value)
        ? Either.map(Either.all(value.map((item) => readContentType(null, item))), (types) => types.sort())
        : problem(`Expected a list of items but got type "${pythonType(value)}".`)
    case "address":
      if (typeof value !== "string") return problem(`unexpected type <class '${pythonType(value)}'> for addr arg`)
      return Option.match(Address.parse(value.trim()), {
        onNone: () => problem(`Invalid IP address format: ${value}`),
        onSome: (parsed) => Either.right(Address.format(parsed))
      })
    case "mac":
      return Option.match(MacAddress.parse(String(value)), {
        onNone: () => problem(`Invalid MAC address format: ${String(value)}`),
        onSome: Either.right
      })
  }
}

/** Reads a body as NetBox's serializer does: every field's problems at once. */
export const parse = (context: ParseContext, body: JsonObject): Parsed => {
  const values: Record<string, Json> = {}
  const problems: Record<string, Json> = {}
  const late: Record<string, Json> = {}
  const take = (name: string, read: Read) =>
    Either.match(read, { onLeft: (found) => (problems[name] = found), onRight: (value) => (values[name] = value) })
  for (const [name, field] of Object.entries(context.kind.fields)) {
    const value = context.selected(name) ? body[name] : undefined
    if (isWritable(field)) {
      if (value !== undefined) take(name, readField(context, name, field, value))
      else if (field.required && !context.partial && context.selected(name))
        problems[name] = ["This field is required."]
    } else if (field.type === "primaryMac" && value !== undefined) {
      if (value === "") problems[name] = ["This field may not be blank."]
      else if (value !== null && Option.isNone(MacAddress.parse(String(value)))) {
        late[name] = ["Enter a valid MAC address (e.g. 00:11:22:33:44:55)."]
      }
    } else if (field.type === "customFields") {
      if (value !== undefined) take(name, parseCustomFields(context, value))
    } else if (field.type === "tags") {
      const found = parseTags(context, body)
      Object.assign(problems, found.problems)
      Object.assign(late, found.late)
      if (found.ids !== null) values[name] = found.ids
    }
  }
  const message = body["changelog_message"]
  if (message !== undefined) {
    if (message === "") problems["changelog_message"] = ["This field may not be blank."]
    else if (typeof message !== "string" && typeof message !== "number") {
      problems["changelog_message"] = [message === null ? "This field may not be null." : "Not a valid string."]
    }
  }
  return { values, problems, late }
}
