import { Schema } from "effect"
import { By } from "./By.ts"
import { Json } from "./Json.ts"
import { Ref } from "./Ref.ts"
import { Scope } from "./Scope.ts"

/**
 * What the journal holds. Past tense, one fact each, read only through the folds (`RunState`, the projections).
 * The envelope (sequence, stream, version in the stream, time) is the journal's; the stream of a run is its id.
 */

const Op = Schema.NonNegativeInt.annotations({ description: "number of an operation within its run" })

/** One field of one operation. `to` may hold `{"$ref": …}` where the id is not known before the run is applied. */
export const Change = Schema.Struct({
  field: Schema.String,
  from: Json,
  to: Json,
  /** Where the value comes from: a source path such as `config.memory`, or the name of a rule. */
  why: Schema.String,
  /** What becomes the baseline when it differs from `to`, as for tags, which are written as a difference. */
  applied: Schema.optionalWith(Json, { exact: true })
})
export type Change = typeof Change.Type

/** Something of the source that could not be seen; the diff treats all that depends on it as unknown. */
export const Gap = Schema.Struct({
  /** `source`, `node/pve1`, `guest/101`. */
  scope: Schema.String,
  /** What is missing: `guests`, `config`, `addresses`, `network`, `options`, … */
  what: Schema.String,
  why: Schema.String
})
export type Gap = typeof Gap.Type

export const RunStarted = Schema.TaggedStruct("RunStarted", {
  trigger: Schema.Literal("plan", "sync"),
  /** Who waits for it: a person at a terminal, a request to the service, a schedule of the service. */
  origin: Schema.Literal("cli", "request", "schedule"),
  /** What whoever began it calls it: `sync`, `full-update`, `devices`. */
  label: Schema.String,
  scope: Scope,
  /** Whether more removals than the limit are planned. */
  approveRemovals: Schema.Boolean,
  /** Whether everything is read, also what seems not to have changed. */
  full: Schema.Boolean,
  actor: Schema.String,
  /** The request to the service by which it was begun. */
  requestId: Schema.NullOr(Schema.String),
  sources: Schema.Array(Schema.String),
  engine: Schema.String,
  /** Digest of the rules and settings that shape the desired state. */
  rules: Schema.String,
  target: Schema.String
})

export const StageEntered = Schema.TaggedStruct("StageEntered", {
  stage: Schema.Literal("observe", "plan", "apply", "recover"),
  expected: Schema.optionalWith(Schema.NonNegativeInt, { exact: true }),
  /** Who had the plan applied, where that is not who had it made. */
  by: Schema.optionalWith(By, { exact: true })
})

/** How a side was read: whole, or only what may have changed since the reading before. */
const reading = {
  read: Schema.Literal("full", "delta"),
  /** Why it was read whole; "" where it was not. */
  why: Schema.String,
  /** How many readings lie between this one and the last whole one, this one included; 0 for a whole one. */
  since: Schema.NonNegativeInt,
  /** What was asked for again although it was kept: guests of Proxmox, objects of NetBox. 0 where all was read. */
  again: Schema.NonNegativeInt,
  /** Digest over what an engine reads and how it stores it: only a reading of the same form can be gone on with. */
  form: Schema.String
}

export const SourceObserved = Schema.TaggedStruct("SourceObserved", {
  source: Schema.String,
  guests: Schema.NonNegativeInt,
  nodes: Schema.NonNegativeInt,
  digest: Schema.String,
  /** Whether absence from this observation is evidence. */
  complete: Schema.Boolean,
  gaps: Schema.Array(Gap),
  ...reading,
  /** Digest of what the next reading compares with, such as uptimes; null where the next one has to read all. */
  cursor: Schema.NullOr(Schema.String)
})

export const SourceUnavailable = Schema.TaggedStruct("SourceUnavailable", {
  source: Schema.String,
  detail: Schema.String
})

/** A place in NetBox's change log. */
export const FeedPosition = Schema.Struct({
  /** The newest row that was seen. Were it another one under the same id, the log would be that of another NetBox. */
  id: Schema.Int,
  time: Schema.String,
  requestId: Schema.String,
  /** Lower ids that had not appeared, each with the milliseconds since 1970 at which it was missed first: transactions take them early and show them late. */
  missing: Schema.Array(Schema.Tuple(Schema.Int, Schema.Int))
})
export type FeedPosition = typeof FeedPosition.Type

export const TargetObserved = Schema.TaggedStruct("TargetObserved", {
  /** The address of the NetBox. */
  target: Schema.String,
  version: Schema.String,
  kinds: Schema.Array(Schema.Struct({ kind: Schema.String, count: Schema.NonNegativeInt, digest: Schema.String })),
  ...reading,
  /** Where the next reading goes on in the change log; null where it has to read all. */
  feed: Schema.NullOr(FeedPosition)
})

/** Objects that existed before and are from now on reconciled, each with the evidence by which it was recognised. */
export const ObjectsBound = Schema.TaggedStruct("ObjectsBound", {
  bindings: Schema.Array(Schema.Struct({ ref: Ref, id: Schema.Int, evidence: Schema.String }))
})

/** Bindings whose NetBox object is gone, or that now stand under another ref (a reused vmid). */
export const BindingsReleased = Schema.TaggedStruct("BindingsReleased", {
  bindings: Schema.Array(
    Schema.Struct({ ref: Ref, reason: Schema.String, becomes: Schema.optionalWith(Ref, { exact: true }) })
  )
})

/** NetBox already held the desired value: it becomes the baseline without a write. */
export const BaselinesRecorded = Schema.TaggedStruct("BaselinesRecorded", {
  baselines: Schema.Array(Schema.Struct({ ref: Ref, field: Schema.String, value: Json }))
})

/** Someone else changed a field; the edit is kept. */
export const DriftFound = Schema.TaggedStruct("DriftFound", {
  drifts: Schema.Array(
    Schema.Struct({ ref: Ref, label: Schema.String, field: Schema.String, base: Json, theirs: Json, ours: Json })
  )
})

/** What the engine will not decide: it leaves the object or the field alone. */
export const ConflictFound = Schema.TaggedStruct("ConflictFound", {
  ref: Ref,
  label: Schema.String,
  detail: Schema.String
})

/** An odd value in the source or the target; it cost the value, never the object. */
export const WarningRaised = Schema.TaggedStruct("WarningRaised", {
  scope: Schema.String,
  detail: Schema.String
})

/** More removals than the limit allows were left out of the plan, until somebody approves them. */
export const RemovalsHeld = Schema.TaggedStruct("RemovalsHeld", {
  source: Schema.String,
  removals: Schema.NonNegativeInt,
  of: Schema.NonNegativeInt,
  limit: Schema.NonNegativeInt
})

export const OperationPlanned = Schema.TaggedStruct("OperationPlanned", {
  op: Op,
  verb: Schema.Literal("create", "update", "delete"),
  purpose: Schema.Literal("reconcile", "retire", "restore", "remove"),
  ref: Ref,
  /** NetBox's id, where the object exists. */
  id: Schema.NullOr(Schema.Int),
  label: Schema.String,
  changes: Schema.Array(Change),
  needs: Schema.Array(Op),
  /** NetBox's `last_updated` when the decision was made; the operation is stale once it moved. */
  guard: Schema.NullOr(Schema.String)
})
export type OperationPlanned = typeof OperationPlanned.Type

/** Nothing is sent before it. The digest covers every operation, the rules and the observations. */
export const PlanSealed = Schema.TaggedStruct("PlanSealed", {
  operations: Schema.NonNegativeInt,
  digest: Schema.String
})

/** The intent: on disk before the request leaves. */
export const OperationsDispatched = Schema.TaggedStruct("OperationsDispatched", {
  batch: Schema.NonNegativeInt,
  method: Schema.Literal("POST", "PATCH", "DELETE"),
  path: Schema.String,
  ops: Schema.Array(Op)
})

/** The outcome of a batch, and how it was learnt. */
export const OperationsSettled = Schema.TaggedStruct("OperationsSettled", {
  batch: Schema.NonNegativeInt,
  via: Schema.Literal("response", "changelog", "lookup", "absent"),
  /** Operation, NetBox id, NetBox's `last_updated` after it (null when unknown). */
  ok: Schema.Array(Schema.Tuple(Op, Schema.Int, Schema.NullOr(Schema.String))),
  failed: Schema.Array(
    Schema.Struct({ op: Op, reason: Schema.Literal("refused", "stale", "missing"), detail: Schema.String })
  ),
  /** To be sent again. */
  again: Schema.Array(Op),
  requestId: Schema.NullOr(Schema.String)
})
export type OperationsSettled = typeof OperationsSettled.Type

export const OperationSkipped = Schema.TaggedStruct("OperationSkipped", {
  op: Op,
  /** The failed operation it needs; null when the run was cancelled. */
  blockedBy: Schema.NullOr(Op),
  detail: Schema.String
})

/** Somebody wants no more of the run: what is in flight gets its outcome, the rest is skipped. */
export const CancelRequested = Schema.TaggedStruct("CancelRequested", {
  actor: Schema.String,
  requestId: Schema.NullOr(Schema.String)
})

export const RunInterrupted = Schema.TaggedStruct("RunInterrupted", { detail: Schema.String })

export const RunResumed = Schema.TaggedStruct("RunResumed", { actor: Schema.String, open: Schema.NonNegativeInt })

export const Outcome = Schema.Literal("succeeded", "partial", "failed", "cancelled")
export type Outcome = typeof Outcome.Type

/** How far NetBox was spared during a run; `most` is what it is asked at a time when all is well. */
export const RunPace = Schema.Struct({
  /** Requests in flight. */
  inFlight: Schema.Struct({ low: Schema.NonNegativeInt, most: Schema.NonNegativeInt }),
  /** Objects in a request, of the lists that were made shorter. */
  batches: Schema.Array(
    Schema.Struct({
      method: Schema.Literal("POST", "PATCH", "DELETE"),
      path: Schema.String,
      low: Schema.NonNegativeInt,
      most: Schema.NonNegativeInt
    })
  ),
  /** Nothing was slowed down when there are none. */
  slowdowns: Schema.Array(Schema.Struct({ reason: Schema.String, times: Schema.NonNegativeInt })),
  /** For how long NetBox asked to be left alone. */
  waitedMillis: Schema.NonNegativeInt
})
export type RunPace = typeof RunPace.Type

export const RunCompleted = Schema.TaggedStruct("RunCompleted", {
  outcome: Outcome,
  ok: Schema.NonNegativeInt,
  failed: Schema.NonNegativeInt,
  skipped: Schema.NonNegativeInt,
  /** Requests sent to NetBox. */
  requests: Schema.NonNegativeInt,
  /** Of those requests; null where none was sent, or an engine wrote this that did not keep it. */
  pace: Schema.NullOr(RunPace),
  detail: Schema.String
})

/** The configuration of the service was changed; the stream is `configuration`. */
export const ConfigurationChanged = Schema.TaggedStruct("ConfigurationChanged", {
  /** `endpoint/proxmox/3`, `endpoint/netbox/1`, `key/2`, `encryption`, `schedule/1`. */
  subject: Schema.String,
  /** `created`, `updated`, `removed`, `imported`, `rotated`, `undone` (announced before a crash and not kept), … */
  change: Schema.String,
  /** Names of the fields, never their values. */
  fields: Schema.Array(Schema.String),
  actor: Schema.String,
  requestId: Schema.NullOr(Schema.String)
})

export const Event = Schema.Union(
  RunStarted,
  StageEntered,
  SourceObserved,
  SourceUnavailable,
  TargetObserved,
  ObjectsBound,
  BindingsReleased,
  BaselinesRecorded,
  DriftFound,
  ConflictFound,
  WarningRaised,
  RemovalsHeld,
  OperationPlanned,
  PlanSealed,
  OperationsDispatched,
  OperationsSettled,
  OperationSkipped,
  CancelRequested,
  RunInterrupted,
  RunResumed,
  RunCompleted,
  ConfigurationChanged
).annotations({ identifier: "Event" })
export type Event = typeof Event.Type
export type EventOf<Tag extends Event["_tag"]> = Extract<Event, { readonly _tag: Tag }>

/** The current version of each event's shape; `Upcast` brings older ones to it. */
export const versions: { readonly [Tag in Event["_tag"]]: number } = {
  RunStarted: 2,
  StageEntered: 1,
  SourceObserved: 2,
  SourceUnavailable: 1,
  TargetObserved: 2,
  ObjectsBound: 1,
  BindingsReleased: 1,
  BaselinesRecorded: 1,
  DriftFound: 1,
  ConflictFound: 1,
  WarningRaised: 1,
  RemovalsHeld: 1,
  OperationPlanned: 1,
  PlanSealed: 1,
  OperationsDispatched: 1,
  OperationsSettled: 1,
  OperationSkipped: 1,
  CancelRequested: 1,
  RunInterrupted: 1,
  RunResumed: 1,
  RunCompleted: 2,
  ConfigurationChanged: 1
}

/** An event as the journal returns it. */
export interface Recorded {
  /** Position in this store; local to it, never an identity. */
  readonly seq: number
  readonly stream: string
  /** Position in the stream, from 1, without gaps. */
  readonly version: number
  /** Milliseconds since 1970. */
  readonly at: number
  readonly event: Event
}
