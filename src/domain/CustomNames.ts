import type { Json } from "./Json.ts"
import type { Field, Kind } from "./Kind.ts"
import { CustomField } from "./kinds/CustomField.ts"
import { type Ref, ref } from "./Ref.ts"
import type { Current } from "./Target.ts"

const prefix = "custom_fields."

/** The custom field that a field of a kind stands for, by the name the engine calls it; undefined for any other field. */
export const customNameOf = (field: string): string | undefined =>
  field.startsWith(prefix) ? field.slice(prefix.length) : undefined

export const customFieldRef = (name: string): Ref => ref(CustomField.name, name)

/** The name in NetBox of what a field of a kind stands for, if that is a custom field. */
export const nameInNetBox = (field: string, { as }: Pick<Field, "as"> = {}): string | undefined => {
  const own = customNameOf(field)
  return own === undefined ? undefined : (as ?? own)
}

/** `proxledger_uid`, then `proxledger2_uid` and so on. */
const candidates = (own: string): ReadonlyArray<string> => [
  own,
  ...[2, 3, 4, 5, 6, 7, 8, 9].map((count) => own.replace("_", `${count}_`))
]

/** The custom fields that the kinds have, each with the type that serves it. */
export const customFieldsOf = (kinds: ReadonlyArray<Kind>): ReadonlyMap<string, string> =>
  new Map(
    kinds.flatMap(({ fields }) =>
      Object.entries(fields).flatMap(([field, { type }]) => {
        const own = customNameOf(field)
        return own === undefined ? [] : [[own, type] as const]
      })
    )
  )

/** The kinds where their custom fields stand under these names: read, written and looked for by them. */
export const withNames = (
  kinds: ReadonlyArray<Kind>,
  nameOf: (own: string) => string | undefined
): ReadonlyArray<Kind> => {
  const other = (field: string): string | undefined => {
    const own = customNameOf(field)
    const name = own === undefined ? undefined : nameOf(own)
    return name === own ? undefined : name
  }
  return kinds.map((kind) =>
    Object.keys(kind.fields).every((field) => other(field) === undefined)
      ? kind
      : {
          ...kind,
          fields: Object.fromEntries(
            Object.entries(kind.fields).map(([name, field]): [string, Field] => {
              const as = other(name)
              return [name, as === undefined ? field : { ...field, as }]
            })
          ),
          lookup: kind.lookup.map((one) => {
            const as = other(one.field)
            return as === undefined ? one : { ...one, filter: `cf_${as}` }
          })
        }
  )
}

/** The names, other than their own, under which the custom fields of these kinds stand. */
export const namesOf = (kinds: ReadonlyArray<Kind>): ReadonlyMap<string, string> =>
  new Map(
    kinds.flatMap(({ fields }) =>
      Object.entries(fields).flatMap(([field, { as }]) => {
        const own = customNameOf(field)
        return own === undefined || as === undefined ? [] : [[own, as] as const]
      })
    )
  )

export interface InUse {
  readonly kinds: ReadonlyArray<Kind>
  readonly warnings: ReadonlyArray<{ readonly scope: string; readonly detail: string }>
}

/**
 * The kinds with the names under which their custom fields stand in this NetBox: one whose own name belongs to a field of
 * another type, which NetBox never lets change, takes the next one that is free. What is in use goes on being used: by the
 * name that was applied last, else, by a journal that knows nothing, because nobody else makes fields of such a name.
 */
export const namesInUse = (
  kinds: ReadonlyArray<Kind>,
  definitions: Iterable<Current>,
  applied: (ref: Ref) => Json | undefined
): InUse => {
  const types = new Map([...definitions].map(({ fields }) => [fields["name"], fields["type"]]))
  const names = new Map<string, string>()
  const warnings: Array<InUse["warnings"][number]> = []
  for (const [own, type] of customFieldsOf(kinds)) {
    const serves = (name: string) => types.get(name) === type
    const last = applied(customFieldRef(own))
    const used =
      typeof last === "string" && serves(last)
        ? last
        : (candidates(own).findLast(serves) ?? candidates(own).find((name) => !types.has(name)) ?? own)
    if (used === own) continue
    names.set(own, used)
    const other = types.get(own)
    if (other === undefined || other === type) continue
    warnings.push({
      scope: "netbox",
      detail: `custom field ${own} is of type ${String(other)} and not ${type}, so ${used} is used instead, and stays in use; rename or remove ${own} if nothing needs it`
    })
  }
  return { kinds: withNames(kinds, (own) => names.get(own)), warnings }
}
