import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import type { Fragment } from "@effect/sql/Statement"
import { Effect } from "effect"
import type { Event, Recorded } from "../domain/Event.ts"
import type { EventFilter, Page } from "./Audit.ts"
import { breathe } from "./Breathe.ts"
import { names, naming, needles } from "./Naming.ts"
import { recorded, type StoredEvent } from "./StoredEvent.ts"

/** Events that are looked at in one turn of the event loop: some ten milliseconds. Those of a few types may be lists, and long. */
const stepOf = { all: 2000, some: 100 }

/** Events that one page looks at, and characters that it holds, before it ends early. */
const longest = { events: 60_000, characters: 2_000_000 }

/** How far the clock may have been set back without an event being missed. */
const hour = 3_600_000

/** Sequence numbers between two others, both left out. */
interface Span {
  readonly low: number
  readonly high: number
}

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

/** What was found in a part of a span. */
interface Look {
  readonly rows: ReadonlyArray<StoredEvent>
  /** Where that part ended; null: with the span. */
  readonly end: number | null
  readonly looked: number
}

/** Where there may be more than `most` rows, the part ends with the last one of these. */
const lookOf = (rows: ReadonlyArray<StoredEvent>, most: number, end: number | null, looked: number): Look => {
  const last = rows[most - 1]
  return last === undefined ? { rows, end, looked } : { rows, end: last.seq, looked }
}

type Looking = (span: Span) => Effect.Effect<Look, SqlError>

/** By the places of the events that may be meant. */
const byPlaces = (
  sql: SqlClient.SqlClient,
  step: number,
  { limit, order }: EventFilter,
  conditions: Fragment,
  places: (span: Span) => Fragment
): Looking =>
  Effect.fnUntraced(function* (span) {
    const direction = sql.literal(order === "oldest" ? "ASC" : "DESC")
    const seqs = (yield* sql<{ readonly seq: number }>`${places(span)} ${direction} LIMIT ${step}`).map(
      ({ seq }) => seq
    )
    const end = seqs.length < step ? null : (seqs[seqs.length - 1] ?? null)
    const rows = yield* sql<StoredEvent>`
      SELECT * FROM events WHERE seq IN (SELECT value FROM json_each(${JSON.stringify(seqs)})) AND ${conditions}
      ORDER BY seq ${direction} LIMIT ${limit}`
    return lookOf(rows, limit, end, seqs.length)
  })

/** One after the other. */
const byNumbers = (sql: SqlClient.SqlClient, { limit, order }: EventFilter, conditions: Fragment): Looking =>
  Effect.fnUntraced(function* ({ high, low }) {
    const isUp = order === "oldest"
    const end = isUp ? Math.min(high - 1, low + stepOf.all) : Math.max(low + 1, high - stepOf.all)
    const [first, last] = isUp ? [low + 1, end] : [end, high - 1]
    const rows = yield* sql<StoredEvent>`
      SELECT * FROM events WHERE seq BETWEEN ${first} AND ${last} AND ${conditions}
      ORDER BY seq ${sql.literal(isUp ? "ASC" : "DESC")} LIMIT ${limit}`
    return lookOf(rows, limit, last - first + 1 < stepOf.all ? null : end, stepOf.all)
  })

const isPlanned = (tag: Event["_tag"]): boolean => tag === "OperationPlanned"

/** Through the events of a few types by an index, through those of a stream, or through all. */
const lookingBy = (
  sql: SqlClient.SqlClient,
  filter: EventFilter,
  tags: ReadonlyArray<Event["_tag"]> | undefined,
  conditions: Fragment
): Looking => {
  const { ref, run } = filter
  const within = ({ high, low }: Span) => sql`seq > ${low} AND seq < ${high}`
  if (tags !== undefined && (ref !== undefined || !tags.some(isPlanned))) {
    return byPlaces(sql, stepOf.some, filter, conditions, (span) => {
      const parts = tags.map((tag) =>
        isPlanned(tag)
          ? sql`SELECT planned AS seq FROM operations WHERE ref = ${ref ?? ""} AND planned > ${span.low} AND planned < ${span.high}`
          : sql`SELECT seq FROM events WHERE tag = ${tag} AND tag <> 'OperationPlanned' AND ${within(span)}`
      )
      const [first = sql`SELECT seq FROM events WHERE 0`, ...rest] = parts
      const union = rest.reduce<Fragment>((all, part) => sql`${all} UNION ALL ${part}`, first)
      return sql`SELECT seq FROM (${union}) ORDER BY seq`
    })
  }
  if (run === undefined) return byNumbers(sql, filter, conditions)
  return byPlaces(
    sql,
    stepOf.all,
    filter,
    conditions,
    (span) => sql`SELECT seq FROM events WHERE stream = ${run} AND ${within(span)} ORDER BY version`
  )
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
  const look = lookingBy(sql, filter, tags, conditionsOf(sql, filter, tags))
  const isNamed = filter.ref !== undefined || filter.kind !== undefined
  const items: Array<Recorded> = []
  let span = yield* spanOf(sql, filter)
  let [characters, looked] = [0, 0]
  while (span.high - span.low > 1) {
    const found = yield* look(span)
    for (const [index, row] of found.rows.entries()) {
      const event = recorded(row)
      if (event === null || (isNamed && !names(event.event, filter))) continue
      items.push(event)
      characters += row.data.length
      if (items.length < filter.limit && characters < longest.characters) continue
      return { items, next: found.end === null && index === found.rows.length - 1 ? null : row.seq }
    }
    const { end } = found
    if (end === null) break
    looked += found.looked
    if (looked >= longest.events) return { items, next: end }
    span = filter.order === "oldest" ? { ...span, low: end } : { ...span, high: end }
    yield* breathe
  }
  return { items, next: null }
})
