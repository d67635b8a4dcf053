import type * as SqlClient from "@effect/sql/SqlClient"
import { Chunk, Clock, Deferred, Effect, Option, Queue, Ref } from "effect"
import type { Event, Recorded } from "../domain/Event.ts"
import { fold } from "./Fold.ts"
import { Conflict, type Head, JournalFailed } from "./Journal.ts"
import type { Scrub } from "./Scrub.ts"
import { failureOf } from "./SqliteFailure.ts"
import { chainOf, type Draft, draftOf, type StoredEvent } from "./StoredEvent.ts"
import { transactionOf } from "./Transaction.ts"

interface Job {
  readonly stream: string
  readonly expected: number
  readonly drafts: ReadonlyArray<Draft>
  readonly done: Deferred.Deferred<number, Conflict | JournalFailed>
}

/** Appends that wait at once share one transaction and one sync of the disk. */
const groupSize = 64

const headOf = (sql: SqlClient.SqlClient) =>
  Effect.map(
    sql<Head>`SELECT seq, chain FROM events ORDER BY seq DESC LIMIT 1`,
    ([head]): Head => head ?? { seq: 0, chain: "" }
  )

const versionOf = (sql: SqlClient.SqlClient, stream: string) =>
  Effect.map(
    sql<{ readonly version: number | null }>`SELECT max(version) AS version FROM events WHERE stream = ${stream}`,
    ([row]) => Number(row?.version ?? 0)
  )

/** The jobs whose expectation holds, and what follows from them in the projections; a conflict fails its own job only. */
const write = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, jobs: ReadonlyArray<Job>) {
  const head = yield* headOf(sql)
  const at = yield* Clock.currentTimeMillis
  const versions = new Map<string, number>()
  const outcomes = new Map<Job, Effect.Effect<number, Conflict>>()
  const rows: Array<Omit<StoredEvent, "chain">> = []
  const recorded: Array<Recorded> = []
  for (const job of jobs) {
    const { drafts, expected, stream } = job
    const actual = versions.get(stream) ?? (yield* versionOf(sql, stream))
    if (actual !== expected) {
      outcomes.set(job, Effect.fail(new Conflict({ stream, expected, actual })))
      continue
    }
    drafts.forEach(({ data, event, shape }, index) => {
      const place = { seq: head.seq + rows.length + 1, at, stream, version: expected + index + 1 }
      rows.push({ ...place, tag: event._tag, shape, data })
      recorded.push({ ...place, event })
    })
    versions.set(stream, expected + drafts.length)
    outcomes.set(job, Effect.succeed(expected + drafts.length))
  }
  if (rows.length > 0) {
    const chain = chainOf(head.chain, rows)
    yield* sql`
      INSERT INTO events (seq, at, stream, version, tag, shape, data, chain)
      SELECT value->>'seq', value->>'at', value->>'stream', value->>'version', value->>'tag', value->>'shape',
        value->>'data', ${chain}
      FROM json_each(${JSON.stringify(rows)})`
    yield* fold(sql, recorded)
  }
  return { outcomes, seq: head.seq + rows.length }
})

/** One fiber writes, so that there is one order; `committed` is told the new head after each transaction. */
export const make = Effect.fnUntraced(function* (options: {
  readonly sql: SqlClient.SqlClient
  readonly file: string
  readonly scrub: Scrub
  readonly committed: (seq: number) => Effect.Effect<unknown>
}) {
  const { file, scrub, sql } = options
  const transaction = transactionOf(sql)
  const health = yield* Ref.make(Option.none<JournalFailed>())
  const closed = new JournalFailed({ file, detail: "it was closed before this was written", remedy: "Run again" })
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
    const { outcomes, seq } = yield* transaction(write(sql, jobs))
    yield* Ref.set(health, Option.none())
    yield* options.committed(seq)
    for (const job of jobs) yield* Deferred.complete(job.done, outcomes.get(job) ?? Effect.fail(closed))
  })
  /** A failed COMMIT arrives as a defect; nothing of the transaction is on disk then. */
  const refuse = Effect.fnUntraced(function* (jobs: ReadonlyArray<Job>, failed: JournalFailed) {
    yield* Ref.set(health, Option.some(failed))
    for (const { done } of jobs) yield* Deferred.fail(done, failed)
  })

  yield* Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(restore(Queue.takeBetween(inbox, 1, groupSize)), (taken) => {
      const jobs = Chunk.toReadonlyArray(taken)
      return Effect.catchAllCause(commit(jobs), (cause) => refuse(jobs, failureOf(file, cause)))
    })
  ).pipe(Effect.forever, Effect.withTracerEnabled(false), Effect.forkScoped)

  const append = Effect.fnUntraced(function* (stream: string, expected: number, events: ReadonlyArray<Event>) {
    const drafts: Array<Draft> = []
    for (const event of events) {
      const draft = draftOf(event, scrub)
      if (draft === null) {
        return yield* new JournalFailed({
          file,
          detail: `a password or token of the configuration is part of a name or number in ${event._tag}, so it cannot be taken out`,
          remedy: "Change that password: it is an ordinary word"
        })
      }
      drafts.push(draft)
    }
    const job: Job = { stream, expected, drafts, done: yield* Deferred.make<number, Conflict | JournalFailed>() }
    return yield* Effect.suspend(() => {
      if (closing) return Effect.fail(closed)
      pending.add(job)
      return Effect.zipRight(Queue.offer(inbox, job), Deferred.await(job.done))
    }).pipe(Effect.ensuring(Effect.sync(() => pending.delete(job))))
  })
  return { append, health: Ref.get(health) }
})
