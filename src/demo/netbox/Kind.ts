import type { Json, JsonObject } from "../../domain/Json.ts"
import type { Field } from "./Field.ts"
import type { Filter } from "./Lookup.ts"
import type { Problems } from "./Problems.ts"
import type { Row, Values } from "./Row.ts"
import type { Store } from "./Store.ts"
import type { Writer } from "./Write.ts"

/** A constraint over several fields, or over one that ignores case. */
export interface UniqueKey {
  readonly fields: ReadonlyArray<string>
  /** Of `fields`, those compared without case. */
  readonly folded?: ReadonlyArray<string>
  /** Rows with a null in the key never clash, as in SQL; false: nulls are equal. */
  readonly nullsDistinct: boolean
  /** Rows that the constraint is about; absent: all. */
  readonly when?: (values: Values) => boolean
  readonly message: string
  /** The name of the database's constraint, where NetBox meets the clash only there: 500 IntegrityError. */
  readonly crash?: { readonly name: string; readonly columns: ReadonlyArray<string> }
}

/** What a rule of a kind sees: the row before (none for a create), and the values that are about to be stored. */
export interface Draft {
  readonly store: Store
  readonly before: Row | null
  readonly values: Values
  /** Of the request; empty for what NetBox writes by itself. */
  readonly body: JsonObject
}

/** One NetBox model as its REST API shows it. The engine knows no kind by name; all that is special is in here. */
export interface Kind {
  /** The content type, such as `dcim.site`. */
  readonly name: string
  /** The minor version of NetBox 4 with which it came. */
  readonly since?: number
  /** Below `/api/`, such as `dcim/sites`. */
  readonly path: string
  /** The model's class, for the 404 of a single object. */
  readonly model: string
  /** As it stands in messages, such as `virtual machine`. */
  readonly verboseName: string
  /** In the order of NetBox's answers; `id`, `url`, `display_url` and `display` come first by themselves. */
  readonly fields: Readonly<Record<string, Field>>
  readonly brief: ReadonlyArray<string>
  /** Where the kind is shown inside others with other fields than `brief`. */
  readonly nested?: ReadonlyArray<string>
  readonly display: (row: Row, store: Store) => string
  readonly unique: ReadonlyArray<UniqueKey>
  /** Values by which a list is sorted; the id is the last of them by itself. Texts sort naturally. */
  readonly order: (row: Row, store: Store) => ReadonlyArray<Json>
  /** Values by which NetBox works through a list of deletions, where these are others. */
  readonly deleteOrder?: (row: Row, store: Store) => ReadonlyArray<Json>
  /** Text fields that `q` searches. */
  readonly search: ReadonlyArray<string>
  /** Text fields whose filter ignores case. */
  readonly foldedFilters?: ReadonlyArray<string>
  /** Filters beyond those that follow from the fields. */
  readonly filters?: Readonly<Record<string, Filter>>
  /** More keys of the index, as [index, key]. */
  readonly keys?: (values: Values) => ReadonlyArray<readonly [string, string | number]>
  /** Fills in what NetBox derives before it stores a row. */
  readonly derive?: (draft: Draft) => Values
  /** NetBox's `clean()`: only the first problem is told. */
  readonly check?: (draft: Draft) => Problems
  /** What NetBox does once the row is stored. `body` is the request's. */
  readonly stored?: (writer: Writer, row: Row, body: JsonObject) => void
  /** What NetBox does before a row goes. */
  readonly removing?: (writer: Writer, row: Row) => void
  /** What NetBox does once a row is gone. */
  readonly removed?: (writer: Writer, row: Row) => void
  /** Before 4.7: the objects of a list are validated and created one after the other. */
  readonly isCreatedInTurn?: boolean
  /** Rows that go with this one though no field says so (generic relations), as [kind, ids]. */
  readonly dependents?: (row: Row, store: Store) => ReadonlyArray<readonly [string, ReadonlyArray<number>]>
}
