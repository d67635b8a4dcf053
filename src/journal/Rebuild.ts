import type Sqlite from "better-sqlite3"
import { Effect } from "effect"
import type { Event } from "../domain/Event.ts"
import type { Connection } from "../sqlite/Connection.ts"
import { breathe } from "./Breathe.ts"
import { type EventCells, eventOf, eventPages } from "./EventPages.ts"
import * as Fold from "./Fold.ts"
import type { JournalFailed } from "./Journal.ts"
import type { Rebuilt } from "./Projections.ts"
import { creation } from "./Rows.ts"
import { failing } from "./SqliteFailure.ts"
import { tables, version } from "./Tables.ts"

/** Events that are read at a time. */
const page = 500

/** Events, operations they are about, or rows, of one transaction: some milliseconds. */
const step = 250

/** Changed rows that are written at once: each transaction also writes the last page of every table and index again. */
const batch = 1000

/** Changed rows of a table that wait in memory, because what changed once often changes again soon. */
const waiting = 20_000

/** Tables stand under other names until they are whole: until then readers have the old ones. */
const coming = "new_"

/** What is not needed any more, until it is dropped. */
const going = "old_"

const names = Object.keys(tables)

const named = (db: Sqlite.Database, pattern: string): ReadonlyArray<string> =>
  db
    .prepare<[string], string>("SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB ?")
    .pluck()
    .all(pattern)

/** Gives a table, if it is there, a name under which it waits to be dropped. */
const setAside = (db: Sqlite.Database, table: string): void => {
  if (named(db, table).length === 0) return
  db.exec(`ALTER TABLE ${table} RENAME TO ${going}${named(db, `${going}*`).length}_${table}`)
}

/**
 * Drops what rebuilds have left, also those that were not finished. That holds the event loop for as long as it takes to read all
 * pages of a table, so it is done when the journal is opened or closed, when nobody else waits for it.
 */
export const tidy = (db: Sqlite.Database) =>
  Effect.flatMap(
    Effect.try(() => [...named(db, `${coming}*`), ...named(db, `${going}*`)]),
    Effect.forEach(
      (table) =>
        Effect.zipLeft(
          Effect.try(() => db.exec(`DROP TABLE "${table}"`)),
          breathe
        ),
      { discard: true }
    )
  )

const begin = (db: Sqlite.Database): Fold.Fold =>
  db.transaction(() => {
    for (const name of names) setAside(db, `${coming}${name}`)
    db.exec(creation(tables.runs, `${coming}runs`))
    db.exec(creation(tables.operations, `${coming}operations`))
    db.exec(creation(tables.objects, `${coming}objects`))
    db.exec(creation(tables.observed, `${coming}observed`))
    return Fold.make(db, coming, false)
  })()

/** How soon what is written has to be on disk, and after how many pages it is moved from the log to its place: each time waits for the disk. */
const settle = (db: Sqlite.Database, synchronous: "NORMAL" | "FULL", pages: number): void => {
  db.pragma(`synchronous = ${synchronous}`)
  db.pragma(`wal_autocheckpoint = ${pages}`)
}

/** Only now does it have to be on disk. */
const exchange = (db: Sqlite.Database): void => {
  db.pragma("synchronous = FULL")
  db.transaction(() => {
    for (const name of names) {
      setAside(db, name)
      db.exec(`ALTER TABLE ${coming}${name} RENAME TO ${name}`)
    }
    db.exec("DELETE FROM projected")
    db.prepare("INSERT INTO projected (version) VALUES (?)").run(version)
  })()
}

/** How much there is to do for an event. */
const weightOf = (event: Event): number => {
  switch (event._tag) {
    case "OperationsDispatched":
      return event.ops.length
    case "OperationsSettled":
      return event.ok.length + event.failed.length + event.again.length
    default:
      return 1
  }
}

/** Brings the tables up with some events, the first of which is at an index; returns the index of the first that is left. */
const taking = (db: Sqlite.Database, fold: Fold.Fold) => {
  let due = batch
  return db.transaction((rows: ReadonlyArray<EventCells>, from: number) => {
    let [index, known, weight] = [from, 0, 0]
    for (; weight < step; index++) {
      const cells = rows[index]
      if (cells === undefined) break
      const found = eventOf(cells)
      if (found === null) continue
      fold.apply(found)
      weight += weightOf(found.event)
      known += 1
    }
    if (fold.changed() >= due) {
      fold.write(waiting)
      due = fold.changed() + batch
    }
    return { next: index, known }
  })
}

/** Makes the projections again of all events, beside those that are there, and puts them in their place. */
export const rebuild = ({ db, turn }: Connection, file: string): Effect.Effect<Rebuilt, JournalFailed> =>
  Effect.gen(function* () {
    const fold = yield* Effect.try(() => begin(db))
    settle(db, "NORMAL", 4000)
    const read = eventPages(db)
    const take = taking(db, fold)
    let events = 0
    for (let after = 0; ;) {
      const rows = yield* Effect.try(() => read(after, page))
      const last = rows[rows.length - 1]
      if (last === undefined) break
      for (let from = 0; from < rows.length;) {
        const { known, next } = yield* Effect.try(() => take(rows, from))
        events += known
        from = next
        yield* breathe
      }
      after = last[0]
    }
    const write = db.transaction((keep: number) => fold.write(keep))
    for (let keep = waiting; keep > 0;) {
      keep = Math.max(0, keep - step)
      yield* Effect.try(() => write(keep))
      yield* breathe
    }
    yield* Effect.try(() => exchange(db))
    return { events }
  }).pipe(Effect.ensuring(Effect.sync(() => settle(db, "FULL", 1000))), turn.withPermits(1), failing(file))
