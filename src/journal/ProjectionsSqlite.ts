import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import type { Fragment } from "@effect/sql/Statement"
import { Effect, Option } from "effect"
import type { Binding } from "../domain/Binding.ts"
import type { Event, EventOf, RunPace } from "../domain/Event.ts"
import type { Json, JsonObject } from "../domain/Json.ts"
import type { Ref } from "../domain/Ref.ts"
import type { Scope } from "../domain/Scope.ts"
import { breathe } from "./Breathe.ts"
import type { OperationRow, Projections, RunRow } from "./Projections.ts"
import { failing } from "./SqliteFailure.ts"
import { recorded, type StoredEvent } from "./StoredEvent.ts"

/** As stored: our own fold wrote it, so it is not checked again. */
type StoredRun = Omit<RunRow, "sources" | "scope" | "interrupted" | "pace"> & {
  readonly sources: string
  readonly scope: string
  readonly interrupted: number
  readonly pace: string | null
}

const runOf = (row: StoredRun): RunRow => ({
  ...row,
  sources: JSON.parse(row.sources) as ReadonlyArray<string>,
  scope: JSON.parse(row.scope) as Scope,
  interrupted: row.interrupted === 1,
  pace: row.pace === null ? null : (JSON.parse(row.pace) as RunPace)
})

type StoredBinding = Omit<Binding, "created"> & { readonly created: number }

interface StoredBaseline {
  readonly ref: Ref
  readonly fields: string
}

const baselineOf = ({ fields }: StoredBaseline): ReadonlyMap<string, Json> =>
  new Map(Object.entries(JSON.parse(fields) as JsonObject))

const isOf =
  <Tag extends Event["_tag"]>(tag: Tag) =>
  (found: {
    readonly event: Event
    readonly doubt: string
  }): found is {
    readonly event: EventOf<Tag>
    readonly doubt: string
  } =>
    found.event._tag === tag

/** Rows in one page: a few milliseconds of reading and decoding. */
const pageSize = 1000

/** A table by its refs, page by page, so that nothing else waits for that of a large estate. */
const byRef = Effect.fnUntraced(function* <Row extends { readonly ref: Ref }, A>(
  page: (after: string) => Effect.Effect<ReadonlyArray<Row>, SqlError>,
  of: (row: Row) => A
) {
  const found = new Map<Ref, A>()
  let after = ""
  for (;;) {
    const rows = yield* page(after)
    for (const row of rows) found.set(row.ref, of(row))
    const last = rows.at(-1)
    if (last === undefined || rows.length < pageSize) return found
    after = last.ref
    yield* breathe
  }
})

/** What can be asked of the tables. */
export const make = (sql: SqlClient.SqlClient, file: string): Omit<Projections["Type"], "rebuild" | "rebuilt"> => {
  const runs = sql.literal(
    'run, cause AS trigger, origin, label, scope, actor, request_id AS "requestId", sources, state, interrupted, outcome, started, ended, operations, ok, failed, skipped, digest, pace, detail'
  )
  const operations = sql.literal(`
    SELECT r.stream AS run, o.op, p.data ->> 'verb' AS verb, o.ref, p.data ->> 'label' AS label,
      coalesce(o.state, 'planned') AS state, coalesce(o.netbox_id, p.data ->> 'id') AS "netboxId",
      coalesce(o.detail, '') AS detail, coalesce(o.at, p.at) AS at
    FROM operations o JOIN events r ON r.seq = o.run JOIN events p ON p.seq = o.planned`)

  const oldest = (condition: Fragment) =>
    sql<StoredRun>`SELECT ${runs} FROM runs WHERE ${condition} ORDER BY started, run`.pipe(
      Effect.map((rows) => rows.map(runOf)),
      failing(file)
    )

  const last = (side: "proxmox" | "netbox", name: string) =>
    sql<StoredEvent & { readonly doubt: string }>`
      SELECT events.*, observed.doubt FROM observed JOIN events ON events.seq = observed.seq
      WHERE observed.side = ${side} AND observed.name = ${name}`.pipe(
      Effect.map(([row]) =>
        Option.flatMap(Option.fromNullable(row), (found) =>
          Option.map(Option.fromNullable(recorded(found)), ({ event }) => ({ event, doubt: found.doubt }))
        )
      ),
      failing(file)
    )

  return {
    // Ids of runs sort by the time at which they were made, so that the table needs no index by time.
    runs: (limit, { before, state, trigger } = {}) =>
      sql<StoredRun>`
        SELECT ${runs} FROM runs
        WHERE ${state === undefined ? sql`1` : sql`state = ${state}`}
          AND ${trigger === undefined ? sql`1` : sql`cause = ${trigger}`} AND ${before === undefined ? sql`1` : sql`run < ${before}`}
        ORDER BY run DESC LIMIT ${limit}`.pipe(
        Effect.map((rows) => rows.map(runOf)),
        failing(file)
      ),
    run: (id) =>
      sql<StoredRun>`SELECT ${runs} FROM runs WHERE run = ${id}`.pipe(
        Effect.map(([row]) => Option.map(Option.fromNullable(row), runOf)),
        failing(file)
      ),
    openRuns: oldest(sql`state = 'applying' OR (state = 'planned' AND cause = 'sync' AND origin <> 'cli')`),
    unsealedRuns: oldest(sql`state = 'planning'`),
    operations: (run) =>
      failing(file)(sql<OperationRow>`${operations} WHERE r.stream = ${run} AND r.version = 1 ORDER BY o.op`),
    history: (ref, limit) =>
      failing(file)(
        sql<OperationRow>`${operations} WHERE o.ref = ${ref} ORDER BY 9 DESC, o.planned DESC LIMIT ${limit}`
      ),
    bindings: byRef(
      (after) => sql<StoredBinding>`
        SELECT ref, netbox_id AS id, evidence, retired_at AS "retiredAt", created FROM objects
        WHERE ref > ${after} AND netbox_id IS NOT NULL ORDER BY ref LIMIT ${pageSize}`,
      (row): Binding => ({ ...row, created: row.created === 1 })
    ).pipe(failing(file)),
    baselines: byRef(
      (after) => sql<StoredBaseline>`
        SELECT ref, fields FROM objects WHERE ref > ${after} AND fields IS NOT NULL ORDER BY ref LIMIT ${pageSize}`,
      baselineOf
    ).pipe(failing(file)),
    baseline: (ref) =>
      sql<StoredBaseline>`SELECT ref, fields FROM objects WHERE ref = ${ref} AND fields IS NOT NULL`.pipe(
        Effect.map(([row]) => (row === undefined ? new Map<string, Json>() : baselineOf(row))),
        failing(file)
      ),
    lastSource: (source) => Effect.map(last("proxmox", source), Option.filter(isOf("SourceObserved"))),
    lastTarget: (target) => Effect.map(last("netbox", target), Option.filter(isOf("TargetObserved")))
  }
}
