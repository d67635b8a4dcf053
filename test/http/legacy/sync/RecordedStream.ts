import { readFileSync } from "node:fs"
import { isJsonObject, type Json, JsonObject } from "../../../../src/domain/Json.ts"
import { Schema } from "effect"

export interface Told {
  readonly event: string
  readonly data: JsonObject
}

const decode = Schema.decodeUnknownSync(Schema.parseJson(JsonObject))

/** The frames of a text of server-sent events, comments left out. */
export const framesOf = (text: string): ReadonlyArray<Told> =>
  text.split("\n\n").flatMap((frame) => {
    const event = /^event: (.*)$/m.exec(frame)?.[1]
    const data = /^data: (.*)$/m.exec(frame)?.[1]
    return event === undefined || data === undefined ? [] : [{ event, data: decode(data) }]
  })

/** A full update of a small cluster, as proxbox-api tells it. */
export const recorded = framesOf(readFileSync(new URL("./full-update.sse", import.meta.url), "utf8"))

/** Every key of a value with the way to it; `[]` stands for the members of a list. */
export const keysIn = (value: Json, at = ""): ReadonlySet<string> => {
  const keys = new Set<string>()
  const visit = (one: Json, path: string): void => {
    if (Array.isArray(one)) for (const member of one) visit(member, `${path}[]`)
    else if (isJsonObject(one)) {
      for (const [key, member] of Object.entries(one)) {
        keys.add(`${path}.${key}`)
        visit(member, `${path}.${key}`)
      }
    }
  }
  visit(value, at)
  return keys
}
