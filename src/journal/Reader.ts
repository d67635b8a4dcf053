import { Chunk, Effect, Option, type Scope, Stream } from "effect"
import type { Recorded } from "../domain/Event.ts"
import { isKnown } from "../domain/Upcast.ts"
import { breathe } from "./Breathe.ts"
import { type EventCells, eventOf, type EventPages, storedOf } from "./EventPages.ts"
import { ChainBroken, type Head, type JournalFailed } from "./Journal.ts"
import { failure } from "./SqliteFailure.ts"
import { chainOf, type StoredEvent } from "./StoredEvent.ts"

/** Rows in one page: some six milliseconds of decoding, the longest that the event loop is held. */
const pageSize = 500

/** Events as they are stored, page by page, with a turn of the event loop between pages. */
const paginated = (
  pages: EventPages,
  file: string,
  { after, stream }: { readonly after: number; readonly stream?: string }
): Stream.Stream<ReadonlyArray<EventCells>, JournalFailed> =>
  Stream.paginateEffect(after, (from) =>
    Effect.try({ try: () => pages(from, pageSize, stream), catch: (problem) => failure(file, problem) }).pipe(
      Effect.zipLeft(breathe),
      Effect.map((found) => {
        const last = found[found.length - 1]
        const next = last === undefined || found.length < pageSize ? Option.none<number>() : Option.some(last[0])
        return [found, next] as const
      })
    )
  )

/** Every event as it is stored. */
export const stored = (pages: EventPages, file: string): Stream.Stream<StoredEvent, JournalFailed> =>
  paginated(pages, file, { after: 0 }).pipe(
    Stream.map((found) => Chunk.unsafeFromArray(found.map(storedOf))),
    Stream.flattenChunks
  )

const decoded = (file: string) => (found: ReadonlyArray<EventCells>) =>
  Effect.try({
    try: () => Chunk.filterMap(Chunk.unsafeFromArray(found), (row) => Option.fromNullable(eventOf(row))),
    catch: (problem) => failure(file, problem)
  })

export const read = (
  pages: EventPages,
  file: string,
  options: { readonly after: number; readonly stream?: string }
): Stream.Stream<Recorded, JournalFailed> =>
  paginated(pages, file, options).pipe(Stream.mapEffect(decoded(file)), Stream.flattenChunks)

/** Made once for each follower: what it waits for when it has read everything. */
export type News = Effect.Effect<Effect.Effect<unknown>, never, Scope.Scope>

/** Subscribes first, so that nothing falls between catching up and waiting. */
export const follow = (
  pages: EventPages,
  file: string,
  subscribe: News,
  after: number
): Stream.Stream<Recorded, JournalFailed> =>
  Stream.unwrapScoped(
    Effect.map(subscribe, (news) => {
      const page = (from: number) => Effect.try(() => pages(from, pageSize))
      const next = Effect.fnUntraced(function* (from: number) {
        let found = yield* page(from)
        while (found.length === 0) {
          yield* news
          found = yield* page(from)
        }
        yield* breathe
        return [found, Option.some(found[found.length - 1]?.[0] ?? from)] as const
      })
      return Stream.paginateEffect(after, (from) => Effect.mapError(next(from), (error) => failure(file, error))).pipe(
        Stream.mapEffect(decoded(file)),
        Stream.flattenChunks
      )
    })
  )

/** Recomputes the chain of every transaction; a transaction is what shares a chain value. */
export const verify = Effect.fnUntraced(function* (pages: EventPages, file: string) {
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
  const check = (found: Iterable<EventCells>): ChainBroken | undefined => {
    for (const cells of found) {
      const row = storedOf(cells)
      const broken = open[0] === undefined || open[0].chain === row.chain ? undefined : close()
      if (broken !== undefined) return broken
      open.push(row)
      if (!isKnown(row.tag, row.shape)) unknown += 1
    }
    return undefined
  }
  yield* Stream.runForEach(paginated(pages, file, { after: 0 }), (found) =>
    Effect.suspend(() => check(found) ?? Effect.void)
  )
  const broken = close()
  if (broken !== undefined) return yield* broken
  return { events: head.seq, unknown, head }
})
