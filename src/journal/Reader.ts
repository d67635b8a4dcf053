import type * as SqlClient from "@effect/sql/SqlClient"
import { Chunk, Effect, Option, type Scope, Stream } from "effect"
import type { Recorded } from "../domain/Event.ts"
import { isKnown } from "../domain/Upcast.ts"
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

/** Made once for each follower: what it waits for when it has read everything. */
export type News = Effect.Effect<Effect.Effect<unknown>, never, Scope.Scope>

/** Subscribes first, so that nothing falls between catching up and waiting. */
export const follow = (
  sql: SqlClient.SqlClient,
  file: string,
  subscribe: News,
  after: number
): Stream.Stream<Recorded, JournalFailed> =>
  Stream.unwrapScoped(
    Effect.map(subscribe, (news) => {
      const next = Effect.fnUntraced(function* (from: number) {
        let found = yield* page(sql, from, undefined)
        while (found.length === 0) {
          yield* news
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
  let unknown = 0
  let open: Array<StoredEvent> = []
  /** Compares the transaction that has been read to its end. */
  const close = (): ChainBroken | undefined => {
    const [first] = open
    if (first === undefined) return undefined
    const expected = chainOf(head.chain, open)
    const contiguous = open.every(({ seq }, index) => seq === head.seq + index + 1)
    if (!contiguous || expected !== first.chain) {
      return new ChainBroken({ seq: first.seq, expected, found: first.chain })
    }
    head = { seq: head.seq + open.length, chain: first.chain }
    open = []
    return undefined
  }
  const check = (found: Iterable<StoredEvent>): ChainBroken | undefined => {
    for (const row of found) {
      const broken = open[0] === undefined || open[0].chain === row.chain ? undefined : close()
      if (broken !== undefined) return broken
      open.push(row)
      if (!isKnown(row.tag, row.shape)) unknown += 1
    }
    return undefined
  }
  yield* Stream.runForEach(rows(sql, file, { after: 0 }), (found) => Effect.suspend(() => check(found) ?? Effect.void))
  const broken = close()
  if (broken !== undefined) return yield* broken
  return { events: head.seq, unknown, head }
})
