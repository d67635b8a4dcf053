import * as SqlClient from "@effect/sql/SqlClient"
import type { Connection as SqlConnection } from "@effect/sql/SqlConnection"
import { SqlError } from "@effect/sql/SqlError"
import { makeCompilerSqlite } from "@effect/sql/Statement"
import * as Reactivity from "@effect/experimental/Reactivity"
import Sqlite from "better-sqlite3"
import { type Cause, Effect, type Scope, Stream } from "effect"

/**
 * One connection to the file, as what it is and as an SQL client. What runs for every event goes to `db` with statements that
 * were prepared once; the rest is written in `sql`.
 */
export interface Connection {
  readonly db: Sqlite.Database
  readonly sql: SqlClient.SqlClient
  /** Held by whoever writes: an append, a rebuild that must not miss one, a change that waits for the journal. */
  readonly turn: Effect.Semaphore
}

const connectionOf = (db: Sqlite.Database): SqlConnection => {
  const statements = new Map<string, Sqlite.Statement<Array<unknown>, object>>()
  const prepared = (sql: string) => {
    const known = statements.get(sql)
    if (known !== undefined) return known
    const statement = db.prepare<Array<unknown>, object>(sql)
    if (statements.size < 200) statements.set(sql, statement)
    return statement
  }
  const run = (sql: string, params: ReadonlyArray<unknown>) =>
    Effect.try({
      try: () => {
        const statement = prepared(sql)
        return statement.reader ? statement.all(...params) : (statement.run(...params), [])
      },
      catch: (cause) => new SqlError({ cause, message: "the statement failed" })
    })
  const execute: SqlConnection["execute"] = (sql, params, transform) =>
    transform === undefined ? run(sql, params) : Effect.map(run(sql, params), transform)
  return {
    execute,
    executeRaw: run,
    executeUnprepared: execute,
    executeValues: () => Effect.dieMessage("not used"),
    executeStream: () => Stream.dieMessage("pages are read by key instead")
  }
}

/** A connection that is closed with the scope; `Explanation.ts` says what its errors mean. */
export const connect = (
  file: string,
  readonly: boolean
): Effect.Effect<Connection, Cause.UnknownException, Scope.Scope> =>
  Effect.gen(function* () {
    const db = yield* Effect.acquireRelease(
      Effect.try(() => new Sqlite(file, { readonly })),
      (open) => Effect.sync(() => open.close())
    )
    db.pragma("busy_timeout = 5000")
    const turn = yield* Effect.makeSemaphore(1)
    const connection = connectionOf(db)
    const sql = yield* SqlClient.make({
      acquirer: Effect.succeed(connection),
      compiler: makeCompilerSqlite(),
      spanAttributes: []
    }).pipe(Effect.provide(Reactivity.layer))
    return { db, sql, turn }
  })
