import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import { Schema } from "effect"
import { Json } from "../../../../domain/Json.ts"
import { Authorization } from "../../../Authorization.ts"
import { RequiredScope } from "../../../RequiredScope.ts"
import { failed } from "../../Refused.ts"
import { BoundedQuery } from "../ask/Query.ts"
import { answerGet, answerPost, streamGet, streamPost, writes } from "../Endpoints.ts"

/** Everything at once, and what has no objects in NetBox itself. */
export const FullGroup = HttpApiGroup.make("full")
  .add(answerGet("fullUpdate", "/full-update").setUrlParams(BoundedQuery))
  .add(answerPost("fullUpdateByPost", "/full-update").setUrlParams(BoundedQuery))
  .add(streamGet("fullUpdateStream", "/full-update/stream").setUrlParams(BoundedQuery))
  .add(streamPost("fullUpdateStreamByPost", "/full-update/stream").setUrlParams(BoundedQuery))
  .add(streamGet("replications", "/proxmox/replication/stream"))
  .add(streamPost("replicationsByPost", "/proxmox/replication/stream"))
  .add(streamGet("backupRoutines", "/proxmox/cluster/backup/stream"))
  .add(streamPost("backupRoutinesByPost", "/proxmox/cluster/backup/stream"))
  .add(streamGet("sdn", "/proxmox/sdn/create/stream"))
  .add(streamPost("sdnByPost", "/proxmox/sdn/create/stream"))
  .annotateEndpoints(RequiredScope, writes)
  .middleware(Authorization)

const Active = Schema.Struct({ id: Schema.String, kind: Schema.String, started_at: Schema.String })

const ActiveRuns = Schema.Struct({
  active: Schema.Boolean,
  started_at: Schema.NullOr(Schema.String),
  id: Schema.NullOr(Schema.String),
  kind: Schema.NullOr(Schema.String),
  runs: Schema.Array(Active)
}).annotations({ identifier: "ActiveRuns" })

/** What is going on, and what runs stand on. */
export const ProgressGroup = HttpApiGroup.make("progress")
  .add(HttpApiEndpoint.get("active", "/sync/active").addSuccess(ActiveRuns).addError(failed(503)))
  .add(HttpApiEndpoint.get("bootstrapStatus", "/extras/bootstrap-status").addSuccess(Json).addError(failed(503)))
  .middleware(Authorization)
