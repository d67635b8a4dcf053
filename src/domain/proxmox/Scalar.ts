import { Option } from "effect"
import type { Json } from "../Json.ts"

/** `1 0 on off yes no true false`, as text, number or JSON boolean. */
export const parseBoolean = (value: Json): Option.Option<boolean> => {
  if (typeof value === "boolean") return Option.some(value)
  const text = typeof value === "number" ? String(value) : typeof value === "string" ? value.trim().toLowerCase() : ""
  if (["1", "on", "yes", "true"].includes(text)) return Option.some(true)
  return ["0", "off", "no", "false"].includes(text) ? Option.some(false) : Option.none()
}

/** A decimal number from `min` to `max`. Proxmox sends numbers as JSON numbers or as text, whatever its schema says. */
export const parseNumber = (value: Json, min: number, max: number): Option.Option<number> => {
  const number =
    typeof value === "number"
      ? value
      : typeof value === "string" && /^\s*\d{1,15}(\.\d{1,15})?\s*$/.test(value)
        ? Number(value)
        : Number.NaN
  return number >= min && number <= max ? Option.some(number) : Option.none()
}

export const parseInteger = (value: Json, min: number, max: number): Option.Option<number> =>
  Option.filter(parseNumber(value, min, max), Number.isInteger)

/**
 * Text that survives being stored in NetBox unchanged: line ends are `\n`, outer blanks and control characters are gone,
 * halves of surrogate pairs are replaced.
 */
export const cleanText = (text: string): string =>
  text
    .replaceAll(/\r\n?/g, "\n")
    .replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "")
    .replaceAll(/\p{Surrogate}/gu, "\ufffd")
    .trim()
