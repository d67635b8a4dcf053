import type { Json } from "./Json.ts"
import type { Desired } from "./Desired.ts"
import type { Current, Target } from "./Target.ts"
import { isRefValue, type Ref } from "./Ref.ts"

/**
 * Who decides a field once the object exists.
 * `owned`: Proxmox; an edit is overwritten. `three-way`: Proxmox until somebody edits it in NetBox; the edit is kept and
 * reported. `initial`: written at creation, or when blank on adoption; then the operator's.
 */
export type Owner = "owned" | "three-way" | "initial"

/** The NetBox version with which something came; absent: every supported one has it. */
export interface Since {
  readonly since?: `${number}.${number}`
}

/** How a field is read, compared and written. */
export type FieldType =
  | { readonly type: "text" | "integer" | "decimal" | "boolean" | "choice" }
  /** A foreign key; `parent` when NetBox deletes this object with the other one. */
  | { readonly type: "ref"; readonly kind: string; readonly parent?: boolean }
  /** The id half of a generic foreign key whose content type stands in the field `typeField`. */
  | { readonly type: "generic"; readonly typeField: string; readonly parent?: boolean }
  /** A set of objects, replaced as a whole. */
  | { readonly type: "refs"; readonly kind: string }
  /** Tags: only the difference over what the engine itself put there is written. */
  | { readonly type: "tags" }
  /** A set of words that only grows. */
  | { readonly type: "words" }

export type Field = FieldType &
  Since & {
    readonly owner: Owner
    /** Written in an update of its own after what it points to exists, because that points back. */
    readonly late?: boolean
    /** Values that say an operator has taken over: kept unless the engine wrote them. */
    readonly keeps?: ReadonlyArray<Json>
    /** Longest text NetBox takes. */
    readonly maxLength?: number
    /** Names of a group that is decided and written as one. */
    readonly group?: string
    /** Of a custom field: its name in this NetBox, where that is not its own. */
    readonly as?: string
    /** NetBox does not create an object without it. */
    readonly required?: boolean
    /** NetBox does not delete what this points to. */
    readonly holds?: boolean
    /** NetBox takes it only where another field has one of these values, or none of those. */
    readonly only?: {
      readonly field: string
      readonly is?: ReadonlyArray<Json>
      readonly not?: ReadonlyArray<Json>
    }
  }

/** What a probe finds: adopt it, make a new object next to it, or leave the object alone altogether. */
export type Verdict =
  | { readonly verdict: "adopt" }
  | { readonly verdict: "pass" }
  | { readonly verdict: "create" | "leave"; readonly conflict: string }

export const adopt: Verdict = { verdict: "adopt" }
export const pass: Verdict = { verdict: "pass" }

/** What a probe may look at: the other rows, and the ids bound so far (kinds come in order of dependency). */
export interface ProbeContext {
  readonly target: Target
  readonly id: (ref: Ref) => number | undefined
  /** The ref a NetBox object is bound to, and whether the source still reports it. */
  readonly boundTo: (kind: string, id: number) => { readonly ref: Ref; readonly wanted: boolean } | undefined
}

/** One way by which an object that exists in NetBox is recognised as the desired one. */
export interface Probe {
  /** Recorded with the binding: `custom field proxledger_uid`, `name in cluster`. */
  readonly evidence: string
  /** Texts under which the desired object is looked for; none when the probe does not apply. */
  readonly wanted: (desired: Desired, context: ProbeContext) => ReadonlyArray<string>
  /** Texts under which an existing row is found. */
  readonly found: (row: Current, context: ProbeContext) => ReadonlyArray<string>
  /** Asked when exactly one row was found; the default adopts it. */
  readonly judge?: (desired: Desired, row: Current, context: ProbeContext) => Verdict
  /** What follows when several rows are found: the next probe, or nothing at all. The default asks the next probe. */
  readonly ambiguous?: "pass" | "create" | "leave"
  /** A row that is bound to what the source no longer reports may be taken over, with all that is known of it. */
  readonly takesOver?: boolean
  /** A row that is on what is marked as gone passes to what the source reports, unless its key was edited. */
  readonly inherits?: boolean
}

/** What becomes of an object whose source is gone, once its absence is evidence. */
export type Removal =
  | { readonly how: "keep" }
  /** `created`: only where the engine made it. */
  | { readonly how: "delete"; readonly created?: boolean }
  /** Marked; deleted after the grace time only where `deletable` and the policy say so. */
  | { readonly how: "retire"; readonly fields: { readonly [field: string]: Json }; readonly deletable: boolean }

/** Objects of `kind` that point to another one by their field `by`, and whose field `at` says where they are. */
export interface Attached {
  readonly kind: string
  readonly by: string
  readonly at: string
}

/**
 * Fields that say where an object is, and all that is attached to it. NetBox lets members go nowhere while they are filled,
 * and fills them only when every member is there: they are emptied, the members moved, then they are filled. Followers are
 * moved along by NetBox itself, and refused in between.
 */
export interface Anchor {
  readonly fields: ReadonlyArray<string>
  /** The one of them whose value the members take. */
  readonly place: string
  readonly members: Attached
  readonly followers: Attached
}

/** Everything the engine knows of one kind of NetBox object. Collector, diff, plan and dispatcher know no kind by name. */
export interface Kind extends Since {
  /** NetBox's content type: `virtualization.virtualmachine`. */
  readonly name: string
  readonly label: string
  /** Path of the list. */
  readonly path: string
  readonly fields: { readonly [name: string]: Field }
  /** In order; the first that finds one row decides. */
  readonly probes: ReadonlyArray<Probe>
  /** Sets of fields whose values NetBox accepts once. */
  readonly unique: ReadonlyArray<{
    readonly fields: ReadonlyArray<string>
    /** The text by which NetBox compares the first field; the value itself when absent. */
    readonly compare?: (text: string) => string
  }>
  /**
   * Fields by which an object that may have been written is looked for; each is a filter of the list. That of a generic
   * foreign key depends on the content type.
   */
  readonly lookup: ReadonlyArray<{
    readonly field: string
    readonly filter: string | { readonly [contentType: string]: string }
  }>
  /** While the field `by` is true, people rely on the object: only the fields of `writes` change, and it is not removed. */
  readonly guarded?: { readonly by: string; readonly writes: ReadonlyArray<string> }
  /**
   * What an object keeps when its key among its siblings changes: a part of the text that the engine wrote into `field`.
   * By it the object is renamed in place rather than deleted and made anew.
   */
  readonly mark?: { readonly field: string; readonly of: (text: string) => string | undefined }
  /** Several refs may stand for one NetBox object. */
  readonly shared?: boolean
  readonly anchor?: Anchor
  readonly removal: Removal
  /** The ref under which an object that another engine left behind is taken, to be removed as one that is gone. */
  readonly leftover?: (row: Current, context: ProbeContext) => Ref | undefined
  /** Objects in one DELETE; the default is 100. */
  readonly deleteBatch?: number
}

export const uidField = "custom_fields.proxledger_uid"

/** The custom field that carries the identity: survives the loss of the journal. */
export const byUid: Probe = {
  evidence: "custom field proxledger_uid",
  wanted: (desired) => textOf(desired.fields[uidField]?.value),
  found: (row) => textOf(row.fields[uidField])
}

export const lowerCase = (text: string): string => text.toLowerCase()

export const textOf = (value: Json | undefined): ReadonlyArray<string> =>
  typeof value === "string" && value !== "" ? [value] : []

/** Finds rows by the text of one field, without case where `fold`. */
export const byText = (field: string, fold: boolean): Probe => {
  const cased = (text: string) => (fold ? text.toLowerCase() : text)
  return {
    evidence: field,
    wanted: (desired) => textOf(desired.fields[field]?.value).map(cased),
    found: (row) => textOf(row.fields[field]).map(cased)
  }
}

/** Finds rows by their name among the children of the object that `parent` refers to. */
export const byNameWithin = (parent: string): Probe => ({
  evidence: `name within ${parent}`,
  wanted: (desired, { id }) => {
    const owner = desired.fields[parent]?.value
    const ownerId = isRefValue(owner) ? id(owner.$ref) : undefined
    return ownerId === undefined ? [] : textOf(desired.fields["name"]?.value).map((name) => `${ownerId} ${name}`)
  },
  found: (row) => [`${String(row.fields[parent])} ${String(row.fields["name"])}`]
})
