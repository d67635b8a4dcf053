import type { Event, EventOf } from "../../src/domain/Event.ts"
import type { Ref } from "../../src/domain/Ref.ts"

/** Events for tests: whole runs with little typing. */
export const started = (trigger: "plan" | "sync" = "sync"): Event => ({
  _tag: "RunStarted",
  trigger,
  origin: "cli",
  label: trigger,
  scope: {},
  approveRemovals: false,
  full: false,
  actor: "test",
  requestId: null,
  sources: ["lab"],
  engine: "0.0.0",
  rules: "r",
  target: "http://netbox"
})

export const planned = (
  op: number,
  verb: "create" | "update" | "delete",
  ref: Ref,
  rest: Partial<EventOf<"OperationPlanned">> = {}
): Event => ({
  _tag: "OperationPlanned",
  op,
  verb,
  purpose: "reconcile",
  ref,
  id: verb === "create" ? null : 1000 + op,
  label: ref,
  changes: verb === "delete" ? [] : [{ field: "name", from: null, to: `name of ${ref}`, why: "config.name" }],
  needs: [],
  guard: null,
  ...rest
})

export const sealed = (operations: number): Event => ({ _tag: "PlanSealed", operations, digest: "d" })

export const dispatched = (batch: number, ops: ReadonlyArray<number>): Event => ({
  _tag: "OperationsDispatched",
  batch,
  method: "POST",
  path: "/api/dcim/sites/",
  ops
})

export const settled = (batch: number, rest: Partial<EventOf<"OperationsSettled">>): Event => ({
  _tag: "OperationsSettled",
  batch,
  via: "response",
  ok: [],
  failed: [],
  again: [],
  requestId: null,
  ...rest
})

export const completed = (ok: number, failed = 0, skipped = 0): Event => ({
  _tag: "RunCompleted",
  outcome: failed + skipped === 0 ? "succeeded" : "partial",
  ok,
  failed,
  skipped,
  requests: 1,
  pace: null,
  detail: ""
})
