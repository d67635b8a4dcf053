import { customNameOf, nameInNetBox } from "./CustomNames.ts"
import type { OperationPlanned } from "./Event.ts"
import { isJsonObject, type Json, type JsonObject } from "./Json.ts"
import type { Field, Kind } from "./Kind.ts"
import { isRefValue, type Ref } from "./Ref.ts"

/** NetBox's limit; a longer message makes it answer 500. */
const messageLimit = 200

/** Written into NetBox's change log with every object: by it an unanswered request is found again. */
export const mark = (run: string, batch: number): string => `proxledger [${run}/${batch}]`

export const message = (run: string, batch: number, operation: OperationPlanned): string => {
  const reasons = [...new Set(operation.changes.map(({ why }) => why))].join(", ")
  const text = `${mark(run, batch)} op ${operation.op}: ${operation.purpose} ${operation.ref} (${reasons})`
  return [...text].slice(0, messageLimit).join("")
}

/** The number of the operation in a message of ours, if the message is of that batch. */
export const operationIn = (text: string, run: string, batch: number): number | undefined => {
  const start = `${mark(run, batch)} op `
  if (!text.startsWith(start)) return undefined
  const op = Number.parseInt(text.slice(start.length), 10)
  return Number.isNaN(op) ? undefined : op
}

/** A ref in a body that stands for nothing (yet): the operation cannot be sent. */
export class Unbound {
  readonly ref: Ref
  constructor(ref: Ref) {
    this.ref = ref
  }
}

const resolved = (value: Json, id: (ref: Ref) => number | undefined): Json | Unbound => {
  if (isRefValue(value)) return id(value.$ref) ?? new Unbound(value.$ref)
  if (!Array.isArray(value)) return value
  const items: Array<Json> = []
  for (const item of value) {
    const one = resolved(item, id)
    if (one instanceof Unbound) return one
    items.push(one)
  }
  return items
}

/** NetBox wants blank text where a column takes no null. */
const blank = (field: Field | undefined, name: string, value: Json): Json =>
  value === null && field?.type === "text" && customNameOf(name) === undefined ? "" : value

/**
 * What a create or an update sends for an object. `relativeTags`: NetBox 4.6 and later take tags as a difference; before,
 * the whole set is sent.
 */
export const bodyOf = (
  kind: Kind,
  operation: OperationPlanned,
  id: (ref: Ref) => number | undefined,
  relativeTags: boolean
): JsonObject | Unbound => {
  const body: { [field: string]: Json } = {}
  const custom: { [field: string]: Json } = {}
  for (const change of operation.changes) {
    const field = kind.fields[change.field]
    if (field?.type === "tags" && isJsonObject(change.to)) {
      const add = resolved(change.to["add"] ?? [], id)
      const remove = resolved(change.to["remove"] ?? [], id)
      const before = resolved(change.from, id)
      if (add instanceof Unbound) return add
      if (remove instanceof Unbound) return remove
      if (before instanceof Unbound) return before
      if (relativeTags) {
        if (Array.isArray(add) && add.length > 0) body["add_tags"] = add
        if (Array.isArray(remove) && remove.length > 0) body["remove_tags"] = remove
      } else {
        const gone = Array.isArray(remove) ? remove : []
        const kept = (Array.isArray(before) ? before : []).filter((tag: Json) => !gone.includes(tag))
        body["tags"] = [...kept, ...(Array.isArray(add) ? add : [])]
      }
      continue
    }
    const value = resolved(change.to, id)
    if (value instanceof Unbound) return value
    const inNetBox = nameInNetBox(change.field, field)
    if (inNetBox !== undefined) custom[inNetBox] = value
    else body[change.field] = blank(field, change.field, value)
  }
  return Object.keys(custom).length === 0 ? body : { ...body, custom_fields: custom }
}
