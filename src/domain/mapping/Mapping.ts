import type { Desired } from "../Desired.ts"
import type { Facts, GuestView } from "./Facts.ts"

/** From what was seen of a source to the objects of one kind that NetBox should hold. */
export interface Mapping {
  /** Name of the kind. */
  readonly kind: string
  /** Those of the source as a whole. */
  readonly objects?: (facts: Facts) => ReadonlyArray<Desired>
  /** Those that belong to one guest alone; asked guest by guest, as there are ten thousands of them. */
  readonly ofGuest?: (view: GuestView, facts: Facts) => ReadonlyArray<Desired>
  /** Parents (keys) whose children of this kind were all seen: what is missing there is gone. */
  readonly covered?: (facts: Facts) => ReadonlyArray<string>
}
