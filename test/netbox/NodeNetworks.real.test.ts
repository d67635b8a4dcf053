import { Effect } from "effect"
import { nodeScenarios } from "../support/nodeScenarios.ts"
import { empty, type NetBoxAddress } from "../support/State.ts"

const { NETBOX_TOKEN: token, NETBOX_URL: url } = process.env

const netbox: Effect.Effect<NetBoxAddress> = Effect.promise(async () => {
  if (url === undefined || token === undefined) {
    throw new Error("Set NETBOX_URL and NETBOX_TOKEN to a NetBox that may be emptied")
  }
  const address = { url, token }
  await empty(address)
  return address
})

nodeScenarios({ name: "networks of nodes on a real NetBox", netbox })
