import type * as SqlClient from "@effect/sql/SqlClient"
import { Chunk, Effect, Option, type PubSub, Queue, Stream } from "effect"
import type { Recorded } from "../domain/Event.ts"
import { breathe } from "./Breathe.ts"
import { ChainBroken, type Head, type JournalFailed } from "./Journal.ts"
import { failure } from "./SqliteFailure.ts"
import { chainOf, recorded, type StoredEvent } from "./StoredEvent.ts"

/** Rows in one page: some six milliseconds of decoding, the longest that the event loop is held. */
const pageSize = 500

/** A page of a stream, or of all streams, after a sequence number. */
const page = (sql: SqlClient.SqlClient, after: number, stream: string | undefined) =>
  stream === undefined
    ? sql<StoredEvent>`SELECT * FROM events WHERE seq > ${after} ORDER BY seq LIMIT ${pageSize}`
    : sql<StoredEvent>`
        SELECT * FROM events WHERE stream = ${stream} AND seq > ${after} ORDER BY version LIMIT ${pageSize}`

/** Rows as they are stored, page by page, with a turn of the event loop between pages. */
export const rows = (
  sql: SqlClient.SqlClient,
  file: string,
  options: { readonly after: number; readonly stream?: string }
): Stream.Stream<Chunk.Chunk<StoredEvent>, JournalFailed> =>
  Stream.paginateEffect(options.after, (after) =>
    page(sql, after, options.stream).pipe(
      Effect.mapError((error) => failure(file, error)),
      Effect.zipLeft(breathe),
      Effect.map((found) => {
        const last = found[found.length - 1]
        const next = last === undefined || found.length < pageSize ? Option.none<number>() : Option.some(last.seq)
        return [Chunk.unsafeFromArray(found), next] as const
      })
    )
  )

const decoded = (file: string) => (found: Chunk.Chunk<StoredEvent>) =>
  Effect.try({
    try: () => Chunk.filterMap(found, (row) => Option.fromNullable(recorded(row))),
    catch: (problem) => failure(file, problem)
  })

export const read = (
  sql: SqlClient.SqlClient,
  file: string,
  options: { readonly after: number; readonly stream?: string }
): Stream.Stream<Recorded, JournalFailed> =>
  rows(sql, file, options).pipe(Stream.mapEffect(decoded(file)), Stream.flattenChunks)

/** Subscribes first, so that nothing falls between catching up and waiting; wakes for each new head, reads pages. */
export const follow = (
  sql: SqlClient.SqlClient,
  file: string,
  heads: PubSub.PubSub<number>,
  after: number
): Stream.Stream<Recorded, JournalFailed> =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      const news = yield* heads.subscribe
      const next = Effect.fnUntraced(function* (from: number) {
        let found = yield* page(sql, from, undefined)
        while (found.length === 0) {
          yield* Queue.take(news)
          found = yield* page(sql, from, undefined)
        }
        yield* breathe
        return [Chunk.unsafeFromArray(found), Option.some(found[found.length - 1]?.seq ?? from)] as const
      })
      return Stream.paginateEffect(after, (from) => Effect.mapError(next(from), (error) => failure(file, error))).pipe(
        Stream.mapEffect(decoded(file)),
        Stream.flattenChunks
      )
    })
  )

/** Recomputes the chain of every transaction; a transaction is what shares a chain value. */
export const verify = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, file: string) {
  let head: Head = { seq: 0, chain: "" }
  let open: Array<StoredEvent> = []
  const close = Effect.suspend(() => {
    const [first] = open
    const last = open[open.length - 1]
    if (first === undefined || last === undefined) return Effect.void
    const expected = chainOf(head.chain, open)
    if (first.seq !== head.seq + 1 || last.seq !== head.seq + open.length || expected !== first.chain) {
      return Effect.fail(new ChainBroken({ seq: first.seq, expected, found: first.chain }))
    }
    head = { seq: last.seq, chain: first.chain }
    open = []
    return Effect.void
  })
  yield* Stream.runForEach(rows(sql, file, { after: 0 }), (found) =>
    Effect.forEach(
      found,
      (row) => {
        const same = open[0] === undefined || open[0].chain === row.chain
        return Effect.zipRight(
          same ? Effect.void : close,
          Effect.sync(() => open.push(row))
        )
      },
      { discard: true }
    )
  )
  yield* close
  return { events: head.seq, head }
})
