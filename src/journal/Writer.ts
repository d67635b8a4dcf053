import { Chunk, Clock, Deferred, Effect, Option, Queue, Ref } from "effect"
import type { Event, Recorded } from "../domain/Event.ts"
import type { Connection } from "../sqlite/Connection.ts"
import type { Fold } from "./Fold.ts"
import { Conflict, type Head, JournalFailed } from "./Journal.ts"
import type { Scrub } from "./Scrub.ts"
import { failure, failureOf } from "./SqliteFailure.ts"
import { inserter } from "./Inserter.ts"
import { chainOf, type Draft, draftOf, scrubbed, type StoredEvent } from "./StoredEvent.ts"
import type { Cell } from "./Tables.ts"

interface Job {
  readonly stream: string
  readonly expected: number
  readonly drafts: ReadonlyArray<Draft>
  readonly done: Deferred.Deferred<number, Conflict | JournalFailed>
}

/** Appends that wait at once share one transaction and one sync of the disk. */
const groupSize = 64

const empty: Head = { seq: 0, chain: "" }

/** The jobs whose expectation holds, and what follows from them in the projections; a conflict fails its own job only. */
const writing = ({ db }: Connection, fold: Fold) => {
  const head = db.prepare<[], Head>("SELECT seq, chain FROM events ORDER BY seq DESC LIMIT 1")
  const latest = db.prepare<[string], { readonly version: number | null }>(
    "SELECT max(version) AS version FROM events WHERE stream = ?"
  )
  const insert = inserter(db, "INSERT INTO events (seq, at, stream, version, tag, shape, data, chain)", 8)
  return db.transaction((jobs: ReadonlyArray<Job>, now: number) => {
    const before = head.get() ?? empty
    const versions = new Map<string, number>()
    const outcomes = new Map<Job, Effect.Effect<number, Conflict>>()
    const rows: Array<Omit<StoredEvent, "chain"> & Recorded> = []
    for (const job of jobs) {
      const { drafts, expected, stream } = job
      const actual = versions.get(stream) ?? latest.get(stream)?.version ?? 0
      if (actual !== expected) {
        outcomes.set(job, Effect.fail(new Conflict({ stream, expected, actual })))
        continue
      }
      let version = expected
      for (const { data, event, shape } of drafts) {
        version += 1
        const seq = before.seq + rows.length + 1
        const row = { seq, at: now, stream, version, tag: event._tag, shape, data, event }
        rows.push(row)
        fold.apply(row)
      }
      versions.set(stream, version)
      outcomes.set(job, Effect.succeed(version))
    }
    const chain = chainOf(before.chain, rows)
    const cells: Array<Cell> = []
    for (const { at, data, seq, shape, stream, tag, version } of rows) {
      cells.push(seq, at, stream, version, tag, shape, data, chain)
    }
    insert(cells)
    fold.write(0)
    return { outcomes, seq: before.seq + rows.length }
  })
}

/** One fiber writes, so that there is one order; `committed` is told the new head after each transaction. */
export const make = Effect.fnUntraced(function* (options: {
  readonly connection: Connection
  readonly fold: Fold
  readonly file: string
  readonly scrub: Scrub
  readonly committed: (seq: number) => Effect.Effect<unknown>
}) {
  const { connection, file, fold, scrub } = options
  const write = writing(connection, fold)
  const health = yield* Ref.make(Option.none<JournalFailed>())
  const closed = new JournalFailed({ file, detail: "it was closed before this was written", remedy: "Run again" })
  const unclean = (tag: string) =>
    new JournalFailed({
      file,
      detail: `a password or token of the configuration is part of a name in ${tag}, so it cannot be taken out`,
      remedy: "Change that password: it is an ordinary word"
    })
  let closing = false
  const pending = new Set<Job>()
  const inbox = yield* Effect.acquireRelease(Queue.bounded<Job>(256), (queue) =>
    Effect.suspend(() => {
      closing = true
      return Effect.forEach(pending, ({ done }) => Deferred.fail(done, closed))
    }).pipe(
      // Taking lets in those who wait for room.
      Effect.zipRight(Effect.repeat(Queue.takeAll(queue), { while: Chunk.isNonEmpty })),
      Effect.zipRight(Queue.shutdown(queue))
    )
  )

  const commit = Effect.fnUntraced(function* (jobs: ReadonlyArray<Job>) {
    const now = yield* Clock.currentTimeMillis
    const { outcomes, seq } = yield* connection.turn.withPermits(1)(
      Effect.try({ try: () => write(jobs, now), catch: (problem) => failure(file, problem) })
    )
    yield* Ref.set(health, Option.none())
    yield* options.committed(seq)
    for (const job of jobs) yield* Deferred.complete(job.done, outcomes.get(job) ?? Effect.fail(closed))
  })
  /** Nothing of the transaction is on disk then. */
  const refuse = Effect.fnUntraced(function* (jobs: ReadonlyArray<Job>, failed: JournalFailed) {
    fold.forget()
    yield* Ref.set(health, Option.some(failed))
    for (const { done } of jobs) yield* Deferred.fail(done, failed)
  })

  yield* Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(restore(Queue.takeBetween(inbox, 1, groupSize)), (taken) => {
      const jobs = Chunk.toReadonlyArray(taken)
      return Effect.catchAllCause(commit(jobs), (cause) => refuse(jobs, failureOf(file, cause)))
    })
  ).pipe(Effect.forever, Effect.withTracerEnabled(false), Effect.forkScoped)

  /** Looks through all of them at once: hardly ever does one hold a secret. */
  const clean = Effect.fnUntraced(function* (drafts: ReadonlyArray<Draft>) {
    if (!scrub.holds(drafts.map(({ data }) => data).join("\n"))) return drafts
    return yield* Effect.forEach(drafts, (draft) => {
      const done = scrubbed(draft, scrub)
      return done === null ? Effect.fail(unclean(draft.event._tag)) : Effect.succeed(done)
    })
  })

  const append = Effect.fnUntraced(function* (stream: string, expected: number, events: ReadonlyArray<Event>) {
    const drafts = yield* clean(events.map(draftOf))
    const job: Job = { stream, expected, drafts, done: yield* Deferred.make<number, Conflict | JournalFailed>() }
    return yield* Effect.suspend(() => {
      if (closing) return Effect.fail(closed)
      pending.add(job)
      return Effect.zipRight(Queue.offer(inbox, job), Deferred.await(job.done))
    }).pipe(Effect.ensuring(Effect.sync(() => pending.delete(job))))
  })
  return { append, health: Ref.get(health) }
})
