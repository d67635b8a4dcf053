import type { Json } from "../../domain/Json.ts"
import type { Pattern } from "./Pattern.ts"
import type { Row } from "./Row.ts"
import type { Store } from "./Store.ts"

/** What becomes of a row when the object that it refers to is deleted. `restrict` lets the row go in the same cascade. */
export type OnDelete = "protect" | "cascade" | "setNull" | "restrict"

/** What NetBox says to one half of a generic reference without the other. */
export interface GenericHalves {
  /** Followed by the model's name; null: the id field cannot be null. */
  readonly withoutId: string | null
  readonly withoutType: string
}

interface Writable {
  /** Must be in the body of a create or a PUT. */
  readonly required: boolean
  readonly nullable: boolean
  /** Stored by a create that does not name the field. */
  readonly initial: Json
  /** The minor version of NetBox 4 with which it came. */
  readonly since?: number
}

export type Field =
  | (Writable & {
      readonly type: "text"
      readonly max: number | null
      readonly blank: boolean
      readonly pattern: Pattern | null
      /** Unique by itself: checked with the field, so that the error appears under its name. */
      readonly unique: boolean
    })
  | (Writable & {
      readonly type: "integer"
      readonly min: number
      readonly max: number
      readonly unique: boolean
    })
  | (Writable & {
      readonly type: "decimal"
      readonly digits: number
      readonly places: number
      readonly min: string | null
    })
  | (Writable & { readonly type: "boolean" })
  | (Writable & { readonly type: "json" })
  | (Writable & {
      readonly type: "choice"
      readonly choices: Readonly<Record<string, string>>
      /** Null is stored as the empty text, and read as null. */
      readonly blank: boolean
    })
  | (Writable & {
      readonly type: "reference"
      readonly to: string
      readonly onDelete: OnDelete
      readonly single: boolean
    })
  | (Writable & { readonly type: "references"; readonly to: string })
  | (Writable & {
      readonly type: "contentType"
      readonly id: string
      readonly targets: ReadonlyArray<string>
      readonly halves: GenericHalves
    })
  | (Writable & { readonly type: "objectId"; readonly of: string })
  | (Writable & { readonly type: "contentTypes" })
  | (Writable & { readonly type: "address" })
  | (Writable & { readonly type: "mac" })
  /** The address of an interface's primary MAC, which NetBox finds or creates; not stored here. */
  | { readonly type: "primaryMac" }
  | { readonly type: "tags" }
  | { readonly type: "customFields" }
  | { readonly type: "created" }
  | { readonly type: "lastUpdated" }
  /** Never written. A `related` count is left out of a nested object; a `tree` count is 0 there. */
  | {
      readonly type: "computed"
      readonly read: (store: Store, row: Row) => Json
      readonly nested: "same" | "omitted" | "zero"
      /** What the change log keeps of it; null: nothing. */
      readonly log: ((store: Store, row: Row) => Json) | null
      /** Kept in the change log alone. */
      readonly isUntold: boolean
    }

export type WritableField = Extract<Field, Writable>

export const isWritable = (field: Field): field is WritableField => "initial" in field

const optional = { required: false, nullable: false, initial: "" }

export const text = (
  max: number | null,
  options: { readonly pattern?: Pattern; readonly initial?: string } = {}
): Field => ({
  ...optional,
  type: "text",
  max,
  blank: true,
  pattern: options.pattern ?? null,
  initial: options.initial ?? "",
  unique: false
})

export const nullableText = (max: number, options: { readonly unique: boolean }): Field => ({
  type: "text",
  max,
  blank: false,
  pattern: null,
  unique: options.unique,
  required: false,
  nullable: true,
  initial: null
})

export const requiredText = (
  max: number,
  options: { readonly unique?: boolean; readonly pattern?: Pattern } = {}
): Field => ({
  type: "text",
  max,
  blank: false,
  pattern: options.pattern ?? null,
  unique: options.unique ?? false,
  required: true,
  nullable: false,
  initial: ""
})

const maxInteger = 2147483647

export const integer = (
  options: { readonly min?: number; readonly max?: number; readonly initial?: number; readonly required?: boolean } = {}
): Field => ({
  type: "integer",
  min: options.min ?? 0,
  max: options.max ?? maxInteger,
  unique: false,
  required: options.required ?? false,
  nullable: options.initial === undefined && options.required !== true,
  initial: options.initial ?? null
})

export const decimal = (
  digits: number,
  places: number,
  min: string | null = null,
  initial: number | null = null
): Field => ({
  type: "decimal",
  digits,
  places,
  min,
  required: false,
  nullable: initial === null,
  initial
})

export const boolean = (initial: boolean): Field => ({ type: "boolean", required: false, nullable: false, initial })

export const json = (initial: Json = null): Field => ({ type: "json", required: false, nullable: true, initial })

type Choices = Readonly<Record<string, string>>

const chosen = { type: "choice", blank: false, required: false, nullable: false } as const

export const choice = (choices: Choices, initial: string): Field => ({ ...chosen, choices, initial })

export const requiredChoice = (choices: Choices): Field => ({ ...chosen, choices, required: true, initial: "" })

export const optionalChoice = (choices: Choices): Field => ({ ...chosen, choices, blank: true, initial: null })

export const reference = (to: string, onDelete: OnDelete): WritableField => ({
  type: "reference",
  to,
  onDelete,
  single: false,
  required: false,
  nullable: true,
  initial: null
})

/** A field that NetBox has from 4.`minor` on. */
export const since = (minor: number, field: WritableField): Field => ({ ...field, since: minor })

/** One-to-one: the target is emptied without a change-log row. */
export const singleReference = (to: string): Field => ({
  type: "reference",
  to,
  onDelete: "setNull",
  single: true,
  required: false,
  nullable: true,
  initial: null
})

export const requiredReference = (to: string, onDelete: OnDelete): Field => ({
  type: "reference",
  to,
  onDelete,
  single: false,
  required: true,
  nullable: false,
  initial: null
})

export const references = (to: string): Field => ({
  type: "references",
  to,
  required: false,
  nullable: false,
  initial: []
})

/** The first half of a generic reference; `id` names the field with its second half. */
export const contentType = (
  id: string,
  targets: ReadonlyArray<string>,
  halves: GenericHalves = { withoutId: null, withoutType: "This field cannot be null." }
): Field => ({
  type: "contentType",
  id,
  targets,
  halves,
  required: false,
  nullable: true,
  initial: null
})

export const objectId = (of: string): Field => ({
  type: "objectId",
  of,
  required: false,
  nullable: true,
  initial: null
})

export const contentTypes = (required: boolean): Field => ({
  type: "contentTypes",
  required,
  nullable: false,
  initial: []
})

export const address: Field = { type: "address", required: true, nullable: false, initial: "" }
export const mac: Field = { type: "mac", required: true, nullable: false, initial: "" }
export const primaryMac: Field = { type: "primaryMac" }
export const tags: Field = { type: "tags" }
export const customFields: Field = { type: "customFields" }
export const created: Field = { type: "created" }
export const lastUpdated: Field = { type: "lastUpdated" }

const reading = (read: (store: Store, row: Row) => Json): Extract<Field, { readonly type: "computed" }> => ({
  type: "computed",
  read,
  nested: "same",
  log: null,
  isUntold: false
})

/** What this kind of object has in NetBox, but never here. */
export const constant = (value: Json, logged = false): Field => ({
  ...reading(() => value),
  log: logged ? () => value : null
})

/** As `constant`, with another value in the change log. */
export const loggedAs = (value: Json, log: Json): Field => ({ ...reading(() => value), log: () => log })

/** A column that the REST API does not show. */
export const untold = (log: Json): Field => ({ ...reading(() => null), log: () => log, isUntold: true })

export const computed = (read: (store: Store, row: Row) => Json): Field => reading(read)

const countOf = (kind: string, field: string) => (store: Store, row: Row) => store.table(kind).count(field, row.id)

/** How many rows of `kind` refer to this one by `field`. */
export const count = (kind: string, field: string, nested: "omitted" | "zero" = "omitted"): Field => ({
  ...reading(countOf(kind, field)),
  nested
})

/** A count that NetBox keeps in a column, so that it is part of the change log. */
export const counter = (kind: string, field: string): Field => ({
  ...reading(countOf(kind, field)),
  log: countOf(kind, field)
})
