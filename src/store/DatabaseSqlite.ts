import * as Fs from "node:fs"
import * as Path from "node:path"
import * as SqlClient from "@effect/sql/SqlClient"
import Sqlite from "better-sqlite3"
import { Cause, Effect, Exit, Layer, Option } from "effect"
import type { By } from "../domain/By.ts"
import type { Journal, JournalFailed } from "../journal/Journal.ts"
import { connect } from "../sqlite/Connection.ts"
import { explain } from "../sqlite/Explanation.ts"
import { hold } from "../sqlite/Lock.ts"
import * as Configured from "./Configured.ts"
import { type Changed, Database, StoreFailed, StoreLocked } from "./Database.ts"
import { inspect, migrate } from "./Migrations.ts"

const failure =
  (file: string) =>
  (problem: unknown): StoreFailed =>
    problem instanceof StoreFailed ? problem : new StoreFailed({ file, ...explain(problem) })

/** Everything that goes wrong in an effect, as a failure of this database. */
const failing =
  (file: string) =>
  <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, StoreFailed, R> =>
    Effect.catchAllCause(self, (cause) =>
      Effect.fail(failure(file)(Option.getOrElse(Cause.failureOption(cause), () => Cause.squash(cause))))
    )

const refusedByJournal = ({ detail, file, remedy }: JournalFailed) =>
  new StoreFailed({ file, detail: `the journal did not take what was to be changed: ${detail}`, remedy })

/** Nobody but this user may read it; SQLite gives the files beside it the same mode. */
const touch = (file: string) =>
  Effect.try(() => {
    Fs.mkdirSync(Path.dirname(file), { recursive: true, mode: 0o700 })
    Fs.closeSync(Fs.openSync(file, "a", 0o600))
    Fs.chmodSync(file, 0o600)
  })

const versionIn = (db: Sqlite.Database): number | null =>
  db.prepare<[], { readonly version: number }>("SELECT version FROM journaled").get()?.version ?? null

const setVersion = (db: Sqlite.Database, version: number): void => {
  db.prepare(
    "INSERT INTO journaled (id, version) VALUES (1, ?) ON CONFLICT DO UPDATE SET version = excluded.version"
  ).run(version)
}

const make = Effect.fnUntraced(function* (file: string) {
  const failed = failure(file)
  const opening = failing(file)
  yield* opening(touch(file))
  yield* hold(file, (problem, busy) => (busy ? new StoreLocked({ file }) : failed(problem)))
  const { db, sql, turn } = yield* opening(connect(file, false))
  yield* opening(
    Effect.gen(function* () {
      yield* inspect(sql, file)
      yield* Effect.try(() => db.pragma("journal_mode = WAL"))
      yield* Effect.try(() => db.pragma("synchronous = FULL"))
      yield* Effect.try(() => db.pragma("foreign_keys = ON"))
      yield* Effect.provideService(migrate, SqlClient.SqlClient, sql)
    })
  )
  const reader = yield* opening(connect(file, true))
  const configured = yield* Configured.make

  const attempt = <A>(make: () => A) => Effect.try({ try: make, catch: failed })

  /** What the journal was told and the database then did not keep, as when the process ended in between. */
  const settle = Effect.gen(function* () {
    const known = yield* attempt(() => versionIn(db))
    const version = yield* Effect.mapError(configured.undo(known), refusedByJournal)
    yield* attempt(() => setVersion(db, version))
  })
  yield* settle

  const rollback = Effect.sync(() => {
    if (db.inTransaction) db.exec("ROLLBACK")
  })

  /** A mistake in a statement is a failure of the database; any other defect stays one. */
  const sorted = <A, E, R>(self: Effect.Effect<A, E, R>) =>
    Effect.catchAllDefect(self, (defect) =>
      defect instanceof Sqlite.SqliteError ? Effect.fail(failed(defect)) : Effect.die(defect)
    )

  const transaction = <A, E>(
    by: By,
    body: (db: Sqlite.Database) => Effect.Effect<{ readonly value: A; readonly changed: ReadonlyArray<Changed> }, E>
  ) =>
    Effect.gen(function* () {
      yield* attempt(() => db.exec("BEGIN IMMEDIATE"))
      const { changed, value } = yield* Effect.suspend(() => body(db))
      if (changed.length === 0) {
        yield* attempt(() => db.exec("COMMIT"))
        return value
      }
      const version = yield* Effect.mapError(
        configured.append(yield* attempt(() => versionIn(db) ?? 0), changed, by),
        refusedByJournal
      )
      const committed = yield* Effect.exit(
        attempt(() => {
          setVersion(db, version)
          db.exec("COMMIT")
        })
      )
      if (Exit.isFailure(committed)) {
        yield* rollback
        yield* Effect.ignore(settle)
        return yield* Effect.failCause(committed.cause)
      }
      return value
    }).pipe(
      sorted,
      Effect.onError(() => rollback)
    )

  return Database.of({
    file,
    read: (query) => attempt(() => query(reader.db)),
    write: (change) => turn.withPermits(1)(attempt(() => db.transaction(() => change(db)).immediate())),
    change: (by, body) => turn.withPermits(1)(Effect.uninterruptible(transaction(by, body))),
    steady: (body) => turn.withPermits(1)(sorted(Effect.suspend(() => body(db))))
  })
})

/** `service.db` in a folder, which is made where there is none. */
export const layer = (folder: string): Layer.Layer<Database, StoreFailed | StoreLocked, Journal> =>
  Layer.scoped(Database, make(Path.join(folder, "service.db")))
