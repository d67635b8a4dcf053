import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import * as OpenApi from "@effect/platform/OpenApi"
import { Schema } from "effect"
import { problems } from "../../Problem.ts"
import { documented } from "../Documented.ts"

const Check = Schema.Struct({
  name: Schema.String,
  status: Schema.Literal("ok", "failed", "unknown", "not_configured"),
  detail: Schema.NullOr(Schema.String)
})

const fields = {
  checks: Schema.Array(Check),
  /** What is not well, a sentence each. */
  problems: Schema.Array(Schema.String),
  last_run_age_seconds: Schema.NullOr(Schema.Int)
}

const Ready = Schema.Struct({ status: Schema.Literal("ready", "degraded"), ...fields }).annotations({
  identifier: "Ready",
  description: "`degraded`: the service answers, and NetBox or a Proxmox does not"
})

/** It answers, and cannot work: its own journal, database or key is at fault. */
const Unready = Schema.Struct({ status: Schema.Literal("unready"), ...fields }).annotations({
  identifier: "Unready",
  ...HttpApiSchema.annotations({ status: 503 })
})

const Meta = Schema.Struct({
  name: Schema.String,
  version: Schema.String,
  /** What clients may rely on. */
  capabilities: Schema.Array(Schema.String),
  links: Schema.Struct({ openapi: Schema.String, docs: Schema.String, ready: Schema.String })
}).annotations({ identifier: "Meta" })

/** Whether the service lives and can work; what it is. */
export const SystemGroup = HttpApiGroup.make("system")
  .add(
    HttpApiEndpoint.get("livez", "/livez")
      .addSuccess(Schema.Struct({ status: Schema.Literal("live") }))
      .annotateContext(
        documented({
          summary: "Ask whether the service lives",
          description: "Answers as long as the process can answer; it asks nothing else.",
          answers: { 200: { description: "It lives", example: { status: "live" } } }
        })
      )
  )
  .add(
    HttpApiEndpoint.get("readyz", "/readyz")
      .addSuccess(Ready)
      .addError(Unready)
      .annotateContext(
        documented({
          summary: "Ask whether the service can work",
          description: "Looks at journal, database and key, and at what was heard of NetBox and every Proxmox lately.",
          answers: {
            200: {
              description: "It can work",
              example: {
                status: "ready",
                checks: [{ name: "journal", status: "ok", detail: null }],
                problems: [],
                last_run_age_seconds: 42
              }
            },
            503: { description: "It cannot work: its own journal, database or key is at fault" }
          }
        })
      )
  )
  .add(
    HttpApiEndpoint.get("meta", "/meta")
      .addSuccess(Meta)
      .annotateContext(
        documented({
          summary: "Ask what the service is",
          description: "Its name, its version, and what clients may rely on.",
          answers: { 200: { description: "What it is" } }
        })
      )
  )
  .add(
    HttpApiEndpoint.get("metrics", "/metrics")
      .addSuccess(HttpApiSchema.Text({ contentType: "text/plain; version=0.0.4; charset=utf-8" }))
      .addError(problems(401))
      .addError(problems(403))
      .addError(problems(429))
      .addError(problems(503))
      .annotateContext(
        documented({
          summary: "Read the metrics",
          description: "In the text format of Prometheus. Counters never go back.",
          answers: { 200: { description: "All metrics", contentType: "text/plain; version=0.0.4; charset=utf-8" } }
        })
      )
  )
  .annotateContext(OpenApi.annotations({ description: "Whether the service lives and can work; what it is" }))
