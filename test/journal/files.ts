import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import Sqlite from "better-sqlite3"
import { Redacted } from "effect"
import { layer } from "../../src/journal/JournalSqlite.ts"
import { tables } from "../../src/journal/Tables.ts"

/** A journal that does not exist yet, in a folder of its own. */
export const fresh = (): string =>
  Path.join(Fs.mkdtempSync(Path.join(Os.tmpdir(), "proxledger-journal-")), "journal.sqlite")

export const inFile = (file = fresh(), secrets: ReadonlyArray<string> = []) =>
  layer({ file, secrets: secrets.map((secret) => Redacted.make(secret)) })

/** Every row of every projection, as one text. */
export const dump = (file: string): string => {
  const db = new Sqlite(file, { readonly: true })
  const rows = Object.values(tables).map(({ key, name }) =>
    db.prepare(`SELECT * FROM ${name} ORDER BY ${key.join(", ")}`).all()
  )
  db.close()
  return JSON.stringify(rows)
}

/** Does something to the file behind the journal's back. */
export const behind = (file: string, sql: string): void => {
  const db = new Sqlite(file)
  db.exec(sql)
  db.close()
}
