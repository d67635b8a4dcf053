import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import { Effect, Redacted } from "effect"
import { Metrics } from "../../../services/Metrics.ts"
import { Readiness } from "../../../services/Readiness.ts"
import { version } from "../../../Version.ts"
import { Authentication } from "../../Authentication.ts"
import { refuse } from "../../AuthorizationLive.ts"
import { HttpSettings } from "../../HttpSettings.ts"
import { V1Api } from "../V1Api.ts"

const capabilities = [
  "compatible-surface",
  "dry-run-plans",
  "encryption-rotation",
  "event-stream-resume",
  "idempotency-key",
  "key-scopes",
  "ws-run-id"
]

export const SystemHttp = HttpApiBuilder.group(V1Api, "system", (handlers) =>
  Effect.gen(function* () {
    const readiness = yield* Readiness
    const metrics = yield* Metrics
    const { authenticate } = yield* Authentication
    const { metricsPublic } = yield* HttpSettings
    return handlers
      .handle("livez", () => Effect.succeed({ status: "live" as const }))
      .handle("readyz", () =>
        Effect.flatMap(readiness.report, ({ status, ...report }) =>
          status === "unready" ? Effect.fail({ status, ...report }) : Effect.succeed({ status, ...report })
        )
      )
      .handle("meta", () =>
        Effect.succeed({
          name: "proxledger",
          version,
          capabilities,
          links: { openapi: "/openapi.json", docs: "/docs", ready: "/readyz" }
        })
      )
      .handle("metrics", ({ request }) =>
        metricsPublic
          ? metrics.text
          : Effect.zipRight(
              refuse.problem(authenticate(Redacted.make(request.headers["x-proxbox-api-key"] ?? ""), "read")),
              metrics.text
            )
      )
  })
)
