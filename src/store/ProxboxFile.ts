import * as Fs from "node:fs"
import Sqlite from "better-sqlite3"
import { Effect, Schema } from "effect"
import { explain } from "../sqlite/Explanation.ts"

/** The file cannot be taken over, and nothing of it was. No value that stands in it is ever told. */
export class ImportRefused extends Schema.TaggedError<ImportRefused>()("ImportRefused", {
  file: Schema.String,
  detail: Schema.String,
  remedy: Schema.String
}) {
  override get message() {
    return `${this.file}: ${this.detail}. ${this.remedy}`
  }
}

const Row = Schema.Record({ key: Schema.String, value: Schema.Unknown })

const KeyRow = Schema.Struct({
  id: Schema.Int,
  label: Schema.String,
  key_hash: Schema.String,
  is_active: Schema.Int,
  created_at: Schema.Number
})
export type KeyRow = typeof KeyRow.Type

/** What a database of proxbox-api holds, in the columns that its release has. */
export interface ProxboxFile {
  readonly netbox: ReadonlyArray<typeof Row.Type>
  readonly proxmox: ReadonlyArray<typeof Row.Type>
  readonly keys: ReadonlyArray<KeyRow>
  /** Other tables that hold something. */
  readonly others: ReadonlyArray<{ readonly table: string; readonly rows: number }>
}

/** Taken over, or of use to the program alone that wrote them. */
const known = (table: string): boolean =>
  [
    "netboxendpoint",
    "proxmoxendpoint",
    "apikey",
    "api_key_bootstrap_claim",
    "credential_encryption_key_state"
  ].includes(table) || /^(sqlite_|auth_?lockout|browser_console_relay_session)/.test(table)

const decodeRows = Schema.decodeUnknownSync(Schema.Array(Row))
const decodeKeys = Schema.decodeUnknownSync(Schema.Array(KeyRow))

const content = (db: Sqlite.Database): ProxboxFile | null => {
  const tables = db
    .prepare<[], { readonly name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    .all()
    .map(({ name }) => name)
  if (!tables.includes("proxmoxendpoint") || !tables.includes("netboxendpoint")) return null
  const all = (table: string) => db.prepare(`SELECT * FROM ${table} ORDER BY id`).all()
  const others = tables
    .filter((table) => !known(table))
    .map((table) => {
      const name = `"${table.replaceAll('"', '""')}"`
      const rows = db.prepare<[], { readonly rows: number }>(`SELECT count(*) AS rows FROM ${name}`).get()?.rows
      return { table, rows: rows ?? 0 }
    })
  return {
    netbox: decodeRows(all("netboxendpoint")),
    proxmox: decodeRows(all("proxmoxendpoint")),
    keys: tables.includes("apikey") ? decodeKeys(all("apikey")) : [],
    others: others.filter(({ rows }) => rows > 0)
  }
}

const remedy = "Give the SQLite file of a proxbox-api of release 0.0.19 to 0.0.30"

/** Reads the file as it is at one moment; a proxbox-api may be running on it. */
export const read = Effect.fnUntraced(function* (file: string) {
  if (!Fs.existsSync(file)) return yield* new ImportRefused({ file, detail: "it does not exist", remedy })
  const found = yield* Effect.acquireUseRelease(
    Effect.try(() => new Sqlite(file, { readonly: true, fileMustExist: true })),
    (db) => Effect.try(() => db.transaction(() => content(db))()),
    (db) => Effect.sync(() => db.close())
  ).pipe(
    Effect.mapError(({ cause }) =>
      cause instanceof Sqlite.SqliteError
        ? new ImportRefused({ file, ...explain(cause) })
        : new ImportRefused({ file, detail: "its tables are not those of proxbox-api", remedy })
    )
  )
  return found ?? (yield* new ImportRefused({ file, detail: "it is not a database of proxbox-api", remedy }))
})
