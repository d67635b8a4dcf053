import type { Desired } from "../Desired.ts"
import type { Facts } from "./Facts.ts"

/** From what was seen of a source to the objects of one kind that NetBox should hold. */
export interface Mapping {
  /** Name of the kind. */
  readonly kind: string
  readonly objects: (facts: Facts) => ReadonlyArray<Desired>
  /** Parents (keys) whose children of this kind were all seen: what is missing there is gone. */
  readonly covered?: (facts: Facts) => ReadonlyArray<string>
}
