import { Effect } from "effect"
import * as SimulatedNetBox from "../../src/demo/SimulatedNetBox.ts"
import { emptied } from "../netbox/emptied.ts"
import { chaos } from "../support/chaos.ts"

const { CHAOS, NETBOX_URL } = process.env

const isReal = NETBOX_URL !== undefined

if (!isReal) console.log("No NETBOX_URL: on the simulated NetBox")

chaos({
  name: isReal ? "chaos on a real NetBox" : "chaos on the simulated NetBox",
  netbox: isReal ? emptied : Effect.map(SimulatedNetBox.make({}), ({ token, url }) => ({ url, token })),
  count: Number(CHAOS ?? 60),
  span: isReal ? 6000 : 3000
})
