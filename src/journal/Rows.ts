import type Sqlite from "better-sqlite3"
import type { Cell, RowOf, Table } from "./Tables.ts"

/** The rows of a table as a fold sees them; what it changes stays in memory until it is written. */
export interface Rows<Row> {
  readonly get: (...key: ReadonlyArray<Cell>) => Row | undefined
  /** Every row: for tables of a few. */
  readonly all: () => ReadonlyArray<Row>
  readonly set: (row: Row) => void
  readonly delete: (...key: ReadonlyArray<Cell>) => void
  /** How many rows changed and are not written. */
  readonly changed: () => number
  /** Writes what changed first, until no more than so many changed rows are left. */
  readonly write: (keep: number) => void
  /** Lets go of what was not written. */
  readonly forget: () => void
}

const list = (columns: ReadonlyArray<string>) => columns.map((column) => `"${column}"`).join(", ")

const where = (key: ReadonlyArray<string>) => key.map((column) => `"${column}" = ?`).join(" AND ")

/** Makes an empty table under a name. What it is searched by are constraints, whose indexes a renamed table takes along. */
export const creation = <Row extends RowOf<Row>>({ columns, key, search }: Table<Row>, name: string): string => {
  const parts = [
    ...columns.map(([column, type]) => `"${column}" ${type}`),
    `PRIMARY KEY (${list(key)})`,
    ...search.map((by) => `UNIQUE (${list([...by, ...key])})`)
  ]
  return `CREATE TABLE "${name}" (${parts.join(", ")}) WITHOUT ROWID`
}

/** Of a table that may stand in the file under another name. */
export const rowsOf = <Row extends RowOf<Row>>(
  db: Sqlite.Database,
  { columns, key }: Table<Row>,
  name: string
): Rows<Row> => {
  const names = columns.map(([column]) => column)
  const others = names.filter((column) => !key.includes(column))
  const find = db.prepare<Array<Cell>, Row>(`SELECT ${list(names)} FROM "${name}" WHERE ${where(key)}`)
  const everything = db.prepare<[], Row>(`SELECT ${list(names)} FROM "${name}"`)
  const remove = db.prepare<Array<Cell>>(`DELETE FROM "${name}" WHERE ${where(key)}`)
  const put = db.prepare<Array<Cell>>(
    `INSERT INTO "${name}" (${list(names)}) VALUES (${names.map(() => "?").join(", ")})
     ON CONFLICT (${list(key)}) DO UPDATE SET ${others.map((column) => `"${column}" = excluded."${column}"`).join(", ")}`
  )
  const textOf = (cells: ReadonlyArray<Cell>): string => (cells.length === 1 ? String(cells[0]) : cells.join("\u0000"))
  const changes = new Map<string, { readonly key: ReadonlyArray<Cell>; readonly row: Row | undefined }>()
  return {
    get: (...cells) => {
      const change = changes.get(textOf(cells))
      return change === undefined ? find.get(...cells) : change.row
    },
    set: (row) => {
      const cells = key.map((column) => row[column])
      changes.set(textOf(cells), { key: cells, row })
    },
    delete: (...cells) => {
      changes.set(textOf(cells), { key: cells, row: undefined })
    },
    changed: () => changes.size,
    write: (keep) => {
      let left = changes.size - keep
      for (const [text, change] of changes) {
        if (left <= 0) return
        const { row } = change
        if (row === undefined) remove.run(...change.key)
        else put.run(...names.map((column) => row[column]))
        changes.delete(text)
        left -= 1
      }
    },
    forget: () => {
      changes.clear()
    }
  }
}
