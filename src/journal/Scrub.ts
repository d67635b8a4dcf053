import { Option, Redacted } from "effect"
import type { Json, JsonObject } from "../domain/Json.ts"
import { isOwnWord } from "./OwnWords.ts"

/** Takes known secrets out of what is about to be stored; a text that holds none comes back as it is. */
export interface Scrub {
  /** Whether a secret occurs in a text, in any form. */
  readonly holds: (text: string) => boolean
  readonly text: (text: string) => string
  /** Of the JSON text of an event; null when a secret is part of a name, which cannot be blotted out. */
  readonly event: (data: string) => string | null
  /** Takes these texts out as well from now on. */
  readonly learn: (secrets: ReadonlyArray<Redacted.Redacted>) => void
}

/** What stands in the place of a secret. */
const blot = "<redacted>"

/** Shorter texts occur by chance. */
const shortest = 6

const isLookedFor = (secret: string): boolean => secret.length >= shortest && !isOwnWord(secret)

/** Members by which objects and fields are found again. */
const names: ReadonlySet<string> = new Set(["ref", "$ref", "becomes", "field"])

const escaped = (text: string): string => JSON.stringify(text).slice(1, -1)

/** As it is, in JSON, in JSON within JSON, and in a URL. */
const formsOf = (secret: string): ReadonlyArray<string> => {
  const encoded = encodeURIComponent(secret)
  return [
    secret,
    escaped(secret),
    escaped(escaped(secret)),
    encoded,
    encoded.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())
  ]
}

const parse = Option.liftThrowable((text: string) => JSON.parse(text) as Json)

/**
 * The last line of defence: clients strip what they know to be secret, and whatever is configured as a secret is taken out
 * here wherever it turns up, a note of a guest included.
 */
export const scrubOf = (secrets: ReadonlyArray<Redacted.Redacted>): Scrub => {
  let forms: ReadonlyArray<string> = []
  const learn: Scrub["learn"] = (more) => {
    const known = more.map((secret) => Redacted.value(secret)).filter(isLookedFor)
    forms = [...new Set([...forms, ...known.flatMap(formsOf)])].sort((a, b) => b.length - a.length)
  }
  learn(secrets)
  const holds = (text: string) => forms.some((form) => text.includes(form))
  const blotted = (text: string) => forms.reduce((clean, form) => clean.replaceAll(form, blot), text)

  /** Texts alone: JSON stays JSON, and a number is no secret. `everything`: also what events are found again by. */
  const clean = (value: Json, everything: boolean): Json => {
    if (typeof value === "string") return blotted(value)
    if (value === null || typeof value !== "object") return value
    if (Array.isArray(value)) return value.map((item) => clean(item, everything))
    return Object.fromEntries(
      Object.entries(value as JsonObject).map(([key, member]): [string, Json] => [
        everything ? blotted(key) : key,
        everything || !names.has(key) ? clean(member, everything) : member
      ])
    )
  }
  const holdsIn = (value: Json): boolean => {
    if (typeof value === "string") return holds(value)
    if (value === null || typeof value !== "object") return false
    return Object.entries(value).some(([key, member]) => (!Array.isArray(value) && holds(key)) || holdsIn(member))
  }

  return {
    learn,
    holds,
    text: (text) => {
      if (!holds(text)) return text
      const value = Option.getOrNull(parse(text))
      return typeof value === "object" && value !== null ? JSON.stringify(clean(value, true)) : blotted(text)
    },
    event: (data) => {
      if (!holds(data)) return data
      const done = clean(JSON.parse(data) as Json, false)
      return holdsIn(done) ? null : JSON.stringify(done)
    }
  }
}
