import { Option } from "effect"
import type { Json } from "../Json.ts"
import * as PropertyString from "./PropertyString.ts"
import { parseBoolean, parseInteger } from "./Scalar.ts"

/** Reads keyed values. A value that cannot be read costs one warning that names it, and then counts as absent. */
export interface Reader {
  readonly has: (key: string) => boolean
  /** Costs a warning for a reason of its own. */
  readonly reject: (key: string, why: string) => undefined
  readonly read: <A>(key: string, expected: string, parse: (value: Json) => Option.Option<A>) => A | undefined
  readonly text: (key: string) => string | undefined
  readonly boolean: (key: string) => boolean | undefined
  readonly integer: (key: string, min: number, max: number) => number | undefined
  readonly properties: (
    key: string,
    defaultKey: string
  ) => (Reader & Pick<PropertyString.PropertyString, "entries">) | undefined
}

const show = (value: Json): string => {
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

const asText = (value: Json): Option.Option<string> =>
  typeof value === "string"
    ? Option.some(value)
    : typeof value === "number"
      ? Option.some(String(value))
      : Option.none()

/**
 * `get` answers undefined where there is nothing; null is a value nobody expects. `path` is what warnings put before a key.
 */
export const make = (get: (key: string) => Json | undefined, warnings: Array<string>, path: string = ""): Reader => {
  const reject: Reader["reject"] = (key, why) => void warnings.push(`${path}${key}: ${why}`)
  const read: Reader["read"] = (key, expected, parse) => {
    const value = get(key)
    if (value === undefined) return undefined
    const parsed = parse(value)
    return Option.isSome(parsed) ? parsed.value : reject(key, `${show(value)} is not ${expected}`)
  }
  const text: Reader["text"] = (key) => read(key, "text", asText)
  return {
    has: (key) => get(key) !== undefined,
    reject,
    read,
    text,
    boolean: (key) => read(key, "a boolean", parseBoolean),
    integer: (key, min, max) =>
      read(key, `a whole number from ${min} to ${max}`, (value) => parseInteger(value, min, max)),
    properties: (key, defaultKey) => {
      const value = text(key)
      if (value === undefined) return undefined
      const properties = PropertyString.parse(value, defaultKey)
      for (const part of properties.odd) reject(key, `${show(part)} has no meaning here`)
      if (properties.entries.length === 0) return properties.odd.length === 0 ? reject(key, "empty") : undefined
      return { ...make(properties.get, warnings, `${path}${key} `), entries: properties.entries }
    }
  }
}
