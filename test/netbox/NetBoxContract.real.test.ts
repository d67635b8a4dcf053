import { Effect } from "effect"
import { contract } from "./contract.ts"

const { NETBOX_TOKEN: token, NETBOX_TOKEN_V2: tokenV2, NETBOX_URL: url } = process.env

const netbox = Effect.suspend(() =>
  url === undefined || token === undefined
    ? Effect.dieMessage(
        "Set NETBOX_URL and NETBOX_TOKEN (version 1) to those of a NetBox 4.7; NETBOX_TOKEN_V2 is tried too where it is set"
      )
    : Effect.succeed({ url, token })
)

contract("a real NetBox keeps the contract", netbox, tokenV2)
