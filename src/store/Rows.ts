import type Sqlite from "better-sqlite3"
import { Schema } from "effect"

/** What a column takes; tables and columns are named by the program alone. */
export type Values = { readonly [column: string]: string | number | boolean | null | undefined }

const plain = (value: Values[string]) => (typeof value === "boolean" ? Number(value) : (value ?? null))

/** Returns the id of the new row. */
export const insert = (db: Sqlite.Database, table: string, values: Values): number => {
  const columns = Object.keys(values)
  const marks = columns.map(() => "?").join(", ")
  const { lastInsertRowid } = db
    .prepare(`INSERT INTO ${table} (${columns.join(", ")}) VALUES (${marks})`)
    .run(...columns.map((column) => plain(values[column])))
  return Number(lastInsertRowid)
}

export const update = (db: Sqlite.Database, table: string, id: number, values: Values): void => {
  const columns = Object.keys(values)
  if (columns.length === 0) return
  db.prepare(`UPDATE ${table} SET ${columns.map((column) => `${column} = ?`).join(", ")} WHERE id = ?`).run(
    ...columns.map((column) => plain(values[column])),
    id
  )
}

/** Whether there was such a row. */
export const remove = (db: Sqlite.Database, table: string, id: number): boolean =>
  db.prepare(`DELETE FROM ${table} WHERE id = ?`).run(id).changes > 0

/** A boolean as SQLite keeps it. */
export const Flag = Schema.transformLiterals([0, false], [1, true])
