import type * as SqlClient from "@effect/sql/SqlClient"
import { Effect, Option, Stream } from "effect"
import type { Binding } from "../domain/Binding.ts"
import type { Event, EventOf, RunPace } from "../domain/Event.ts"
import type { Json } from "../domain/Json.ts"
import type { Ref } from "../domain/Ref.ts"
import { fold } from "./Fold.ts"
import { projectionTables } from "./migrations/0002_projections.ts"
import type { OperationRow, Projections, RunRow } from "./Projections.ts"
import { read } from "./Reader.ts"
import { failing } from "./SqliteFailure.ts"
import { recorded, type StoredEvent } from "./StoredEvent.ts"
import { transactionOf } from "./Transaction.ts"

/** As stored: our own fold wrote it, so it is not checked again. */
type StoredRun = Omit<RunRow, "sources" | "pace"> & { readonly sources: string; readonly pace: string | null }

const runOf = (row: StoredRun): RunRow => ({
  ...row,
  sources: JSON.parse(row.sources) as ReadonlyArray<string>,
  pace: row.pace === null ? null : (JSON.parse(row.pace) as RunPace)
})

type StoredBinding = Omit<Binding, "created"> & { readonly created: number }

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

interface Baseline {
  readonly ref: Ref
  readonly field: string
  readonly value: string
}

const baselinesOf = (rows: ReadonlyArray<Baseline>): ReadonlyMap<Ref, ReadonlyMap<string, Json>> => {
  const found = new Map<Ref, Map<string, Json>>()
  for (const { field, ref, value } of rows) {
    const fields = found.get(ref) ?? new Map<string, Json>()
    fields.set(field, JSON.parse(value) as Json)
    found.set(ref, fields)
  }
  return found
}

/** `write` serves the rebuild, `readSql` everything else, so that no question waits for a transaction. */
export const make = (options: {
  readonly write: SqlClient.SqlClient
  readonly readSql: SqlClient.SqlClient
  readonly file: string
}): Projections["Type"] => {
  const { file, readSql: sql, write } = options
  const runs = sql.literal(
    "run, cause AS trigger, actor, sources, state, outcome, started, ended, operations, ok, failed, skipped, digest, pace, detail"
  )
  const operations = sql.literal('run, op, verb, ref, label, state, netbox_id AS "netboxId", detail, at')

  const inState = (state: RunRow["state"]) =>
    sql<StoredRun>`SELECT ${runs} FROM runs WHERE state = ${state} ORDER BY started, run`.pipe(
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

  const rebuild = Effect.gen(function* () {
    for (const table of Object.keys(projectionTables)) yield* write`DELETE FROM ${write(table)}`
    const events = yield* read(write, file, { after: 0 }).pipe(
      Stream.chunks,
      Stream.mapEffect((page) => Effect.as(fold(write, [...page]), page.length)),
      Stream.runSum
    )
    return { events }
  }).pipe(transactionOf(write))

  return {
    runs: (limit) =>
      sql<StoredRun>`SELECT ${runs} FROM runs ORDER BY started DESC, run DESC LIMIT ${limit}`.pipe(
        Effect.map((rows) => rows.map(runOf)),
        failing(file)
      ),
    run: (id) =>
      sql<StoredRun>`SELECT ${runs} FROM runs WHERE run = ${id}`.pipe(
        Effect.map(([row]) => Option.map(Option.fromNullable(row), runOf)),
        failing(file)
      ),
    openRuns: inState("applying"),
    unsealedRuns: inState("planning"),
    operations: (run) =>
      failing(file)(sql<OperationRow>`SELECT ${operations} FROM operations WHERE run = ${run} ORDER BY op`),
    history: (ref, limit) =>
      failing(file)(
        sql<OperationRow>`
          SELECT ${operations} FROM operations WHERE ref = ${ref} ORDER BY at DESC, run DESC, op DESC LIMIT ${limit}`
      ),
    bindings: sql<StoredBinding>`
      SELECT ref, netbox_id AS id, evidence, retired_at AS "retiredAt", created FROM bindings ORDER BY ref`.pipe(
      Effect.map(
        (rows) => new Map(rows.map((row): [Ref, Binding] => [row.ref, { ...row, created: row.created === 1 }]))
      ),
      failing(file)
    ),
    baselines: sql<Baseline>`SELECT ref, field, value FROM baselines ORDER BY ref, field`.pipe(
      Effect.map(baselinesOf),
      failing(file)
    ),
    lastSource: (source) => Effect.map(last("proxmox", source), Option.filter(isOf("SourceObserved"))),
    lastTarget: (target) => Effect.map(last("netbox", target), Option.filter(isOf("TargetObserved"))),
    rebuild: failing(file)(rebuild)
  }
}
