import type { Resolve } from "./Diff.ts"
import type { Json } from "./Json.ts"
import type { Kind } from "./Kind.ts"
import { keyOf, kindOf, type Ref } from "./Ref.ts"
import type { Target } from "./Target.ts"

const tag = "extras.tag"

interface Told {
  readonly ref: Ref
  readonly label: string
  readonly detail: string
}

const keptFor = (types: Json | undefined): ReadonlyArray<Json> => (Array.isArray(types) ? types : [])

/**
 * NetBox can keep a tag for some kinds of objects and then refuses every object of another kind that carries it. Such a
 * tag is left out where it does not belong, and that is told once for each kind.
 */
export const tagScopes = (
  target: Target,
  ids: ReadonlyMap<Ref, number>
): {
  /** What refs stand for in an object of this kind. */
  readonly within: (kind: Kind, resolve: Resolve) => Resolve
  readonly conflicts: () => ReadonlyArray<Told>
} => {
  const rows = target.rows(tag)
  const isKept = [...rows.values()].some(({ fields }) => keptFor(fields["object_types"]).length > 0)
  const told = new Map<string, Told>()
  return {
    within: (kind, resolve) => {
      if (!isKept || !("tags" in kind.fields)) return resolve
      return (to) => {
        const id = kindOf(to) === tag ? ids.get(to) : undefined
        const types = id === undefined ? [] : keptFor(rows.get(id)?.fields["object_types"])
        if (types.length === 0 || types.includes(kind.name)) return resolve(to)
        const detail = `NetBox keeps it for ${types.join(", ")}: it is left out of every ${kind.label}`
        told.set(`${to} ${kind.name}`, { ref: to, label: keyOf(to), detail })
        return undefined
      }
    },
    conflicts: () => [...told.values()]
  }
}
