import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Effect, Schema } from "effect"
import { latencies } from "./Clients.ts"

/** What the process of those who have no key is told. */
export const KeylessOptions = Schema.Struct({ url: Schema.String, clients: Schema.Number, requests: Schema.Number })

/** Its own process: who measures must not wait for it. */
const main = Effect.gen(function* () {
  const options = yield* Schema.decode(Schema.parseJson(KeylessOptions))(process.argv[2] ?? "")
  process.send?.("begun")
  yield* latencies({ ...options, headers: {}, status: 401 })
  process.send?.("done")
  process.disconnect?.()
})

main.pipe(NodeRuntime.runMain)
