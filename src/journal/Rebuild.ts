import type Sqlite from "better-sqlite3"
import { Effect } from "effect"
import type { Connection } from "../sqlite/Connection.ts"
import { breathe } from "./Breathe.ts"
import * as Fold from "./Fold.ts"
import type { JournalFailed } from "./Journal.ts"
import { creation } from "./Rows.ts"
import { failure, failing } from "./SqliteFailure.ts"
import { recorded, type StoredEvent } from "./StoredEvent.ts"
import { tables, version } from "./Tables.ts"

/** Events, or rows, of one transaction: some ten milliseconds. */
const page = 1000

/** Changed rows of a table that wait in memory, because what changed once often changes again soon. */
const waiting = 20_000

/** Tables stand under other names until they are whole: until then readers have the old ones. */
const prefix = "new_"

type Unchained = Omit<StoredEvent, "chain">

const names = Object.keys(tables)

const begin = (db: Sqlite.Database): Fold.Fold =>
  db.transaction(() => {
    for (const name of names) db.exec(`DROP TABLE IF EXISTS ${prefix}${name}`)
    db.exec(creation(tables.runs, `${prefix}runs`))
    db.exec(creation(tables.operations, `${prefix}operations`))
    db.exec(creation(tables.bindings, `${prefix}bindings`))
    db.exec(creation(tables.baselines, `${prefix}baselines`))
    db.exec(creation(tables.observed, `${prefix}observed`))
    return Fold.make(db, prefix)
  })()

/** Only now does it have to be on disk. */
const exchange = (db: Sqlite.Database): void => {
  db.pragma("synchronous = FULL")
  db.transaction(() => {
    for (const name of names) {
      db.exec(`DROP TABLE IF EXISTS ${name}`)
      db.exec(`ALTER TABLE ${prefix}${name} RENAME TO ${name}`)
    }
    db.exec("DELETE FROM projected")
    db.prepare("INSERT INTO projected (version) VALUES (?)").run(version)
  })()
}

/** Makes the projections again of all events, beside those that are there, and puts them in their place. */
export const rebuild = (
  { db, turn }: Connection,
  file: string
): Effect.Effect<{ readonly events: number }, JournalFailed> =>
  Effect.gen(function* () {
    const attempt = <A>(make: () => A) => Effect.try({ try: make, catch: (problem) => failure(file, problem) })
    const fold = yield* attempt(() => begin(db))
    db.pragma("synchronous = NORMAL")
    const read = db.prepare<[number, number], Unchained>(
      "SELECT seq, at, stream, version, tag, shape, data FROM events WHERE seq > ? ORDER BY seq LIMIT ?"
    )
    const take = db.transaction((rows: ReadonlyArray<Unchained>): number => {
      let known = 0
      for (const row of rows) {
        const event = recorded(row)
        if (event === null) continue
        fold.apply(event)
        known += 1
      }
      fold.write(waiting)
      return known
    })
    let events = 0
    for (let after = 0; ;) {
      const rows = yield* attempt(() => read.all(after, page))
      const last = rows[rows.length - 1]
      if (last === undefined) break
      events += yield* attempt(() => take(rows))
      after = last.seq
      yield* breathe
    }
    const write = db.transaction((keep: number) => fold.write(keep))
    for (let keep = waiting; keep > 0;) {
      keep = Math.max(0, keep - page)
      yield* attempt(() => write(keep))
      yield* breathe
    }
    yield* attempt(() => exchange(db))
    return { events }
  }).pipe(Effect.ensuring(Effect.sync(() => db.pragma("synchronous = FULL"))), turn.withPermits(1), failing(file))
