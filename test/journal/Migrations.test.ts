import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "@effect/vitest"
import Database from "better-sqlite3"
import { Effect } from "effect"
import { Journal } from "../../src/journal/Journal.ts"
import * as JournalSqlite from "../../src/journal/JournalSqlite.ts"

const folder = mkdtempSync(join(tmpdir(), "proxledger-migrations-"))
afterAll(() => rmSync(folder, { recursive: true }))

const opened = (file: string) =>
  Effect.flatMap(Journal, ({ head }) => head).pipe(Effect.provide(JournalSqlite.layer({ file, secrets: [] })))

describe("the file that a journal is made in", () => {
  it.live("may be what a crash left while it was being made", () =>
    Effect.gen(function* () {
      const file = join(folder, "begun.sqlite")
      yield* opened(file)
      const begun = new Database(file)
      const tables = begun.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
      for (const { name } of tables.all() as ReadonlyArray<{ readonly name: string }>) {
        begun.exec(name === "effect_sql_migrations" ? `DELETE FROM ${name}` : `DROP TABLE ${name}`)
      }
      begun.close()
      assert.deepStrictEqual(yield* opened(file), { seq: 0, chain: "" })
    })
  )
})
