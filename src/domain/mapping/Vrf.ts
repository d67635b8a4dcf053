import type { Mapping } from "./Mapping.ts"
import { namedObjects } from "./Named.ts"

export const Vrf: Mapping = { kind: "ipam.vrf", objects: (facts) => namedObjects(facts, "vrf") }
