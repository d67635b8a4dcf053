import * as Migrator from "@effect/sql/Migrator"
import type * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"
import { JournalFailed } from "./Journal.ts"
import events from "./migrations/0001_events.ts"
import projections from "./migrations/0002_projections.ts"
import runPace from "./migrations/0003_run_pace.ts"
import observed from "./migrations/0004_observed.ts"
import projected from "./migrations/0005_projected.ts"
import audit from "./migrations/0006_audit.ts"
import objects from "./migrations/0007_objects.ts"
import { version } from "./Tables.ts"

const migrations = {
  "0001_events": events,
  "0002_projections": projections,
  "0003_run_pace": runPace,
  "0004_observed": observed,
  "0005_projected": projected,
  "0006_audit": audit,
  "0007_objects": objects
}

/** The number of the last migration that this engine has. */
const latest = Object.keys(migrations).length

/** Runs what a file has not seen yet, in one transaction; nothing when it is up to date. */
export const migrate = Migrator.make({})({ loader: Migrator.fromRecord(migrations) })

/** The number of the last migration that a file has seen; 0 when there is nothing in it, null when it holds something else. */
const schemaOf = Effect.fnUntraced(function* (sql: SqlClient.SqlClient) {
  const tables = yield* sql<{ readonly name: string }>`SELECT name FROM sqlite_master WHERE type = 'table'`
  // The migrator makes its own table before the transaction of the others: a crash may leave it alone.
  if (tables.every(({ name }) => name === "effect_sql_migrations")) return 0
  if (!tables.some(({ name }) => name === "effect_sql_migrations")) return null
  if (!tables.some(({ name }) => name === "events")) return null
  const [row] = yield* sql<{ readonly id: number }>`SELECT max(migration_id) AS id FROM effect_sql_migrations`
  return row?.id ?? null
})

/** Whether the projections in a file, which has seen every migration, are those that this engine makes. */
export const isProjected = (sql: SqlClient.SqlClient) =>
  Effect.map(sql`SELECT 1 FROM projected WHERE version = ${version}`, (rows) => rows.length > 0)

/** Refuses, before anything is changed, a file that is not a journal or not one of this engine's age. */
export const inspect = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  { file, writable }: { readonly file: string; readonly writable: boolean }
) {
  const schema = yield* schemaOf(sql)
  if (schema === null || (schema === 0 && !writable)) {
    return yield* new JournalFailed({
      file,
      detail: "it is not a journal",
      remedy: "Give the path of a journal, or of a file that does not exist yet"
    })
  }
  if (schema > latest) {
    return yield* new JournalFailed({
      file,
      detail: `a newer proxledger wrote it (schema ${schema}; this one knows ${latest})`,
      remedy: "Use that version"
    })
  }
  if (!writable && (schema < latest || !(yield* isProjected(sql)))) {
    return yield* new JournalFailed({
      file,
      detail: "another proxledger wrote it",
      remedy: "Run `proxledger journal rebuild` once, which brings it up to date"
    })
  }
})
