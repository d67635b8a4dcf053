import * as Migrator from "@effect/sql/Migrator"
import type * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"
import { StoreFailed } from "./Database.ts"
import service from "./migrations/0001_service.ts"

const migrations = { "0001_service": service }

const latest = Object.keys(migrations).length

/** Runs what a file has not seen yet, in one transaction. */
export const migrate = Migrator.make({})({ loader: Migrator.fromRecord(migrations) })

/** Refuses, before anything is changed, a file that is something else or newer than this engine. */
export const inspect = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, file: string) {
  const tables = yield* sql<{ readonly name: string }>`SELECT name FROM sqlite_master WHERE type = 'table'`
  const names = tables.map(({ name }) => name)
  // The migrator makes its own table before the transaction of the others: a crash may leave it alone.
  if (names.every((name) => name === "effect_sql_migrations")) return
  if (!names.includes("effect_sql_migrations") || !names.includes("proxmox_endpoints")) {
    return yield* new StoreFailed({
      file,
      detail: "it is not a database of this service",
      remedy: "Give a folder with --data that has none yet; `proxledger import-proxbox` reads those of proxbox-api"
    })
  }
  const [row] = yield* sql<{ readonly id: number }>`SELECT max(migration_id) AS id FROM effect_sql_migrations`
  if ((row?.id ?? 0) > latest) {
    return yield* new StoreFailed({
      file,
      detail: `a newer proxledger wrote it (schema ${row?.id}; this one knows ${latest})`,
      remedy: "Use that version"
    })
  }
})
