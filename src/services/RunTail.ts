import { Chunk, Deferred, Effect, Option, RcMap, type Scope, Stream } from "effect"
import type { Event, Recorded } from "../domain/Event.ts"
import { Journal, type JournalFailed } from "../journal/Journal.ts"
import { Projections, type RunRow } from "../journal/Projections.ts"
import { RunNotFound } from "./Runs.ts"

/** Events of a run that are kept for its followers; who is further behind reads them from the journal. */
const kept = 2048

/** Events that a follower takes at a time: what one that stops reading holds on to. */
const share = 256

/** Followers are told so often at most: hundreds of them, each woken by each request of a run, would slow it down. */
const pace = "100 millis"

/** What all followers of one run share, filled by one fiber that reads the journal. */
interface Tail {
  /** Every event of the run after `from`, as far as the journal was read. */
  recent: ReadonlyArray<Recorded>
  from: number
  /** How far the journal was read. */
  read: number
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

const firstAfter = (events: ReadonlyArray<Recorded>, seq: number): number => {
  let [low, high] = [0, events.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((events[middle]?.seq ?? 0) > seq) high = middle
    else low = middle + 1
  }
  return low
}

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
    const tail: Tail = { recent: [], from, read: from, resting: isResting(row), due, news, ended: Option.none() }
    const tell = Effect.flatMap(Deferred.make<void>(), (next) => {
      const told = Deferred.succeed(tail.news, undefined)
      tail.news = next
      return told
    })
    const take = (page: Chunk.Chunk<Recorded>) =>
      Effect.suspend(() => {
        const own = Chunk.toReadonlyArray(Chunk.filter(page, ({ stream }) => stream === run))
        const wasBehind = tail.read < tail.due
        tail.read = Option.match(Chunk.last(page), { onNone: () => tail.read, onSome: ({ seq }) => seq })
        const last = own.at(-1)
        if (last !== undefined) {
          const all = [...tail.recent, ...own]
          const dropped = all.length > kept ? all.splice(0, all.length - kept / 2).at(-1) : undefined
          tail.recent = all
          tail.from = dropped?.seq ?? tail.from
          tail.resting = restsAfter(last.event, row.trigger)
        }
        const isNews = last !== undefined || (wasBehind && tail.read >= tail.due)
        return isNews ? Effect.zipRight(tell, Effect.sleep(pace)) : Effect.void
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
  const next = Effect.fnUntraced(function* (tail: Tail, run: string, due: number, after: number) {
    let seen = after
    for (;;) {
      if (seen < tail.from) {
        const pages = Stream.chunks(journal.read({ after: seen, stream: run }))
        const page = yield* Stream.runHead(Stream.filter(pages, Chunk.isNonEmpty))
        if (Option.isSome(page)) return page
        seen = tail.from
      }
      const at = firstAfter(tail.recent, seen)
      if (at < tail.recent.length) return Option.some(Chunk.unsafeFromArray(tail.recent.slice(at, at + share)))
      if (Option.isSome(tail.ended)) return tail.ended.value === "closed" ? Option.none() : yield* tail.ended.value
      if (tail.resting && tail.read >= due) return Option.none()
      yield* Deferred.await(tail.news)
    }
  })

  const lastOf = (page: Chunk.Chunk<Recorded>, seen: number) =>
    Option.match(Chunk.last(page), { onNone: () => seen, onSome: ({ seq }) => seq })

  const events = (run: string, after: number) =>
    Effect.gen(function* () {
      const tail = yield* RcMap.get(tails, run)
      const { seq: due } = yield* journal.head
      tail.due = Math.max(tail.due, due)
      return Stream.unfoldChunkEffect(after, (seen) =>
        Effect.map(
          next(tail, run, due, seen),
          Option.map((page) => [page, lastOf(page, seen)])
        )
      )
    }).pipe(Stream.unwrapScoped)

  const rest = (run: string) => Effect.zipRight(Stream.runDrain(events(run, Number.MAX_SAFE_INTEGER)), rowOf(run))

  return { events, rest }
})
