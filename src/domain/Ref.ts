import { Schema } from "effect"
import { isJsonObject, type Json } from "./Json.ts"
import { each, type Steps } from "./Steps.ts"

/**
 * The identity of an object: its NetBox kind and a stable key made from the source, never from a display name,
 * as `virtualization.virtualmachine:lab/101`. Children extend the key of their parent: `…:lab/101/net0`.
 */
export type Ref = `${string}:${string}`

export const Ref: Schema.Schema<Ref> = Schema.declare(
  (value): value is Ref => typeof value === "string" && value.includes(":"),
  {
    identifier: "Ref",
    description: "A kind of NetBox object and the key of its source, as `virtualization.virtualmachine:lab/101`",
    jsonSchema: { type: "string", pattern: ":" },
    arbitrary: () => (fc) => fc.tuple(fc.string(), fc.string()).map(([k, v]): Ref => `${k}:${v}`)
  }
)

export const ref = (kind: string, key: string): Ref => `${kind}:${key}`

export const kindOf = (self: Ref): string => self.slice(0, self.indexOf(":"))

export const keyOf = (self: Ref): string => self.slice(self.indexOf(":") + 1)

/** How a planned value names an object that may not have a NetBox id yet. */
export interface RefValue {
  readonly $ref: Ref
}

export const isRefValue = (value: unknown): value is RefValue =>
  typeof value === "object" && value !== null && "$ref" in value

/** The refs a value names: itself, the members of a list, or what a set gains and loses. */
export const refsIn = (value: Json): ReadonlyArray<Ref> => {
  if (isRefValue(value)) return [value.$ref]
  if (Array.isArray(value)) return value.flatMap(refsIn)
  return isJsonObject(value) ? Object.values(value).flatMap(refsIn) : []
}

/** Things that have a ref, by its kind, in their order. */
export const byKind = function* <A extends { readonly ref: Ref }>(
  items: Iterable<A>
): Steps<ReadonlyMap<string, ReadonlyArray<A>>> {
  const groups = new Map<string, Array<A>>()
  yield* each(items, (item) => {
    const kind = kindOf(item.ref)
    const same = groups.get(kind)
    if (same === undefined) groups.set(kind, [item])
    else same.push(item)
  })
  return groups
}
