import type { Binding } from "./Binding.ts"
import { type Desired, parentKey } from "./Desired.ts"
import type { Json } from "./Json.ts"
import type { Kind } from "./Kind.ts"
import { keyOf, type Ref, ref } from "./Ref.ts"
import type { Moved } from "./Reuse.ts"
import { pauses, type Steps } from "./Steps.ts"

type Mark = NonNullable<Kind["mark"]>

interface Family {
  /** Refs under which NetBox's objects are bound, by mark. */
  readonly bound: Map<string, Ref>
  readonly wanted: Map<string, Ref>
  /** Marks that more than one object carries: they tell nothing. */
  readonly doubtful: Set<string>
}

const note = (family: Family, side: "bound" | "wanted", mark: string | undefined, one: Ref) => {
  if (mark === undefined) return
  if (family[side].has(mark)) family.doubtful.add(mark)
  else family[side].set(mark, one)
}

const markIn = ({ field, of }: Mark, value: Json | undefined): string | undefined =>
  typeof value === "string" && field !== "" ? of(value) : undefined

/**
 * Bindings of objects that go on under another key among their siblings, as a disk on another bus: what they carry (their
 * kind's mark) is the same. An object that had the key and carries nothing that is still wanted counts as gone.
 */
export const renamed = function* (
  kinds: ReadonlyArray<Kind>,
  desired: ReadonlyMap<string, ReadonlyArray<Desired>>,
  bindings: ReadonlyMap<string, ReadonlyArray<Binding>>,
  baselines: ReadonlyMap<Ref, ReadonlyMap<string, Json>>
): Steps<ReadonlyArray<Moved>> {
  const due = pauses()
  const moved: Array<Moved> = []
  for (const kind of kinds) {
    const { mark } = kind
    if (mark === undefined) continue
    const families = new Map<string, Family>()
    const familyOf = (one: Ref): Family => {
      const parent = parentKey(keyOf(one))
      const known = families.get(parent)
      if (known !== undefined) return known
      const made: Family = { bound: new Map(), wanted: new Map(), doubtful: new Set() }
      families.set(parent, made)
      return made
    }
    const ids = new Map<Ref, number>()
    for (const { id, ref: one } of bindings.get(kind.name) ?? []) {
      if (due()) yield
      ids.set(one, id)
      note(familyOf(one), "bound", markIn(mark, baselines.get(one)?.get(mark.field)), one)
    }
    for (const one of desired.get(kind.name) ?? []) {
      if (due()) yield
      note(familyOf(one.ref), "wanted", markIn(mark, one.fields[mark.field]?.value), one.ref)
    }
    for (const { bound, doubtful, wanted } of families.values()) {
      if (due()) yield
      const pairs = [...wanted].flatMap(([carried, to]): ReadonlyArray<readonly [Ref, Ref]> => {
        const from = bound.get(carried)
        return from === undefined || from === to || doubtful.has(carried) ? [] : [[from, to]]
      })
      const leaving = new Set(pairs.map(([from]) => from))
      for (const [from, to] of pairs) {
        const id = ids.get(to)
        if (id !== undefined && !leaving.has(to)) {
          moved.push({
            ref: to,
            becomes: ref(kind.name, `${keyOf(to)}~${id}`),
            reason: "another object has its key now"
          })
        }
        moved.push({ ref: from, becomes: to, reason: "the same object under another key" })
      }
    }
  }
  return moved
}
