import { Effect } from "effect"
import * as SimulatedNetBox from "../../src/demo/SimulatedNetBox.ts"
import { scenarios } from "../support/scenarios.ts"

scenarios({
  name: "engine on a simulated NetBox",
  netbox: Effect.map(SimulatedNetBox.make({}), ({ token, url }) => ({ url, token })),
  guests: 60,
  kills: 8,
  span: 3000
})
