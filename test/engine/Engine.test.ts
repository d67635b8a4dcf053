import { Effect } from "effect"
import * as SimulatedNetBox from "../../src/demo/SimulatedNetBox.ts"
import { chaos } from "../support/chaos.ts"
import { scenarios } from "../support/scenarios.ts"

const netbox = Effect.map(SimulatedNetBox.make({}), ({ token, url }) => ({ url, token }))

scenarios({ name: "engine on a simulated NetBox", netbox, guests: 60 })

chaos({ name: "chaos on a simulated NetBox", netbox, count: 6, span: 3000 })
