import { Effect } from "effect"
import { allCases } from "../cases/all.ts"
import { runCases } from "../cases/runner.ts"
import { empty } from "../support/State.ts"

const { NETBOX_TOKEN: token, NETBOX_URL: url } = process.env

runCases(
  "edge cases on a real NetBox",
  allCases.filter(({ real }) => real === true),
  () =>
    Effect.promise(async () => {
      if (url === undefined || token === undefined) {
        throw new Error("Set NETBOX_URL and NETBOX_TOKEN to a NetBox that may be emptied")
      }
      const address = { url, token }
      await empty(address)
      return address
    }),
  "bare"
)
