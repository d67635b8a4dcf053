import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import type { Fragment } from "@effect/sql/Statement"
import { Effect } from "effect"
import type { Event, Recorded } from "../domain/Event.ts"
import type { EventFilter, Page } from "./Audit.ts"
import { breathe } from "./Breathe.ts"
import { names, naming, needles } from "./Naming.ts"
import { recorded, type StoredEvent } from "./StoredEvent.ts"

/** Rows that are looked at in one turn of the event loop: a few milliseconds, whether nearly all of them are passed over or none. */
const stepOf = { all: 2000, some: 200 }

/** Rows that one page looks at, and characters that it holds, before it ends early. */
const longest = { rows: 60_000, characters: 2_000_000 }

/** How far the clock may have been set back without an event being missed. */
const hour = 3_600_000

/** Sequence numbers between two others, both left out. */
interface Span {
  readonly low: number
  readonly high: number
}

/** As stored; without data where it is not one of those that were asked for. */
type Candidate = Omit<StoredEvent, "chain" | "data"> & { readonly data: string | null }

/** The first event that is not older: events are in the order of their times, but for a clock that was set back. */
const firstAt = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, head: number, time: number) {
  let [low, high] = [1, head + 1]
  while (low < high) {
    const middle = (low + high) >> 1
    const [row] = yield* sql<{ readonly at: number }>`SELECT at FROM events WHERE seq = ${middle}`
    if (row !== undefined && row.at < time) low = middle + 1
    else high = middle
  }
  return low
})

/** Where a stream begins and ends; nothing where there is none. */
const extentOf = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, stream: string) {
  const end = (direction: "ASC" | "DESC") =>
    sql<{ readonly seq: number }>`
      SELECT seq FROM events WHERE stream = ${stream} ORDER BY version ${sql.literal(direction)} LIMIT 1`
  const [[first], [last]] = yield* Effect.all([end("ASC"), end("DESC")])
  return { low: (first?.seq ?? 1) - 1, high: (last?.seq ?? 0) + 1 }
})

const spanOf = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, filter: EventFilter) {
  const { cursor, order, run, since, until } = filter
  const [last] = yield* sql<{ readonly seq: number }>`SELECT seq FROM events ORDER BY seq DESC LIMIT 1`
  const head = last?.seq ?? 0
  const from = since === undefined ? 0 : (yield* firstAt(sql, head, since - hour)) - 1
  const to = until === undefined ? head + 1 : yield* firstAt(sql, head, until + hour)
  const extent = run === undefined ? { low: 0, high: head + 1 } : yield* extentOf(sql, run)
  const [low, high] = [Math.max(from, extent.low), Math.min(to, extent.high)]
  const span: Span =
    order === "oldest" ? { low: Math.max(low, cursor ?? 0), high } : { low, high: Math.min(high, cursor ?? high) }
  return span
})

interface Search {
  readonly step: number
  readonly candidates: (span: Span) => Fragment
}

/** Where the events stand that may be meant: those of a few types by an index, those of a stream, or all. */
const searchOf = (
  sql: SqlClient.SqlClient,
  { order, ref, run }: EventFilter,
  tags: ReadonlyArray<Event["_tag"]> | undefined
): Search => {
  const direction = sql.literal(order === "oldest" ? "ASC" : "DESC")
  const within = ({ high, low }: Span) => sql`seq > ${low} AND seq < ${high}`
  const isPlanned = (tag: Event["_tag"]) => tag === "OperationPlanned"
  if (tags !== undefined && (ref !== undefined || !tags.some(isPlanned))) {
    const step = stepOf.some
    const candidates = (span: Span) => {
      const parts = tags.map((tag) =>
        isPlanned(tag)
          ? sql`SELECT planned AS seq FROM operations WHERE ref = ${ref ?? ""} AND planned > ${span.low} AND planned < ${span.high}`
          : sql`SELECT seq FROM events WHERE tag = ${tag} AND tag <> 'OperationPlanned' AND ${within(span)}`
      )
      const [first = sql`SELECT seq FROM events WHERE 0`, ...rest] = parts
      const union = rest.reduce<Fragment>((all, part) => sql`${all} UNION ALL ${part}`, first)
      return sql`SELECT seq FROM (${union}) ORDER BY seq ${direction} LIMIT ${step}`
    }
    return { step, candidates }
  }
  if (run !== undefined) {
    const step = stepOf.all
    const candidates = (span: Span) =>
      sql`SELECT seq FROM events WHERE stream = ${run} AND ${within(span)} ORDER BY version ${direction} LIMIT ${step}`
    return { step, candidates }
  }
  const step = stepOf.all
  const candidates = (span: Span) =>
    sql`SELECT seq FROM events WHERE ${within(span)} ORDER BY seq ${direction} LIMIT ${step}`
  return { step, candidates }
}

/** The types that can be meant; none given: any. */
const tagsOf = ({ kind, ref, types }: EventFilter): ReadonlyArray<Event["_tag"]> | undefined => {
  if (ref === undefined && kind === undefined) return types
  return types === undefined ? naming : naming.filter((tag) => types.includes(tag))
}

/** What tells, before an event is read, that it is not meant. */
const conditionsOf = (
  sql: SqlClient.SqlClient,
  filter: EventFilter,
  tags: ReadonlyArray<Event["_tag"]> | undefined
): Fragment => {
  const { kind, ref, run, since, until } = filter
  const conditions: Array<Fragment> = []
  if (tags !== undefined) conditions.push(sql.in("tag", tags))
  if (run !== undefined) conditions.push(sql`stream = ${run}`)
  if (since !== undefined) conditions.push(sql`at >= ${since}`)
  if (until !== undefined) conditions.push(sql`at < ${until}`)
  if (ref !== undefined || kind !== undefined) {
    conditions.push(sql.or(needles(filter).map((needle) => sql`instr(data, ${needle}) > 0`)))
  }
  return conditions.length === 0 ? sql`1` : sql.and(conditions)
}

/** One page of what a filter lets through, by looking at a bounded number of events. */
export const find = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  filter: EventFilter
): Effect.fn.Return<Page<Recorded, number>, SqlError> {
  const tags = tagsOf(filter)
  if (tags?.length === 0) return { items: [], next: null }
  const direction = sql.literal(filter.order === "oldest" ? "ASC" : "DESC")
  const { candidates, step } = searchOf(sql, filter, tags)
  const conditions = conditionsOf(sql, filter, tags)
  const isNamed = filter.ref !== undefined || filter.kind !== undefined
  const items: Array<Recorded> = []
  let span = yield* spanOf(sql, filter)
  let [characters, looked] = [0, 0]
  for (;;) {
    const rows = yield* sql<Candidate>`
      SELECT seq, at, stream, version, tag, shape, CASE WHEN ${conditions} THEN data END AS data
      FROM events WHERE seq IN (${candidates(span)}) ORDER BY seq ${direction}`
    const isLast = rows.length < step
    for (const [index, row] of rows.entries()) {
      const { data, seq } = row
      const found = data === null ? null : recorded({ ...row, data })
      if (data === null || found === null || (isNamed && !names(found.event, filter))) continue
      items.push(found)
      characters += data.length
      if (items.length < filter.limit && characters < longest.characters) continue
      return { items, next: isLast && index === rows.length - 1 ? null : seq }
    }
    const end = rows[rows.length - 1]
    if (end === undefined || isLast) return { items, next: null }
    looked += rows.length
    if (looked >= longest.rows) return { items, next: end.seq }
    span = filter.order === "oldest" ? { ...span, low: end.seq } : { ...span, high: end.seq }
    yield* breathe
  }
})
