import type { Change } from "./Event.ts"
import type { Kind } from "./Kind.ts"
import type { Ref } from "./Ref.ts"
import type { Current } from "./Target.ts"

/** One object of a plan in the making; the steps of planning refine it before operations are numbered. */
export interface Entry {
  readonly kind: Kind
  readonly ref: Ref
  readonly label: string
  readonly verb: "create" | "update" | "delete"
  readonly purpose: "reconcile" | "retire" | "restore" | "remove"
  readonly row: Current | undefined
  readonly lazy: boolean
  /** Values to take where one that NetBox allows once is taken. */
  readonly alternatives: { readonly [field: string]: Change["to"] }
  changes: ReadonlyArray<Change>
  late: ReadonlyArray<Change>
  /** Entries whose operation has to come first, because they give up a value this one takes. */
  after: ReadonlySet<Entry>
  /** Entries all of whose operations have to come first: until then NetBox refuses whatever is written to this one. */
  behind: ReadonlySet<Entry>
  /** Values taken in passing, in an operation of its own: so two objects can exchange theirs. */
  parked: ReadonlyArray<Change>
}

/** One for all, as few entries of a hundred thousand wait for another one. */
const nothing: ReadonlySet<Entry> = new Set()

/** An entry that waits for nothing yet. */
export const entryOf = (
  traits: Pick<Entry, "kind" | "ref" | "label" | "verb" | "purpose" | "row" | "changes"> & Partial<Entry>
): Entry => ({
  lazy: false,
  alternatives: {},
  late: [],
  after: nothing,
  behind: nothing,
  parked: [],
  ...traits
})
