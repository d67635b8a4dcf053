import { isJsonObject, type Json, type JsonObject } from "../../../../domain/Json.ts"
import type { Frame } from "./Frame.ts"

/** The log of the NetBox plugin cuts what is longer, and shows a text that is no JSON any more. */
const longest = 600

/** Characters of the value as Python prints it: a blank after each comma and colon, and ASCII alone. */
export const printedLength = (value: Json): number => {
  if (typeof value === "string") {
    let length = 0
    for (const char of JSON.stringify(value)) length += char.codePointAt(0) === undefined ? 0 : widthOf(char)
    return length
  }
  if (value === null || typeof value !== "object") return String(value).length
  const lengths = isJsonObject(value)
    ? Object.entries(value).map(([key, member]) => printedLength(key) + 2 + printedLength(member))
    : value.map(printedLength)
  return lengths.reduce((sum, one) => sum + one, 2 + Math.max(0, lengths.length - 1) * 2)
}

const widthOf = (char: string): number => {
  if (char.length === 2) return 12
  return char.charCodeAt(0) > 126 ? 6 : 1
}

/** Texts that may lose their end, the least needed first. */
const texts = ["suggestion", "detail", "error", "warning", "message"]

/** The value without as many characters, and what says so. */
const cut = (text: string, less: number): string => `${[...text].slice(0, -(less + 3)).join("")}...`

const withFewerItems = (data: JsonObject, items: ReadonlyArray<Json>): JsonObject => {
  let room = longest - printedLength({ ...data, items: [], omitted: items.length })
  const shown: Array<Json> = []
  for (const item of items) {
    room -= printedLength(item) + 2
    if (room < 0) break
    shown.push(item)
  }
  return { ...data, items: shown, omitted: items.length - shown.length }
}

/** A frame that the plugin's log can show: items are left out and counted, texts lose their end. */
export const fit = (frame: Frame): Frame => {
  let { data } = frame
  if (printedLength(data) < longest) return frame
  const { items } = data
  if (Array.isArray(items)) return { ...frame, data: withFewerItems(data, items) }
  for (const name of texts) {
    const over = printedLength(data) - longest + 1
    const text = data[name]
    if (over <= 0) break
    if (typeof text === "string" && text.length > 3) data = { ...data, [name]: cut(text, over) }
  }
  return { ...frame, data }
}
