import { Effect, Layer } from "effect"
import { layer } from "../../src/journal/JournalSqlite.ts"

/** Holds a journal until it is killed. */
const [file = ""] = process.argv.slice(2)

await Effect.gen(function* () {
  yield* Layer.build(layer({ file, secrets: [] }))
  process.stdout.write("held\n")
  return yield* Effect.never
}).pipe(Effect.scoped, Effect.runPromise)
