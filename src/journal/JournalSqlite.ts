import * as SqlClient from "@effect/sql/SqlClient"
import { Context, Effect, Layer, Option, PubSub, Queue, type Redacted, Stream } from "effect"
import { connect, type Connection } from "../sqlite/Connection.ts"
import { hold } from "../sqlite/Lock.ts"
import { Audit } from "./Audit.ts"
import * as AuditSqlite from "./AuditSqlite.ts"
import * as Blobs from "./Blobs.ts"
import { eventPages } from "./EventPages.ts"
import * as Fold from "./Fold.ts"
import { type Head, Journal, JournalFailed, JournalLocked } from "./Journal.ts"
import { inspect, isProjected, migrate } from "./Migrations.ts"
import { Projections, type Rebuilt } from "./Projections.ts"
import * as ProjectionsSqlite from "./ProjectionsSqlite.ts"
import * as Reader from "./Reader.ts"
import { rebuild, tidy } from "./Rebuild.ts"
import { scrubOf } from "./Scrub.ts"
import { failing, failure } from "./SqliteFailure.ts"
import * as Writer from "./Writer.ts"

export interface JournalOptions {
  /** Path of the SQLite file; it is made when it does not exist, its folder is not. */
  readonly file: string
  /** Texts that are never stored, wherever they occur; those under 6 characters are not looked for. */
  readonly secrets: ReadonlyArray<Redacted.Redacted>
}

type Services = Context.Context<Journal | Projections | Audit>

/** How often a reader of another process's journal looks for news. */
const interval = "500 millis"

const open = (file: string, readonly: boolean) => failing(file)(connect(file, readonly))

/** FULL: an intent has to outlive a power cut, not only the process. Tells what was rebuilt, if anything was. */
const prepare = Effect.fnUntraced(function* (connection: Connection, file: string) {
  const { db, sql } = connection
  yield* inspect(sql, { file, writable: true })
  yield* Effect.try(() => db.pragma("journal_mode = WAL"))
  yield* Effect.try(() => db.pragma("synchronous = FULL"))
  yield* Effect.provideService(migrate, SqlClient.SqlClient, sql)
  yield* tidy(db)
  yield* Effect.addFinalizer(() => Effect.ignore(tidy(db)))
  return (yield* isProjected(sql)) ? Option.none() : Option.some(yield* rebuild(connection, file))
})

const reading = ({ db, sql }: Connection, file: string, news: Reader.News) => {
  const pages = eventPages(db)
  const head = Effect.map(
    sql<Head>`SELECT seq, chain FROM events ORDER BY seq DESC LIMIT 1`,
    ([row]): Head => row ?? { seq: 0, chain: "" }
  )
  return {
    read: (options: { readonly after: number; readonly stream?: string }) => Reader.read(pages, file, options),
    follow: (after: number) => Reader.follow(pages, file, news, after),
    head: failing(file)(head),
    getBlob: (digest: string) => failing(file)(Blobs.get(sql, digest)),
    lines: Stream.map(Reader.stored(pages, file), (row) => JSON.stringify(row)),
    verify: Reader.verify(pages, file)
  }
}

const writable = Effect.fnUntraced(function* (
  connection: Connection,
  reader: Connection,
  rebuilt: Option.Option<Rebuilt>,
  { file, secrets }: JournalOptions
) {
  const heads = yield* PubSub.sliding<number>(1)
  const scrub = scrubOf(secrets)
  const fold = Fold.make(connection.db, "", true)
  const committed = (seq: number) => PubSub.publish(heads, seq)
  const { append, health } = yield* Writer.make({ connection, fold, file, scrub, committed })
  const services: Services = Context.make(Journal, {
    ...reading(reader, file, Effect.map(PubSub.subscribe(heads), Queue.take)),
    append,
    putBlob: (text) => failing(file)(Blobs.put(connection.sql, scrub.text(text))),
    conceal: (more) => Effect.sync(() => scrub.learn(more)),
    health
  }).pipe(
    Context.add(Projections, {
      ...ProjectionsSqlite.make(reader.sql, file),
      rebuild: rebuild(connection, file),
      rebuilt
    }),
    Context.add(Audit, AuditSqlite.make(reader.sql, file))
  )
  return services
})

/** The journal in a file, for the one process that writes it. */
export const layer = (
  options: JournalOptions
): Layer.Layer<Journal | Projections | Audit, JournalFailed | JournalLocked> =>
  Layer.scopedContext(
    Effect.gen(function* () {
      yield* hold(options.file, (problem, busy) =>
        busy ? new JournalLocked({ file: options.file }) : failure(options.file, problem)
      )
      const connection = yield* open(options.file, false)
      const rebuilt = yield* failing(options.file)(prepare(connection, options.file))
      return yield* writable(connection, yield* open(options.file, true), rebuilt, options)
    })
  )

/** For commands that only look, while another process may write. Appending fails. */
export const layerReadOnly = (file: string): Layer.Layer<Journal | Projections | Audit, JournalFailed> =>
  Layer.scopedContext(
    Effect.gen(function* () {
      const connection = yield* open(file, true)
      const { sql } = connection
      yield* failing(file)(inspect(sql, { file, writable: false }))
      const refused = new JournalFailed({ file, detail: "it was opened to be read", remedy: "Open it for writing" })
      const services: Services = Context.make(Journal, {
        ...reading(connection, file, Effect.succeed(Effect.sleep(interval))),
        append: () => Effect.fail(refused),
        putBlob: () => Effect.fail(refused),
        conceal: () => Effect.void,
        health: Effect.succeed(Option.none())
      }).pipe(
        Context.add(Projections, {
          ...ProjectionsSqlite.make(sql, file),
          rebuild: Effect.fail(refused),
          rebuilt: Option.none()
        }),
        Context.add(Audit, AuditSqlite.make(sql, file))
      )
      return services
    })
  )

/** The same journal in memory: gone with the layer. */
export const layerMemory: Layer.Layer<Journal | Projections | Audit, JournalFailed> = Layer.scopedContext(
  Effect.gen(function* () {
    const file = ":memory:"
    const connection = yield* open(file, false)
    const rebuilt = yield* failing(file)(prepare(connection, file))
    return yield* writable(connection, connection, rebuilt, { file, secrets: [] })
  })
)
