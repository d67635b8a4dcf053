import * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"

/** Everything here follows from the events and can be made again of them. */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    CREATE TABLE runs (
      run TEXT PRIMARY KEY,
      cause TEXT NOT NULL,
      actor TEXT NOT NULL,
      sources TEXT NOT NULL,
      state TEXT NOT NULL,
      outcome TEXT,
      started INTEGER NOT NULL,
      ended INTEGER,
      operations INTEGER NOT NULL,
      ok INTEGER NOT NULL,
      failed INTEGER NOT NULL,
      skipped INTEGER NOT NULL,
      digest TEXT,
      detail TEXT NOT NULL
    )`
  yield* sql`CREATE INDEX runs_by_state ON runs (state, started)`
  yield* sql`
    CREATE TABLE operations (
      run TEXT NOT NULL,
      op INTEGER NOT NULL,
      verb TEXT NOT NULL,
      purpose TEXT NOT NULL,
      ref TEXT NOT NULL,
      label TEXT NOT NULL,
      state TEXT NOT NULL,
      netbox_id INTEGER,
      detail TEXT NOT NULL,
      at INTEGER NOT NULL,
      fields TEXT NOT NULL,
      PRIMARY KEY (run, op)
    )`
  yield* sql`CREATE INDEX operations_by_ref ON operations (ref, at)`
  yield* sql`
    CREATE TABLE bindings (
      ref TEXT PRIMARY KEY,
      netbox_id INTEGER NOT NULL,
      evidence TEXT NOT NULL,
      retired_at INTEGER,
      created INTEGER NOT NULL
    )`
  yield* sql`
    CREATE TABLE baselines (
      ref TEXT NOT NULL,
      field TEXT NOT NULL,
      value TEXT NOT NULL,
      PRIMARY KEY (ref, field)
    )`
})
