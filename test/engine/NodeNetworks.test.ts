import { Effect } from "effect"
import * as SimulatedNetBox from "../../src/demo/SimulatedNetBox.ts"
import { nodeScenarios } from "../support/nodeScenarios.ts"

nodeScenarios({
  name: "networks of nodes on a simulated NetBox",
  netbox: Effect.map(SimulatedNetBox.make({}), ({ token, url }) => ({ url, token }))
})
