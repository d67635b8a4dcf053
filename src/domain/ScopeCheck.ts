import { kinds } from "./Kinds.ts"
import { kindOf } from "./Ref.ts"
import type { Scope } from "./Scope.ts"

const named = new Map(kinds.map((kind) => [kind.name, kind]))

const isField = (name: string): boolean => {
  const [app, model, ...field] = name.split(".")
  return Object.hasOwn(named.get(`${app}.${model}`)?.fields ?? {}, field.join("."))
}

const unknown = (what: string, names: ReadonlyArray<string>, isKnown: (name: string) => boolean) => {
  const odd = names.filter((name) => !isKnown(name))
  return odd.length === 0 ? [] : [`there is no ${what} ${odd.join(", ")}`]
}

/** What a scope names that there is not; "" when it can be carried out. */
export const refusalOf = (
  { branch, createOnly = [], guests = [], keep = [], kinds: among = [], sources = [] }: Scope,
  known: ReadonlyArray<string>
): string => {
  const isKind = (name: string) => named.has(name)
  const refusals = [
    ...unknown("source", sources, (name) => known.includes(name)),
    ...unknown("kind", [...among, ...createOnly], isKind),
    ...unknown("kind with such a field:", keep, isField),
    ...unknown("kind of the object", guests, (ref) => isKind(kindOf(ref as `${string}:${string}`))),
    // It goes into a header.
    ...(branch === undefined || /^[\w-]{1,64}$/.test(branch) ? [] : ["the branch is not the id of a schema"])
  ]
  return refusals.length === 0 ? "" : `The scope cannot be carried out: ${refusals.join("; ")}`
}
