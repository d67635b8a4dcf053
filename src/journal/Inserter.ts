import type Sqlite from "better-sqlite3"
import type { Cell } from "./Tables.ts"

/** Rows in one statement: to start one costs as much as to insert a row. */
const batch = 20

/**
 * Inserts rows, given as their cells one row after the other. `into` is the statement up to the values, `conflict` what follows
 * them.
 */
export const inserter = (
  db: Sqlite.Database,
  into: string,
  width: number,
  conflict = ""
): ((cells: ReadonlyArray<Cell>) => void) => {
  const row = `(${Array.from({ length: width }, () => "?").join(", ")})`
  const inserting = (rows: number) =>
    db.prepare<[ReadonlyArray<Cell>]>(
      `${into} VALUES ${Array.from({ length: rows }, () => row).join(", ")} ${conflict}`
    )
  const sizes = [batch, 1].map((rows) => ({ cells: rows * width, statement: inserting(rows) }))
  return (cells) => {
    let done = 0
    for (const { cells: size, statement } of sizes) {
      for (; done + size <= cells.length; done += size) statement.run(cells.slice(done, done + size))
    }
  }
}
