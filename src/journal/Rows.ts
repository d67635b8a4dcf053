import type Sqlite from "better-sqlite3"
import { inserter } from "./Inserter.ts"
import type { Cell, RowOf, Table } from "./Tables.ts"

/** The rows of a table as a fold sees them; what it changes stays in memory until it is written. */
export interface Rows<Row> {
  /** Every row: for tables of a few. */
  readonly all: () => ReadonlyArray<Row>
  readonly get: (...key: Array<Cell>) => Row | undefined
  readonly set: (row: Row) => void
  readonly delete: (...key: Array<Cell>) => void
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
export const creation = <Row extends RowOf<Row>>({ columns, key, order, search }: Table<Row>, name: string): string => {
  const parts = [
    ...columns.map(([column, type]) => `"${column}" ${type}`),
    `${order === undefined ? "PRIMARY KEY" : "UNIQUE"} (${list(key)})`,
    ...search.map((by) => `UNIQUE (${list([...by, ...(order === undefined ? key : [order])])})`)
  ]
  return `CREATE TABLE "${name}" (${parts.join(", ")})${order === undefined ? " WITHOUT ROWID" : ""}`
}

interface Change<Row> {
  readonly key: Array<Cell>
  /** The row in the file, where it was looked up. */
  readonly stored: Row | undefined
  /** None: it is to be deleted. */
  row: Row | undefined
}

const textOf = (key: ReadonlyArray<Cell>): string => {
  let text = String(key[0])
  for (let at = 1; at < key.length; at++) text += `\u0000${String(key[at])}`
  return text
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
  const put = inserter(
    db,
    `INSERT INTO "${name}" (${list(names)})`,
    names.length,
    `ON CONFLICT (${list(key)}) DO UPDATE SET ${others.map((column) => `"${column}" = excluded."${column}"`).join(", ")}`
  )
  /** Only the columns that differ are named: naming one is what makes SQLite write the indexes it is in. */
  const updates = new Map<string, Sqlite.Statement<Array<Cell>>>()
  const update = (cells: Array<Cell>, before: Row, row: Row): void => {
    const differ = others.filter((column) => before[column] !== row[column])
    if (differ.length === 0) return
    const set = differ.map((column) => `"${column}" = ?`).join(", ")
    const statement = updates.get(set) ?? db.prepare<Array<Cell>>(`UPDATE "${name}" SET ${set} WHERE ${where(key)}`)
    updates.set(set, statement)
    statement.run(...differ.map((column) => row[column]), ...cells)
  }
  const changes = new Map<string, Change<Row>>()
  const found = new Map<string, Row>()
  const change = (key: Array<Cell>, row: Row | undefined): void => {
    const text = textOf(key)
    const before = changes.get(text)
    if (before === undefined) changes.set(text, { key, row, stored: found.get(text) })
    else before.row = row
  }
  return {
    get: (...cells) => {
      const text = textOf(cells)
      const changed = changes.get(text)
      if (changed !== undefined) return changed.row
      const row = find.get(...cells)
      if (row !== undefined) found.set(text, row)
      return row
    },
    all: () => {
      const rows = new Map(everything.all().map((row) => [textOf(key.map((column) => row[column])), row]))
      for (const [text, { row }] of changes) {
        if (row === undefined) rows.delete(text)
        else rows.set(text, row)
      }
      return [...rows.values()]
    },
    set: (row) =>
      change(
        key.map((column) => row[column]),
        row
      ),
    delete: (...cells) => change(cells, undefined),
    changed: () => changes.size,
    write: (keep) => {
      found.clear()
      let left = changes.size - keep
      const cells: Array<Cell> = []
      for (const [text, { key: of, row, stored }] of changes) {
        if (left <= 0) break
        if (row === undefined) remove.run(...of)
        else if (stored === undefined) for (const column of names) cells.push(row[column])
        else update(of, stored, row)
        changes.delete(text)
        left -= 1
      }
      put(cells)
    },
    forget: () => {
      found.clear()
      changes.clear()
    }
  }
}
