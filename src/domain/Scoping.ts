import type { Desired, Wanted } from "./Desired.ts"
import type { Kind } from "./Kind.ts"
import { keyOf, kindOf, type Ref } from "./Ref.ts"
import type { Scope } from "./Scope.ts"

/** What a scope says of one object. */
export interface Scoping {
  /** Whether every object is in it. */
  readonly whole: boolean
  /** Whether the object is written in this run for its own sake. */
  readonly includes: (ref: Ref) => boolean
  /** Whether it is changed or removed once it exists. */
  readonly changes: (ref: Ref) => boolean
  /** The object with what this run leaves to operators once it exists. */
  readonly asked: (kind: Kind, desired: Desired) => Desired
}

/** A vmid that was given again leaves the former guest's objects under the key with `~` and a number. */
const belongs = (key: string, owner: string): boolean =>
  key.startsWith(owner) && (key.length === owner.length || key[owner.length] === "/" || key[owner.length] === "~")

const isOfNode = (key: string): boolean => key.split("/", 2)[1] === "node"

export const scopingOf = ({ createOnly = [], guests, keep = [], kinds, of }: Scope): Scoping => {
  const among = kinds === undefined ? undefined : new Set(kinds)
  const created = new Set(createOnly)
  const kept = new Map<string, Array<string>>()
  for (const name of keep) {
    // A field may have a dot of its own: `virtualization.virtualmachine.custom_fields.role`.
    const [app = "", model = "", ...field] = name.split(".")
    const kind = `${app}.${model}`
    kept.set(kind, [...(kept.get(kind) ?? []), field.join(".")])
  }
  /** By their first two parts, as there may be hundreds of guests and hundreds of thousands of objects. */
  const owners = new Map<string, Array<string>>()
  const stem = (key: string) => key.split("/").slice(0, 2).join("/").split("~", 1)[0] ?? ""
  for (const guest of guests ?? []) {
    const key = keyOf(guest)
    owners.set(stem(key), [...(owners.get(stem(key)) ?? []), key])
  }
  const includes = (ref: Ref) => {
    if (among !== undefined && !among.has(kindOf(ref))) return false
    const key = keyOf(ref)
    if (of !== undefined && isOfNode(key) !== (of === "nodes")) return false
    return guests === undefined || (owners.get(stem(key)) ?? []).some((owner) => belongs(key, owner))
  }
  return {
    whole: among === undefined && guests === undefined && of === undefined && created.size === 0,
    includes,
    changes: (ref) => includes(ref) && !created.has(kindOf(ref)),
    asked: (kind, desired) => {
      const names = kept.get(kind.name)
      if (names === undefined) return desired
      const groups = new Set(names.flatMap((name) => kind.fields[name]?.group ?? []))
      const fields = Object.entries(desired.fields).map(([name, wanted]): [string, Wanted] => {
        const isKept = names.includes(name) || groups.has(kind.fields[name]?.group ?? "")
        return [name, isKept ? { ...wanted, owner: "initial" } : wanted]
      })
      return { ...desired, fields: Object.fromEntries(fields) }
    }
  }
}
