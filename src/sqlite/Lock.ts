import Sqlite from "better-sqlite3"
import { Effect } from "effect"
import { textOf } from "./Explanation.ts"

/**
 * One process writes a file at a time. The operating system's lock on a file beside it says which: SQLite takes it with BEGIN
 * EXCLUSIVE, and the kernel gives it back when the process ends, however it ends. `refused` makes the error; `busy` is that
 * another process holds it.
 */
export const hold = Effect.fnUntraced(function* <E>(file: string, refused: (problem: unknown, busy: boolean) => E) {
  const attempt = <A>(make: () => A) =>
    Effect.try({ try: make, catch: (problem) => refused(problem, /SQLITE_BUSY/.test(textOf(problem))) })
  const lock = yield* Effect.acquireRelease(
    attempt(() => new Sqlite(`${file}.lock`, { timeout: 0 })),
    (open) => Effect.sync(() => open.close())
  )
  yield* attempt(() => lock.exec("BEGIN EXCLUSIVE"))
})
