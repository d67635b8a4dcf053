import Sqlite from "better-sqlite3"
import { Effect } from "effect"
import { JournalLocked } from "./Journal.ts"
import { failure, textOf } from "./SqliteFailure.ts"

/**
 * One process writes a journal at a time. The operating system's lock on a file beside it says which: SQLite takes it with
 * BEGIN EXCLUSIVE, and the kernel gives it back when the process ends, however it ends.
 */
export const hold = Effect.fnUntraced(function* (file: string) {
  const attempt = <A>(make: () => A) =>
    Effect.try({
      try: make,
      catch: (problem) => (/SQLITE_BUSY/.test(textOf(problem)) ? new JournalLocked({ file }) : failure(file, problem))
    })
  const lock = yield* Effect.acquireRelease(
    attempt(() => new Sqlite(`${file}.lock`, { timeout: 0 })),
    (open) => Effect.sync(() => open.close())
  )
  yield* attempt(() => lock.exec("BEGIN EXCLUSIVE"))
})
