import { Schema } from "effect"

/** A JSON value, as both APIs speak it and as events store it. */
export type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [key: string]: Json }

export type JsonObject = { readonly [key: string]: Json }

const isJson = (value: unknown): value is Json =>
  value !== undefined && typeof value !== "function" && typeof value !== "symbol" && typeof value !== "bigint"

/** Not checked in depth: what is decoded with it came out of `JSON.parse`. */
export const Json: Schema.Schema<Json> = Schema.declare(isJson, {
  identifier: "Json",
  description: "Any JSON value",
  jsonSchema: { type: ["null", "boolean", "number", "string", "array", "object"] },
  arbitrary: () => (fc) => fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as Json)
})

export const JsonObject: Schema.Schema<JsonObject> = Schema.declare(
  (value): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value),
  {
    identifier: "JsonObject",
    description: "Any JSON object",
    jsonSchema: { type: "object" },
    arbitrary: () => (fc) =>
      fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.parse(JSON.stringify(value)) as JsonObject)
  }
)

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The one text of a value: keys sorted, no blanks. Equal values have equal texts, so it can be digested. */
export const canonical = (value: Json): string => {
  if (value === null || typeof value !== "object") return JSON.stringify(value)
  return isJsonObject(value) ? canonicalObject(value) : canonicalList(value)
}

const canonicalList = (list: ReadonlyArray<Json>): string => {
  let text = ""
  for (const item of list) text += (text === "" ? "" : ",") + canonical(item)
  return `[${text}]`
}

const canonicalObject = (object: JsonObject): string => {
  let text = ""
  for (const key of Object.keys(object).sort()) {
    const member = object[key]
    if (member !== undefined) text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${canonical(member)}`
  }
  return `{${text}}`
}

/** Equality of JSON values, whatever the order of their keys. */
export const equal = (a: Json, b: Json): boolean => {
  if (a === b) return true
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return false
  return canonical(a) === canonical(b)
}
