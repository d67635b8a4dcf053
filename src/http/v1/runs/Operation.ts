import { Schema } from "effect"
import { Change } from "../../../domain/Event.ts"
import { Ref } from "../../../domain/Ref.ts"
import type { PlannedOperation } from "../../../journal/Audit.ts"
import { pageOf } from "../Paging.ts"
import { Time, timeOf } from "../Time.ts"

export const OperationState = Schema.Literal("planned", "dispatched", "ok", "failed", "skipped").annotations({
  identifier: "OperationState"
})

/** One object of a plan: what it was to become, and what became of it. */
export const Operation = Schema.Struct({
  run: Schema.String,
  op: Schema.Int.annotations({ description: "Its number within the run" }),
  verb: Schema.Literal("create", "update", "delete"),
  purpose: Schema.Literal("reconcile", "retire", "restore", "remove"),
  ref: Ref,
  label: Schema.String,
  netbox_id: Schema.NullOr(Schema.Int),
  changes: Schema.Array(Change).annotations({
    description: "Field by field: from, to, and where the value comes from"
  }),
  needs: Schema.Array(Schema.Int).annotations({ description: "Operations that have to succeed before it" }),
  guard: Schema.NullOr(Schema.String).annotations({
    description: "`last_updated` of the object when this was decided: one that moved since is stale"
  }),
  state: OperationState,
  detail: Schema.String.annotations({ description: "Why it failed or was skipped" }),
  at: Time
}).annotations({ identifier: "Operation" })

export const operationOf = ({ at, netboxId, ...rest }: PlannedOperation): typeof Operation.Type => ({
  ...rest,
  netbox_id: netboxId,
  at: timeOf(at)
})

export const Operations = pageOf(Operation, "OperationPage")

/** An operation for examples. */
export const example: typeof Operation.Encoded = {
  run: "019a1b2c-3d4e-7f60-8a9b-0c1d2e3f4a5b",
  op: 7,
  verb: "update",
  purpose: "reconcile",
  ref: "virtualization.virtualmachine:lab/101",
  label: "web-1",
  netbox_id: 42,
  changes: [{ field: "memory", from: 2048, to: 4096, why: "config.memory" }],
  needs: [],
  guard: "2026-02-27T09:12:44.123456Z",
  state: "planned",
  detail: "",
  at: "2026-03-01T06:00:01.000Z"
}
