import { Effect } from "effect"
import { Journal } from "../../src/journal/Journal.ts"
import { layer } from "../../src/journal/JournalSqlite.ts"
import { dispatched, planned, sealed, settled, started } from "./events.ts"

/** Appends to a journal until it is killed, and says after each append which version is on disk. */
const [file = "", round = ""] = process.argv.slice(2)

await Effect.gen(function* () {
  const journal = yield* Journal
  const stream = `run-${round}`
  let version = yield* journal.append(stream, 0, [started(), planned(0, "create", `dcim.site:${round}`), sealed(1)])
  for (let batch = 0; ; batch++) {
    version = yield* journal.append(stream, version, [
      dispatched(batch, [0]),
      settled(batch, batch % 2 === 0 ? { ok: [[0, batch, null]] } : { again: [0] })
    ])
    process.stdout.write(`${version}\n`)
  }
}).pipe(Effect.provide(layer({ file, secrets: [] })), Effect.runPromise)
