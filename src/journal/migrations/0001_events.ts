import * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"

/** The log itself, and what was observed. Neither can be changed, by the engine or by hand, without taking a trigger away. */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    CREATE TABLE events (
      seq INTEGER PRIMARY KEY,
      at INTEGER NOT NULL,
      stream TEXT NOT NULL,
      version INTEGER NOT NULL,
      tag TEXT NOT NULL,
      shape INTEGER NOT NULL,
      data TEXT NOT NULL,
      chain TEXT NOT NULL,
      UNIQUE (stream, version)
    )`
  yield* sql`
    CREATE TABLE blobs (
      digest TEXT PRIMARY KEY,
      codec TEXT NOT NULL,
      size INTEGER NOT NULL,
      bytes BLOB NOT NULL
    )`
  for (const table of ["events", "blobs"]) {
    for (const verb of ["UPDATE", "DELETE"]) {
      yield* sql.unsafe(`
        CREATE TRIGGER ${table}_no_${verb.toLowerCase()} BEFORE ${verb} ON ${table}
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END`)
    }
  }
})
