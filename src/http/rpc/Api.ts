import * as Rpc from "@effect/rpc/Rpc"
import * as RpcGroup from "@effect/rpc/RpcGroup"
import * as RpcMiddleware from "@effect/rpc/RpcMiddleware"
import { Option, Schema } from "effect"
import { Event } from "../../domain/Event.ts"
import { Scope } from "../../domain/Scope.ts"
import { Caller } from "../Caller.ts"
import { Problem } from "../Problem.ts"
import { RequiredScope } from "../RequiredScope.ts"
import { DriftPage, DriftParams } from "../v1/drift/Api.ts"
import { OperationParams, RunDetail, RunPage } from "../v1/runs/Api.ts"
import { Run } from "../v1/runs/Run.ts"

/** Where the procedures are called: GET opens a WebSocket, POST takes one JSON text a line. */
export const path = "/v1/rpc"

/** A key is needed as on the other surfaces; it travels as a header of each message. */
export class RpcAuthorization extends RpcMiddleware.Tag<RpcAuthorization>()("proxledger/RpcAuthorization", {
  failure: Problem,
  provides: Caller,
  requiredForClient: true
}) {}

/** What a run or a plan is begun with; nothing of it: everything, as far as it has changed. */
const Request = Schema.Struct({
  scope: Schema.optionalWith(Scope, { default: () => ({}) }),
  approveRemovals: Schema.optionalWith(Schema.Boolean, { default: () => false }),
  full: Schema.optionalWith(Schema.Boolean, { default: () => false })
})

const OneRun = Schema.Struct({ run: Schema.String })

/** An event as the journal has it. */
export const Recorded = Schema.Struct({
  /** Its place in the journal of the service: where `Follow` goes on after a break. */
  seq: Schema.Int,
  stream: Schema.String,
  version: Schema.Int,
  /** Milliseconds since 1970. */
  at: Schema.Int,
  event: Event
})

const sync = Option.some("sync" as const)

const short = [
  /** Plans, and answers with the sealed plan, which is a run that waits to be applied. */
  Rpc.make("Plan", { payload: Request, success: Run, error: Problem }).annotate(RequiredScope, sync),
  /** Applies a sealed plan; `digest`, when given, has to be the sealed one. Answers when it has begun. */
  Rpc.make("Apply", {
    payload: Schema.Struct({ run: Schema.String, digest: Schema.optionalWith(Schema.String, { exact: true }) }),
    success: Run,
    error: Problem
  }).annotate(RequiredScope, sync),
  /** Plans and applies. Answers when it has begun. */
  Rpc.make("Sync", { payload: Request, success: Run, error: Problem }).annotate(RequiredScope, sync),
  /** Ends a plan that was not applied. */
  Rpc.make("Discard", { payload: OneRun, success: Run, error: Problem }).annotate(RequiredScope, sync),
  /** The batch in flight gets its outcome, the rest is skipped. Answers when that is on disk. */
  Rpc.make("Cancel", { payload: OneRun, success: Run, error: Problem }).annotate(RequiredScope, sync),
  /** Newest first, a page at a time. */
  Rpc.make("Runs", {
    payload: Schema.Struct({
      limit: Schema.optionalWith(Schema.Int.pipe(Schema.between(1, 500)), { default: () => 50 }),
      cursor: Schema.optionalWith(Schema.String, { exact: true })
    }),
    success: RunPage,
    error: Problem
  }).annotate(RequiredScope, Option.some("read" as const)),
  /** A run with what it found and a page of its operations. */
  Rpc.make("Run", {
    payload: Schema.Struct({ ...OneRun.fields, ...OperationParams.fields }),
    success: RunDetail,
    error: Problem
  }).annotate(RequiredScope, Option.some("read" as const)),
  /** What NetBox holds and the engine leaves as it is. */
  Rpc.make("Drift", { payload: DriftParams, success: DriftPage, error: Problem }).annotate(
    RequiredScope,
    Option.some("read" as const)
  )
] as const

/** Of one run: everything after the event `after`, then what comes, until it is at rest. Of no run: the whole journal, without end. */
const follow = Rpc.make("Follow", {
  payload: Schema.Struct({
    run: Schema.optionalWith(Schema.String, { exact: true }),
    after: Schema.optionalWith(Schema.NonNegativeInt, { default: () => 0 })
  }),
  success: Recorded,
  error: Problem,
  stream: true
}).annotate(RequiredScope, Option.some("read" as const))

/** The engine for typed programs. Problems have the codes of `/v1`. Streams send no faster than their reader reads. */
export class ProxledgerRpc extends RpcGroup.make(...short, follow).middleware(RpcAuthorization) {}

/** What is there without a WebSocket, as well: over HTTP nothing would hold a stream back. */
export class ShortRpc extends RpcGroup.make(...short).middleware(RpcAuthorization) {}
