import { addressCases } from "./Addresses.ts"
import { availabilityCases } from "./Availability.ts"
import type { Case } from "./Case.ts"
import { diskCases } from "./Disks.ts"
import { identityCases } from "./Identity.ts"
import { inheritanceCases } from "./Inheritance.ts"
import { interfaceCases } from "./Interfaces.ts"
import { legacyCases } from "./Legacy.ts"
import { moveCases } from "./Moves.ts"
import { nameCases } from "./Names.ts"
import { quietCases } from "./Quiet.ts"
import { reuseCases } from "./Reuse.ts"
import { scopeCases } from "./Scopes.ts"
import { tagCases } from "./Tags.ts"
import { vlanCases } from "./Vlans.ts"
import { writeCases } from "./Writes.ts"

/** Every edge case, by its number. */
export const allCases: ReadonlyArray<Case> = [
  ...quietCases,
  ...nameCases,
  ...identityCases,
  ...reuseCases,
  ...moveCases,
  ...scopeCases,
  ...availabilityCases,
  ...addressCases,
  ...inheritanceCases,
  ...interfaceCases,
  ...vlanCases,
  ...diskCases,
  ...tagCases,
  ...legacyCases,
  ...writeCases
].sort((a, b) => a.number - b.number || (a.variant ?? "").localeCompare(b.variant ?? ""))
