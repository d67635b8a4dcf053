import { Effect } from "effect"
import type { Kind } from "../src/domain/Kind.ts"
import { kinds } from "../src/domain/Kinds.ts"
import { concurrency, type Send } from "./BareClient.ts"
import { kindAt, rowsOf } from "./Ids.ts"
import type { Exchange } from "./Recorder.ts"

/** Objects in one DELETE: NetBox deletes with each what depends on it. */
const size = 25

const chunks = <A>(items: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size))

const goesWithParent = (kind: Kind): boolean =>
  Object.values(kind.fields).some((field) => "parent" in field && field.parent === true)

/**
 * Deletes what the exchanges made, kinds in reverse order of dependency; what NetBox deletes with its parent is left to it.
 * (NetBox 4.7 answers 500 when two requests delete addresses of one machine; with their machines they go in one.)
 */
export const removeMade = Effect.fnUntraced(function* (send: Send, exchanges: ReadonlyArray<Exchange>) {
  const creates = exchanges.filter(({ method, status }) => method === "POST" && status === 201)
  for (const kind of kinds.filter((one) => !goesWithParent(one)).reverse()) {
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
