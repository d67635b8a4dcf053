import { Effect } from "effect"
import { kinds } from "../src/domain/Kinds.ts"
import { concurrency, type Send } from "./BareClient.ts"
import { kindAt, rowsOf } from "./Ids.ts"
import type { Exchange } from "./Recorder.ts"

/** Objects in one DELETE: NetBox collects what depends on each. */
const size = 50

const chunks = <A>(items: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size))

/** Deletes what the exchanges made, kinds in reverse order of dependency. */
export const removeMade = Effect.fnUntraced(function* (send: Send, exchanges: ReadonlyArray<Exchange>) {
  const creates = exchanges.filter(({ method, status }) => method === "POST" && status === 201)
  for (const kind of [...kinds].reverse()) {
    const own = creates.filter(({ path }) => kindAt(path) === kind)
    const path = own[0]?.path
    if (path === undefined) continue
    const ids = own.flatMap(({ answer }) => rowsOf(answer).map(({ id }) => ({ id })))
    yield* Effect.forEach(chunks(ids), (some) => send("DELETE", path, JSON.stringify(some)), {
      concurrency,
      discard: true
    })
  }
})
