import { Chunk, Deferred, Effect, Option, RcMap, type Scope, Stream } from "effect"
import type { Event, Recorded } from "../domain/Event.ts"
import { Journal, type JournalFailed } from "../journal/Journal.ts"
import { Projections, type RunRow } from "../journal/Projections.ts"
import { RunNotFound } from "./Runs.ts"

/** Events of a run that are kept for its followers; who is further behind reads them from the journal. */
const kept = 2048

/** Milliseconds between two pages, at least. */
const pace = 100

/** Milliseconds more for each follower: to wake one takes a tenth of it, and the run that they follow is to have the rest. */
const courtesy = 2

/** Events that are worth waking everybody for at once. */
const full = 250

/** Events that came together, one at least. Who follows from the same event on gets the very same page. */
type Page = Chunk.NonEmptyChunk<Recorded>

/** What all followers of one run share, filled by one fiber that reads the journal. */
interface Tail {
  /** Every event of the run after `from`, as far as the journal was read, in the pages in which it came. */
  readonly recent: Array<Page>
  from: number
  /** Pages up to `from`, each read once for those who come by at the same time. */
  readonly older: RcMap.RcMap<number, Option.Option<Page>, JournalFailed>
  /** How far the journal was read. */
  read: number
  followers: number
  /** Whether nothing more comes until somebody begins anew. */
  resting: boolean
  /** The end of the journal when the last follower came: until it was read so far, `resting` may be behind. */
  due: number
  /** Done, and replaced, with each change. */
  news: Deferred.Deferred<void>
  ended: Option.Option<JournalFailed | "closed">
}

const isResting = ({ interrupted, state, trigger }: RunRow): boolean =>
  state === "completed" || interrupted || (state === "planned" && trigger === "plan")

const restsAfter = (event: Event, trigger: RunRow["trigger"]): boolean =>
  event._tag === "RunCompleted" ||
  event._tag === "RunInterrupted" ||
  (event._tag === "PlanSealed" && trigger === "plan")

const lastOf = (page: Page): number => Chunk.lastNonEmpty(page).seq

/** The first of the pages that holds anything after `seq`, without what is not; none where there is none. */
const pageAfter = (pages: ReadonlyArray<Page>, seq: number): Option.Option<Page> => {
  let [low, high] = [0, pages.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const page = pages[middle]
    if (page !== undefined && lastOf(page) > seq) high = middle
    else low = middle + 1
  }
  const page = pages[low]
  if (page === undefined) return Option.none()
  if (Chunk.headNonEmpty(page).seq > seq) return Option.some(page)
  // Not `Chunk.dropWhile`: of the slice that it makes, a collected stream loses the elements.
  return Option.filter(Option.some(Chunk.filter(page, (one) => one.seq > seq)), Chunk.isNonEmpty)
}

/** For how long an older page is kept that nobody reads. */
const linger = "250 millis"

/** The runs' events, for any number of followers: what is new is read and decoded once, and shared. */
export const make: Effect.Effect<
  {
    readonly events: (run: string, after: number) => Stream.Stream<Recorded, RunNotFound | JournalFailed>
    readonly rest: (run: string) => Effect.Effect<RunRow, RunNotFound | JournalFailed>
  },
  never,
  Journal | Projections | Scope.Scope
> = Effect.gen(function* () {
  const journal = yield* Journal
  const projections = yield* Projections

  const rowOf = (run: string) =>
    Effect.flatMap(
      projections.run(run),
      Option.match({ onNone: () => Effect.fail(new RunNotFound({ run })), onSome: Effect.succeed })
    )

  const open = Effect.fnUntraced(function* (run: string) {
    const { seq: from } = yield* journal.head
    const row = yield* rowOf(run)
    const { seq: due } = yield* journal.head
    const news = yield* Deferred.make<void>()
    const older = yield* RcMap.make({
      lookup: (after: number) =>
        Effect.map(
          Stream.runHead(Stream.filter(Stream.chunks(journal.read({ after, stream: run })), Chunk.isNonEmpty)),
          // No further, so that whoever comes later takes the same pages from there on.
          Option.flatMap((page) => {
            const own = Chunk.filter(page, ({ seq }) => seq <= tail.from)
            return Chunk.isNonEmpty(own) ? Option.some(own) : Option.none()
          })
        ),
      idleTimeToLive: linger
    })
    const tail: Tail = {
      recent: [],
      from,
      older,
      read: from,
      followers: 0,
      resting: isResting(row),
      due,
      news,
      ended: Option.none()
    }
    let held = 0
    const tell = Effect.flatMap(Deferred.make<void>(), (next) => {
      const told = Deferred.succeed(tail.news, undefined)
      tail.news = next
      return told
    })
    const take = (page: Chunk.Chunk<Recorded>) =>
      Effect.suspend(() => {
        const own = Chunk.filter(page, ({ stream }) => stream === run)
        const wasBehind = tail.read < tail.due
        tail.read = Option.match(Chunk.last(page), { onNone: () => tail.read, onSome: ({ seq }) => seq })
        if (Chunk.isNonEmpty(own)) {
          tail.recent.push(own)
          held += own.length
          while (held > kept) {
            const dropped = tail.recent.shift()
            if (dropped === undefined) break
            held -= dropped.length
            tail.from = lastOf(dropped)
          }
          tail.resting = restsAfter(Chunk.lastNonEmpty(own).event, row.trigger)
        }
        const isNews = own.length > 0 || (wasBehind && tail.read >= tail.due)
        if (!isNews) return Effect.void
        return own.length < full ? Effect.zipRight(tell, Effect.sleep(pace + courtesy * tail.followers)) : tell
      })
    const end = (why: JournalFailed | "closed") =>
      Effect.suspend(() => {
        tail.ended = Option.some(why)
        return tell
      })
    yield* Stream.runForEachChunk(journal.follow(from), take).pipe(
      Effect.catchAll(end),
      Effect.withTracerEnabled(false),
      Effect.forkScoped
    )
    yield* Effect.addFinalizer(() => end("closed"))
    return tail
  })

  const tails = yield* RcMap.make({ lookup: open, idleTimeToLive: "2 seconds" })

  /** What a follower takes next; none once the run is at rest and everything was taken. */
  const next = Effect.fnUntraced(function* (
    tail: Tail,
    due: number,
    after: number
  ): Effect.fn.Return<Option.Option<Page>, JournalFailed> {
    let seen = after
    for (;;) {
      const { from } = tail
      if (seen < from) {
        const page = yield* Effect.scoped(RcMap.get(tail.older, seen))
        if (Option.isSome(page)) return page
        // That there is nothing is not true for ever.
        yield* RcMap.invalidate(tail.older, seen)
        seen = from
      }
      const page = pageAfter(tail.recent, seen)
      if (Option.isSome(page)) return page
      if (Option.isSome(tail.ended)) return tail.ended.value === "closed" ? Option.none() : yield* tail.ended.value
      if (tail.resting && tail.read >= due) return Option.none()
      yield* Deferred.await(tail.news)
    }
  })

  const events = (run: string, after: number) =>
    Effect.gen(function* () {
      const tail = yield* RcMap.get(tails, run)
      yield* Effect.acquireRelease(
        Effect.sync(() => (tail.followers += 1)),
        () => Effect.sync(() => (tail.followers -= 1))
      )
      const { seq: due } = yield* journal.head
      tail.due = Math.max(tail.due, due)
      return Stream.unfoldChunkEffect(after, (seen) =>
        Effect.map(
          next(tail, due, seen),
          Option.map((page): readonly [Page, number] => [page, lastOf(page)])
        )
      )
    }).pipe(Stream.unwrapScoped)

  const rest = (run: string) => Effect.zipRight(Stream.runDrain(events(run, Number.MAX_SAFE_INTEGER)), rowOf(run))

  return { events, rest }
})
