import { Option } from "effect"
import { isJsonObject, type Json } from "../Json.ts"
import * as PropertyString from "./PropertyString.ts"
import { cleanText, parseBoolean } from "./Scalar.ts"

/**
 * The tags of a guest in the order of the text, each once. Proxmox joins them by `;`; older and hand-made values use
 * commas and blanks. NetBox takes no control characters.
 */
export const parse = (text: string): ReadonlyArray<string> => [
  ...new Set(
    text
      .split(/[;,\s]+/)
      .map(cleanText)
      .filter((tag) => tag !== "")
  )
]

export interface TagStyle {
  readonly caseSensitive: boolean
  /** Background colour by tag, as six lower-case hex digits. */
  readonly colors: { readonly [tag: string]: string }
}

const colour = /^[0-9a-f]{3}(?:[0-9a-f]{3})?$/i

const expand = (digits: string): string => (digits.length === 6 ? digits : digits.replaceAll(/./g, "$&$&"))

const parseColorMap = (text: string): TagStyle["colors"] => {
  const colors: Array<[string, string]> = []
  for (const entry of text.split(";")) {
    const [tag = "", background = ""] = entry.trim().split(":")
    if (tag !== "" && colour.test(background)) colors.push([tag, expand(background.toLowerCase())])
  }
  return Object.fromEntries(colors)
}

/**
 * `tag-style` of the datacenter options: `case-sensitive=1,color-map=TAG:BACKGROUND[:TEXT];…`. The API answers it as an
 * object of its parts, older versions as text. What cannot be read is left out.
 */
export const parseTagStyle = (value: Json): TagStyle => {
  const parts = typeof value === "string" ? PropertyString.parse(value, "shape") : undefined
  const part = (key: string): Json => parts?.get(key) ?? (isJsonObject(value) ? (value[key] ?? null) : null)
  const colorMap = part("color-map")
  return {
    caseSensitive: Option.getOrElse(parseBoolean(part("case-sensitive")), () => false),
    colors: typeof colorMap === "string" ? parseColorMap(colorMap) : {}
  }
}
