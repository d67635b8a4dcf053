/**
 * A typed client of the service: starts a run and watches it to its end, across breaks of the connection.
 * Run: `npx tsx examples/watch-progress.ts http://127.0.0.1:8800` with the key in PROXLEDGER_KEY.
 */
import { Config, Console, Effect, Stream } from "effect"
import { type Recorded, RpcClient } from "proxledger"

const told = ({ event, seq }: Recorded): string => {
  switch (event._tag) {
    case "SourceObserved":
      return `${seq} ${event.source}: ${event.guests} guests on ${event.nodes} nodes`
    case "PlanSealed":
      return `${seq} plan of ${event.operations} operations`
    case "OperationsSettled":
      return `${seq} ${event.ok.length} done, ${event.failed.length} refused`
    case "RunCompleted":
      return `${seq} ${event.outcome}: ${event.ok} done, ${event.failed} failed, ${event.skipped} skipped`
    default:
      return `${seq} ${event._tag}`
  }
}

const main = Effect.gen(function* () {
  const key = yield* Config.redacted("PROXLEDGER_KEY")
  const client = yield* RpcClient.make({ url: process.argv[2] ?? "http://127.0.0.1:8800", key })
  const { run } = yield* client.Sync({})
  yield* Stream.runForEach(RpcClient.follow(client, { run }), (recorded) => Console.log(told(recorded)))
  const { operations, outcome } = yield* client.Run({ run, limit: 10 })
  yield* Console.log(`${run}: ${outcome ?? "not over"}, ${operations} operations`)
})

await Effect.runPromise(Effect.scoped(main))
