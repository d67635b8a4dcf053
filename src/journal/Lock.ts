import * as Reactivity from "@effect/experimental/Reactivity"
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import { Cause, Effect } from "effect"
import { JournalLocked } from "./Journal.ts"
import { failureOf, textOf } from "./SqliteFailure.ts"

/**
 * One process writes a journal at a time. The operating system's lock on a file beside it says which: SQLite takes it with
 * BEGIN EXCLUSIVE, and the kernel gives it back when the process ends, however it ends.
 */
export const hold = Effect.fnUntraced(
  function* (file: string) {
    const lock = yield* SqliteClient.make({ filename: `${file}.lock`, disableWAL: true })
    yield* lock.unsafe("PRAGMA busy_timeout = 0")
    yield* lock.unsafe("BEGIN EXCLUSIVE").raw
  },
  Effect.provide(Reactivity.layer),
  (self, file) =>
    Effect.catchAllCause(self, (cause) =>
      Effect.fail(
        /SQLITE_BUSY/.test(textOf(Cause.squash(cause))) ? new JournalLocked({ file }) : failureOf(file, cause)
      )
    )
)
