import * as Reactivity from "@effect/experimental/Reactivity"
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import * as SqlClient from "@effect/sql/SqlClient"
import { Context, Effect, Layer, PubSub, type Redacted, Stream } from "effect"
import * as Blobs from "./Blobs.ts"
import { type Head, Journal, JournalFailed, type JournalLocked } from "./Journal.ts"
import { hold } from "./Lock.ts"
import { migrate } from "./Migrations.ts"
import { Projections } from "./Projections.ts"
import * as ProjectionsSqlite from "./ProjectionsSqlite.ts"
import * as Reader from "./Reader.ts"
import { scrubOf } from "./Scrub.ts"
import { failureOf } from "./SqliteFailure.ts"
import * as Writer from "./Writer.ts"

export interface JournalOptions {
  /** Path of the SQLite file; it is made when it does not exist, its folder is not. */
  readonly file: string
  /** Texts that are never stored, wherever they occur. */
  readonly secrets: ReadonlyArray<Redacted.Redacted>
}

const connect = (file: string, readonly: boolean) =>
  SqliteClient.make({ filename: file, readonly, disableWAL: readonly }).pipe(
    Effect.provide(Reactivity.layer),
    Effect.tap((sql) => sql.unsafe("PRAGMA busy_timeout = 5000")),
    Effect.catchAllCause((cause) => Effect.fail(failureOf(file, cause)))
  )

/** FULL: an intent has to outlive a power cut, not only the process. */
const prepare = Effect.fnUntraced(function* (sql: SqliteClient.SqliteClient, file: string) {
  yield* Effect.zipRight(
    sql.unsafe("PRAGMA synchronous = FULL").raw,
    Effect.provideService(migrate, SqlClient.SqlClient, sql)
  ).pipe(Effect.catchAllCause((cause) => Effect.fail(failureOf(file, cause))))
})

type Services = Context.Context<Journal | Projections>

const reading = (
  write: SqlClient.SqlClient,
  readSql: SqlClient.SqlClient,
  file: string,
  heads: PubSub.PubSub<number>
) => {
  const failing = Effect.catchAllCause((cause) => Effect.fail(failureOf(file, cause)))
  const head = Effect.map(
    readSql<Head>`SELECT seq, chain FROM events ORDER BY seq DESC LIMIT 1`,
    ([row]): Head => row ?? { seq: 0, chain: "" }
  )
  return {
    projections: ProjectionsSqlite.make({ write, readSql, file }),
    journal: {
      read: (options: { readonly after: number; readonly stream?: string }) => Reader.read(readSql, file, options),
      follow: (after: number) => Reader.follow(readSql, file, heads, after),
      head: failing(head),
      getBlob: (digest: string) => failing(Blobs.get(readSql, digest)),
      lines: Stream.map(Stream.flattenChunks(Reader.rows(readSql, file, { after: 0 })), (row) => JSON.stringify(row)),
      verify: Reader.verify(readSql, file)
    }
  }
}

const writable = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  readSql: SqlClient.SqlClient,
  { file, secrets }: JournalOptions
) {
  const heads = yield* PubSub.sliding<number>(1)
  const scrub = scrubOf(secrets)
  const writer = yield* Writer.make({ sql, file, scrub, committed: (seq) => PubSub.publish(heads, seq) })
  const { journal, projections } = reading(sql, readSql, file, heads)
  const putBlob = (text: string) =>
    Effect.catchAllCause(Blobs.put(sql, scrub(text)), (cause) => Effect.fail(failureOf(file, cause)))
  return Context.make(Journal, { ...journal, append: writer.append, putBlob }).pipe(
    Context.add(Projections, projections)
  )
})

/** The journal in a file, for the one process that writes it. */
export const layer = (options: JournalOptions): Layer.Layer<Journal | Projections, JournalFailed | JournalLocked> =>
  Layer.scopedContext(
    Effect.gen(function* () {
      yield* hold(options.file)
      const sql = yield* connect(options.file, false)
      yield* prepare(sql, options.file)
      return yield* writable(sql, yield* connect(options.file, true), options)
    })
  )

/** For commands that only look, while another process may write. Appending fails. */
export const layerReadOnly = (file: string): Layer.Layer<Journal | Projections, JournalFailed> =>
  Layer.scopedContext(
    Effect.gen(function* () {
      const sql = yield* connect(file, true)
      const heads = yield* PubSub.sliding<number>(1)
      const { journal, projections } = reading(sql, sql, file, heads)
      const refused = new JournalFailed({ file, detail: "it was opened to be read", remedy: "Open it for writing" })
      const services: Services = Context.make(Journal, {
        ...journal,
        append: () => Effect.fail(refused),
        putBlob: () => Effect.fail(refused)
      }).pipe(Context.add(Projections, { ...projections, rebuild: Effect.fail(refused) }))
      return services
    })
  )

/** The same journal in memory: gone with the layer. */
export const layerMemory: Layer.Layer<Journal | Projections, JournalFailed> = Layer.scopedContext(
  Effect.gen(function* () {
    const sql = yield* connect(":memory:", false)
    yield* prepare(sql, ":memory:")
    return yield* writable(sql, sql, { file: ":memory:", secrets: [] })
  })
)
