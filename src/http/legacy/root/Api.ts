import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import { Schema } from "effect"
import { Authorization } from "../../Authorization.ts"

const Welcome = Schema.Struct({
  message: Schema.String,
  proxbox: Schema.Struct({ github: Schema.String, docs: Schema.String }),
  fastapi: Schema.Struct({ github: Schema.String, website: Schema.String, reason: Schema.String })
}).annotations({ identifier: "Welcome" })

const Health = Schema.Struct({ status: Schema.Literal("ready"), init_ok: Schema.Boolean }).annotations({
  identifier: "Health"
})

/** What clients ask to find the service; needs no key, and asks nobody. */
export const RootGroup = HttpApiGroup.make("root")
  .add(HttpApiEndpoint.get("welcome", "/").addSuccess(Welcome))
  .add(HttpApiEndpoint.get("health", "/health").addSuccess(Health))

const VersionInfo = Schema.Struct({
  version: Schema.String,
  capabilities: Schema.Struct({ ws_run_id: Schema.Int })
}).annotations({ identifier: "Version" })

const Policy = Schema.Struct({
  component: Schema.Literal("proxbox-api"),
  capability: Schema.Literal("interactive-rpc-boundary-v1"),
  mode: Schema.Literal("legacy"),
  generation: Schema.Null,
  quiescing: Schema.Boolean,
  active: Schema.Int,
  cleanup_active: Schema.Int,
  remote_outcome_unknown: Schema.Boolean,
  local_ready: Schema.Boolean,
  aggregate_ready: Schema.Boolean
}).annotations({ identifier: "ExecutionPolicy" })

/** What this service is, for whoever has a key. */
export const AboutGroup = HttpApiGroup.make("about")
  .add(HttpApiEndpoint.get("version", "/version").addSuccess(VersionInfo))
  .add(HttpApiEndpoint.get("executionPolicy", "/execution-policy").addSuccess(Policy))
  .middleware(Authorization)
