import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import { Deferred, Effect, Option } from "effect"
import { Runs } from "../../../services/Runs.ts"
import { version } from "../../../Version.ts"
import { Shutdown } from "../../Shutdown.ts"
import { LegacyApi } from "../LegacyApi.ts"

/** The plugin recognises a backend by the first two words of `message`; the keys are those of the backend it knows. */
const welcome = {
  message: "Proxbox Backend made with Proxledger, a reconciliation engine on Effect",
  proxbox: {
    github: "https://github.com/netdevopsbr/netbox-proxbox",
    docs: "https://docs.netbox.dev.br"
  },
  fastapi: {
    github: "https://github.com/Effect-TS/effect",
    website: "https://effect.website",
    reason: "This backend is built on Effect; the key keeps its name for clients that read it."
  }
}

export const RootHttp = HttpApiBuilder.group(LegacyApi, "root", (handlers) =>
  handlers
    .handle("welcome", () => Effect.succeed(welcome))
    .handle("health", () => Effect.succeed({ status: "ready" as const, init_ok: true }))
)

export const AboutHttp = HttpApiBuilder.group(LegacyApi, "about", (handlers) =>
  Effect.gen(function* () {
    const runs = yield* Runs
    const { begun } = yield* Shutdown
    return handlers
      .handle("version", () => Effect.succeed({ version, capabilities: { ws_run_id: 1 } }))
      .handle("executionPolicy", () =>
        Effect.gen(function* () {
          const active = yield* Effect.orElseSucceed(runs.active, () => Option.none())
          const quiescing = yield* Deferred.isDone(begun)
          return {
            component: "proxbox-api" as const,
            capability: "interactive-rpc-boundary-v1" as const,
            mode: "legacy" as const,
            generation: null,
            quiescing,
            active: Option.isSome(active) ? 1 : 0,
            cleanup_active: Option.isSome(active) ? 1 : 0,
            remote_outcome_unknown: false,
            local_ready: !quiescing,
            aggregate_ready: false
          }
        })
      )
  })
)
