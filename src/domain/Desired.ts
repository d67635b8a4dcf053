import type { Json, JsonObject } from "./Json.ts"
import type { Owner } from "./Kind.ts"
import type { Ref } from "./Ref.ts"

/** What one field should hold, and why. A field that is absent is unknown or none of the engine's business. */
export interface Wanted {
  /** May hold `{"$ref": …}`. Null clears. */
  readonly value: Json
  readonly why: string
  /** Overrides the owner of the kind's field. */
  readonly owner?: Owner
  /** Values that do as well: found in NetBox, they stay, without being an edit. */
  readonly accepts?: ReadonlyArray<Json>
  /** The best that could be seen: it fills a blank, and displaces nothing. */
  readonly whenBlank?: boolean
}

export interface Desired {
  readonly ref: Ref
  /** The source whose observation asks for it; null when several share it. */
  readonly source: string | null
  readonly label: string
  readonly fields: { readonly [field: string]: Wanted }
  /** What probes look at besides the fields. */
  readonly hints?: JsonObject
  /** Created only when something that is written refers to it; never changed. */
  readonly lazy?: boolean
  /** Must exist already; never created nor changed. */
  readonly lookup?: boolean
  /** Values to take instead where NetBox allows a value once and it is taken. */
  readonly alternatives?: { readonly [field: string]: Json }
}

/** What one or more sources ask for. */
export interface Desire {
  readonly objects: ReadonlyArray<Desired>
  /**
   * `kind|parent key`: the source was seen well enough that a bound object with that parent which is not among `objects`
   * is gone. As `virtualization.virtualdisk|lab/101`, or `virtualization.virtualmachine|lab`.
   */
  readonly covered: ReadonlySet<string>
  /** Bound objects to be left alone although they are not among `objects`. */
  readonly spared: ReadonlySet<Ref>
  readonly warnings: ReadonlyArray<{ readonly scope: string; readonly detail: string }>
  /** What is not asked for because somebody else's decision in NetBox stands against it. */
  readonly conflicts: ReadonlyArray<Conflict>
}

export interface Conflict {
  readonly ref: Ref
  readonly label: string
  readonly detail: string
}

export const covers = (kind: string, parent: string): string => `${kind}|${parent}`

/** The key of the object that this key extends: `lab/101` of `lab/101/net0`. */
export const parentKey = (key: string): string => key.slice(0, Math.max(0, key.lastIndexOf("/")))

export const want = (value: Json, why: string, options?: Omit<Wanted, "value" | "why">): Wanted => ({
  value,
  why,
  ...options
})

export const refTo = (ref: Ref): Json => ({ $ref: ref })
