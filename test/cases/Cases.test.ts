import { Effect } from "effect"
import * as SimulatedNetBox from "../../src/demo/SimulatedNetBox.ts"
import { allCases } from "./all.ts"
import { runCases } from "./runner.ts"

runCases("edge cases on a simulated NetBox", allCases, ({ netbox = {} }) =>
  Effect.map(SimulatedNetBox.make(netbox), ({ token, url }) => ({ url, token }))
)
