import { Effect, Option } from "effect"
import { Journal } from "../../src/journal/Journal.ts"
import { layer } from "../../src/journal/JournalSqlite.ts"
import { started } from "./events.ts"

/** Appends until the disk is full, by several fibers at once, and prints what each was told. */
const [file = ""] = process.argv.slice(2)

await Effect.gen(function* () {
  const journal = yield* Journal
  const fill = (stream: string) =>
    Effect.iterate(0, {
      while: () => true,
      body: (version) =>
        journal.append(stream, version, [
          started(),
          { _tag: "WarningRaised", scope: stream, detail: "x".repeat(20_000) }
        ])
    }).pipe(
      Effect.flip,
      Effect.map((failed) => failed.message)
    )
  const ends = yield* Effect.forEach(["a", "b", "c"], fill, { concurrency: "unbounded" })
  const health = Option.getOrNull(yield* journal.health)?.message ?? ""
  const { seq } = yield* journal.head
  const { events } = yield* journal.verify
  process.stdout.write(`${JSON.stringify({ ends, health, seq, events })}\n`)
}).pipe(Effect.provide(layer({ file, secrets: [] })), Effect.runPromise)
