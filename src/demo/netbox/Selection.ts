import type { Field } from "./Field.ts"
import type { Kind } from "./Kind.ts"

/** Which fields of a row are told. */
export type Selection = (field: string) => boolean

export const everything: Selection = () => true

const only = (fields: ReadonlyArray<string>): Selection => {
  const names = new Set(fields)
  return (field) => names.has(field)
}

/** `?fields=`, `?omit=` and `?brief=`, in this order of precedence. */
export const selection = (kind: Kind, query: URLSearchParams): Selection => {
  const fields = query.get("fields")
  if (fields) return only(fields.split(","))
  const omit = query.get("omit")
  if (omit) {
    const omitted = new Set(omit.split(","))
    return (field) => !omitted.has(field)
  }
  return query.get("brief") ? only(kind.brief) : everything
}

/** A selection worked out for a kind: what comes first in every answer, and the fields in their order. */
export interface Form {
  readonly head: ReadonlyArray<string>
  readonly fields: ReadonlyArray<readonly [string, Field]>
  readonly isNested: boolean
}

const head = ["id", "url", "display_url", "display"]

export const formOf = (kind: Kind, selected: Selection, isNested = false): Form => ({
  head: head.filter(selected),
  fields: Object.entries(kind.fields).filter(
    ([name, field]) =>
      selected(name) && !(field.type === "computed" && (field.isUntold || (isNested && field.nested === "omitted")))
  ),
  isNested
})

interface ShortForms {
  readonly brief: Form
  readonly nested: Form
}

const shortForms = new WeakMap<Kind, ShortForms>()

/** How a kind is shown inside others. */
export const shortFormOf = (kind: Kind, which: keyof ShortForms): Form => {
  let forms = shortForms.get(kind)
  if (forms === undefined) {
    forms = {
      brief: formOf(kind, only(kind.brief), true),
      nested: formOf(kind, only(kind.nested ?? kind.brief), true)
    }
    shortForms.set(kind, forms)
  }
  return forms[which]
}
