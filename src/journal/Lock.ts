import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import * as Reactivity from "@effect/experimental/Reactivity"
import { Effect } from "effect"
import { JournalLocked } from "./Journal.ts"
import { failureOf } from "./SqliteFailure.ts"

/**
 * One process writes a journal at a time. The operating system's lock on a file beside it says which: SQLite takes it with
 * BEGIN EXCLUSIVE, and the kernel gives it back when the process ends, however it ends.
 */
export const hold = Effect.fnUntraced(function* (file: string) {
  const lock = yield* SqliteClient.make({ filename: `${file}.lock`, disableWAL: true }).pipe(
    Effect.provide(Reactivity.layer),
    Effect.catchAllCause((cause) => Effect.fail(failureOf(file, cause)))
  )
  yield* Effect.zipRight(lock.unsafe("PRAGMA busy_timeout = 0"), lock.unsafe("BEGIN EXCLUSIVE").raw).pipe(
    Effect.mapError(() => new JournalLocked({ file }))
  )
})
