import type * as SqlClient from "@effect/sql/SqlClient"
import { Chunk, Clock, Deferred, Effect, Queue } from "effect"
import type { Event, Recorded } from "../domain/Event.ts"
import { fold } from "./Fold.ts"
import { Conflict, type Head, type JournalFailed } from "./Journal.ts"
import type { Scrub } from "./Scrub.ts"
import { failureOf } from "./SqliteFailure.ts"
import { chainOf, dataOf, type StoredEvent } from "./StoredEvent.ts"

interface Job {
  readonly stream: string
  readonly expected: number
  readonly events: ReadonlyArray<Event>
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

/** One transaction: the jobs whose expectation holds, and what follows from them in the projections. */
const write = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, scrub: Scrub, jobs: ReadonlyArray<Job>) {
  const head = yield* headOf(sql)
  const at = yield* Clock.currentTimeMillis
  const versions = new Map<string, number>()
  const outcomes = new Map<Job, Effect.Effect<number, Conflict>>()
  const rows: Array<Omit<StoredEvent, "chain">> = []
  const recorded: Array<Recorded> = []
  for (const job of jobs) {
    const { events, expected, stream } = job
    const actual = versions.get(stream) ?? (yield* versionOf(sql, stream))
    if (actual !== expected) {
      outcomes.set(job, Effect.fail(new Conflict({ stream, expected, actual })))
      continue
    }
    events.forEach((event, index) => {
      const { data, shape, tag } = dataOf(event)
      const place = { seq: head.seq + rows.length + 1, at, stream, version: expected + index + 1 }
      rows.push({ ...place, tag, shape, data: scrub(data) })
      recorded.push({ ...place, event })
    })
    versions.set(stream, expected + events.length)
    outcomes.set(job, Effect.succeed(expected + events.length))
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
  const inbox = yield* Queue.bounded<Job>(256)
  yield* Queue.takeBetween(inbox, 1, groupSize).pipe(
    Effect.flatMap((taken) => {
      const jobs = Chunk.toReadonlyArray(taken)
      return sql.withTransaction(write(sql, scrub, jobs)).pipe(
        Effect.matchCauseEffect({
          // A failed COMMIT is a defect of the library; nothing of the transaction is on disk then.
          onFailure: (cause) => Effect.forEach(jobs, ({ done }) => Deferred.fail(done, failureOf(file, cause))),
          onSuccess: ({ outcomes, seq }) =>
            Effect.zipRight(
              options.committed(seq),
              Effect.forEach(jobs, (job) => Deferred.complete(job.done, outcomes.get(job) ?? Effect.succeed(0)))
            )
        })
      )
    }),
    Effect.forever,
    Effect.withTracerEnabled(false),
    Effect.forkScoped
  )
  return {
    append: Effect.fnUntraced(function* (stream: string, expected: number, events: ReadonlyArray<Event>) {
      const done = yield* Deferred.make<number, Conflict | JournalFailed>()
      yield* Queue.offer(inbox, { stream, expected, events, done })
      return yield* Deferred.await(done)
    })
  }
})
