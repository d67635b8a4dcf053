import { isJsonObject, type Json } from "../../src/domain/Json.ts"
import type { Synced } from "./Sync.ts"

const isBlank = (value: Json) => value === null || value === "" || (Array.isArray(value) && value.length === 0)

/** What an operation takes away: the object, its standing among the living, the value of a field, a tag. */
export const losses = ({ changes, purpose, ref, verb }: Synced["operations"][number]): ReadonlyArray<string> => {
  if (verb === "delete" || purpose === "retire") return [`${purpose} ${ref}`]
  return changes.flatMap(({ field, from, to }) => {
    const taken = isJsonObject(to) && Array.isArray(to["remove"]) && to["remove"].length > 0
    const text = `${ref} ${field}: ${JSON.stringify(from)} → ${JSON.stringify(to)}`
    return taken || (isBlank(to) && !isBlank(from)) ? [text] : []
  })
}
