import type { Ref } from "./Ref.ts"

/** Which NetBox object a ref stands for. */
export interface Binding {
  readonly ref: Ref
  readonly id: number
  /** By what it was recognised, or `created`. */
  readonly evidence: string
  /** Milliseconds since 1970 of the operation that retired it (marked as gone from the source); null while it lives. */
  readonly retiredAt: number | null
  /** Whether an operation of ours created the NetBox object (else it was adopted). */
  readonly created: boolean
}
