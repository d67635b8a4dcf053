import type * as SqlClient from "@effect/sql/SqlClient"
import { Effect, Option, Schema, Stream } from "effect"
import type { Binding } from "../domain/Binding.ts"
import { Outcome } from "../domain/Event.ts"
import type { Json } from "../domain/Json.ts"
import { Ref } from "../domain/Ref.ts"
import { fold } from "./Fold.ts"
import { projectionTables } from "./migrations/0002_projections.ts"
import type { Projections } from "./Projections.ts"
import { read } from "./Reader.ts"
import { failureOf } from "./SqliteFailure.ts"

const RunRows = Schema.Array(
  Schema.Struct({
    run: Schema.String,
    trigger: Schema.Literal("plan", "sync"),
    actor: Schema.String,
    sources: Schema.parseJson(Schema.Array(Schema.String)),
    state: Schema.Literal("planning", "planned", "applying", "completed"),
    outcome: Schema.NullOr(Outcome),
    started: Schema.Number,
    ended: Schema.NullOr(Schema.Number),
    operations: Schema.Number,
    ok: Schema.Number,
    failed: Schema.Number,
    skipped: Schema.Number,
    digest: Schema.NullOr(Schema.String),
    detail: Schema.String
  })
)

const OperationRows = Schema.Array(
  Schema.Struct({
    run: Schema.String,
    op: Schema.Number,
    verb: Schema.Literal("create", "update", "delete"),
    ref: Ref,
    label: Schema.String,
    state: Schema.Literal("planned", "dispatched", "ok", "failed", "skipped"),
    netboxId: Schema.NullOr(Schema.Number),
    detail: Schema.String,
    at: Schema.Number
  })
)

interface BindingRow {
  readonly ref: Ref
  readonly netbox_id: number
  readonly evidence: string
  readonly retired_at: number | null
  readonly created: number
}

/** `write` serves the rebuild, `readSql` everything else, so that no question waits for a transaction. */
export const make = (options: {
  readonly write: SqlClient.SqlClient
  readonly readSql: SqlClient.SqlClient
  readonly file: string
}): Projections["Type"] => {
  const { file, readSql: sql, write } = options
  const failing = Effect.catchAllCause((cause) => Effect.fail(failureOf(file, cause)))
  const columns = sql.literal(
    "run, cause AS trigger, actor, sources, state, outcome, started, ended, operations, ok, failed, skipped, digest, detail"
  )
  const operations = sql.literal("run, op, verb, ref, label, state, netbox_id AS netboxId, detail, at")
  const runRows = Effect.flatMap(Schema.decodeUnknown(RunRows))
  const operationRows = Effect.flatMap(Schema.decodeUnknown(OperationRows))

  const bindings = Effect.gen(function* () {
    const rows = yield* sql<BindingRow>`SELECT * FROM bindings ORDER BY ref`
    return new Map(
      rows.map((row): [Ref, Binding] => [
        row.ref,
        {
          ref: row.ref,
          id: row.netbox_id,
          evidence: row.evidence,
          retiredAt: row.retired_at,
          created: row.created === 1
        }
      ])
    )
  })

  const baselines = Effect.gen(function* () {
    const rows = yield* sql<{ readonly ref: Ref; readonly field: string; readonly value: string }>`
      SELECT ref, field, value FROM baselines ORDER BY ref, field`
    const found = new Map<Ref, Map<string, Json>>()
    for (const { field, ref, value } of rows) {
      const fields = found.get(ref) ?? new Map<string, Json>()
      fields.set(field, JSON.parse(value) as Json)
      found.set(ref, fields)
    }
    return found
  })

  const rebuild = Effect.gen(function* () {
    for (const table of Object.keys(projectionTables)) yield* write`DELETE FROM ${write(table)}`
    const events = yield* read(write, file, { after: 0 }).pipe(
      Stream.grouped(500),
      Stream.mapEffect((page) => Effect.as(fold(write, [...page]), page.length)),
      Stream.runSum
    )
    return { events }
  }).pipe(write.withTransaction)

  return {
    runs: (limit) => failing(runRows(sql`SELECT ${columns} FROM runs ORDER BY started DESC, run DESC LIMIT ${limit}`)),
    run: (id) =>
      failing(
        Effect.map(runRows(sql`SELECT ${columns} FROM runs WHERE run = ${id}`), ([row]) => Option.fromNullable(row))
      ),
    openRuns: failing(runRows(sql`SELECT ${columns} FROM runs WHERE state = 'applying' ORDER BY started, run`)),
    operations: (run) =>
      failing(operationRows(sql`SELECT ${operations} FROM operations WHERE run = ${run} ORDER BY op`)),
    history: (ref, limit) =>
      failing(
        operationRows(
          sql`SELECT ${operations} FROM operations WHERE ref = ${ref} ORDER BY at DESC, op DESC LIMIT ${limit}`
        )
      ),
    bindings: failing(bindings),
    baselines: failing(baselines),
    rebuild: failing(rebuild)
  }
}
