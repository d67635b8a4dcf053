import { Option, Schema } from "effect"
import { Outcome, RunPace } from "../../../domain/Event.ts"
import { Scope } from "../../../domain/Scope.ts"
import type { RunRow } from "../../../journal/Projections.ts"
import { Time, timeOf } from "../Time.ts"

export const RunState = Schema.Literal("planning", "planned", "applying", "completed").annotations({
  identifier: "RunState",
  description:
    "`planning` until the plan is sealed, `planned` until something was sent to NetBox, `applying` until the last operation has its outcome"
})

/** A run, as it stands. */
export const Run = Schema.Struct({
  run: Schema.String.annotations({ description: "Its id; that of its plan as well" }),
  mode: Schema.Literal("plan", "sync").annotations({
    description: "Whether it stops at the sealed plan, or applies it"
  }),
  origin: Schema.Literal("cli", "request", "schedule").annotations({ description: "Who began it" }),
  label: Schema.String.annotations({ description: "What whoever began it calls it" }),
  actor: Schema.String.annotations({ description: "In whose name it goes" }),
  request_id: Schema.NullOr(Schema.String),
  scope: Scope,
  sources: Schema.Array(Schema.String),
  state: RunState,
  interrupted: Schema.Boolean.annotations({ description: "Whether it was interrupted, and nobody goes on with it" }),
  outcome: Schema.NullOr(Outcome),
  started_at: Time,
  ended_at: Schema.NullOr(Time),
  operations: Schema.Int.annotations({ description: "How many are planned" }),
  ok: Schema.Int,
  failed: Schema.Int,
  skipped: Schema.Int,
  digest: Schema.NullOr(Schema.String).annotations({
    description: "Of the sealed plan: its operations, the rules and what was observed; null until it is sealed"
  }),
  pace: Schema.NullOr(RunPace).annotations({ description: "How far NetBox was spared" }),
  detail: Schema.String.annotations({ description: "What was left undone" })
}).annotations({ identifier: "Run", description: "A run, as it stands" })
export type Run = typeof Run.Type

export const runOf = (row: RunRow): Run => ({
  run: row.run,
  mode: row.trigger,
  origin: row.origin,
  label: row.label,
  actor: row.actor,
  request_id: row.requestId,
  scope: row.scope,
  sources: row.sources,
  state: row.state,
  interrupted: row.interrupted,
  outcome: row.outcome,
  started_at: timeOf(row.started),
  ended_at: Option.getOrNull(Option.map(Option.fromNullable(row.ended), timeOf)),
  operations: row.operations,
  ok: row.ok,
  failed: row.failed,
  skipped: row.skipped,
  digest: row.digest,
  pace: row.pace,
  detail: row.detail
})

/** A run for examples. */
export const example: typeof Run.Encoded = {
  run: "019a1b2c-3d4e-7f60-8a9b-0c1d2e3f4a5b",
  mode: "sync",
  origin: "request",
  label: "v1",
  actor: "key 3 (automation)",
  request_id: "019a1b2c-3d4d-7b10-9c2d-1e2f3a4b5c6d",
  scope: { sources: ["lab"] },
  sources: ["lab"],
  state: "completed",
  interrupted: false,
  outcome: "succeeded",
  started_at: "2026-03-01T06:00:00.000Z",
  ended_at: "2026-03-01T06:00:04.120Z",
  operations: 12,
  ok: 12,
  failed: 0,
  skipped: 0,
  digest: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  pace: null,
  detail: ""
}
