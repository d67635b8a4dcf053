import type { Mapping } from "./Mapping.ts"
import { namedObjects } from "./Named.ts"

export const Tenant: Mapping = { kind: "tenancy.tenant", objects: (facts) => namedObjects(facts, "tenant") }
