import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import * as OpenApi from "@effect/platform/OpenApi"
import { Option, Schema } from "effect"
import { V1Authorization } from "../../Authorization.ts"
import { InvalidRequest, problems } from "../../Problem.ts"
import { RequiredScope } from "../../RequiredScope.ts"
import { documented } from "../Documented.ts"
import { IdempotencyHeaders } from "../Idempotent.ts"
import { Limit, NumberCursor, pageOf, TextCursor } from "../Paging.ts"
import { Findings } from "./Findings.ts"
import { example as operation, Operations, OperationState } from "./Operation.ts"
import { Request } from "./Request.ts"
import { example, Run, RunState } from "./Run.ts"

/** Where one run is. */
export const RunPath = Schema.Struct({
  run: Schema.String.pipe(Schema.minLength(1), Schema.maxLength(100)).annotations({ description: "Id of the run" })
})

export const RunPage = pageOf(Run, "RunPage")

/** A run with what it found, and a page of its operations. */
export const RunDetail = Schema.Struct({ ...Run.fields, findings: Findings, page: Operations }).annotations({
  identifier: "RunDetail"
})

/** Which operations of a run. */
export const OperationParams = Schema.Struct({
  state: Schema.optionalWith(OperationState, { exact: true }),
  limit: Limit,
  cursor: NumberCursor
})

const location = { Location: "Where the run is read" }

const sync = Option.some("sync" as const)

/** Work on NetBox: begun, followed, cancelled. */
export const RunsGroup = HttpApiGroup.make("runs")
  .add(
    HttpApiEndpoint.post("start", "/v1/runs")
      .setHeaders(IdempotencyHeaders)
      .setPayload(Request)
      .addSuccess(Run, { status: 202 })
      .addError(problems(409))
      .addError(InvalidRequest)
      .annotate(RequiredScope, sync)
      .annotateContext(
        documented({
          summary: "Start a run",
          description:
            "Reads the sources and NetBox, plans, and applies the plan. Answers as soon as the run is written down; it goes on whether the client stays or not. One run at a time: a second one is refused with the id of the first.",
          request: { scope: { sources: ["lab"] } },
          answers: {
            202: {
              description: "It has begun",
              headers: location,
              example: {
                ...example,
                state: "planning",
                outcome: null,
                ended_at: null,
                digest: null,
                operations: 0,
                ok: 0
              }
            }
          }
        })
      )
  )
  .add(
    HttpApiEndpoint.get("list", "/v1/runs")
      .setUrlParams(
        Schema.Struct({
          state: Schema.optionalWith(RunState, { exact: true }),
          mode: Schema.optionalWith(Schema.Literal("plan", "sync"), { exact: true }),
          limit: Limit,
          cursor: TextCursor
        })
      )
      .addSuccess(RunPage)
      .annotateContext(
        documented({
          summary: "List runs",
          description: "Newest first, whoever began them.",
          answers: { 200: { description: "A page of runs", example: { items: [example], next: null } } }
        })
      )
  )
  .add(
    HttpApiEndpoint.get("read", "/v1/runs/:run")
      .setPath(RunPath)
      .setUrlParams(OperationParams)
      .addSuccess(RunDetail)
      .addError(problems(404))
      .annotateContext(
        documented({
          summary: "Read a run",
          description:
            "With what it could see of every endpoint, what it found, and its operations page by page. An endpoint that does not answer costs its own objects only.",
          answers: {
            200: {
              description: "The run",
              example: {
                ...example,
                findings: {
                  endpoints: [
                    {
                      side: "netbox",
                      name: "https://netbox.example.com:443",
                      status: "read",
                      detail: "NetBox 4.7.3",
                      gaps: 0
                    },
                    { side: "proxmox", name: "lab", status: "read", detail: "", gaps: 0 }
                  ],
                  drifts: [],
                  conflicts: [],
                  warnings: [],
                  held: [],
                  counts: { drifts: 0, conflicts: 0, warnings: 0 }
                },
                page: { items: [{ ...operation, state: "ok" }], next: "7" }
              }
            }
          }
        })
      )
  )
  .add(
    HttpApiEndpoint.post("cancel", "/v1/runs/:run/cancel")
      .setPath(RunPath)
      .setHeaders(IdempotencyHeaders)
      .addSuccess(Run, { status: 202 })
      .addError(problems(404))
      .addError(problems(409))
      .addError(InvalidRequest)
      .annotate(RequiredScope, sync)
      .annotateContext(
        documented({
          summary: "Cancel a run",
          description:
            "The requests in flight get their outcome, the rest is skipped, and the run ends as `cancelled`. Answers when the wish is written down.",
          answers: {
            202: {
              description: "It will end",
              headers: location,
              example: { ...example, state: "applying", outcome: null }
            }
          }
        })
      )
  )
  .add(
    HttpApiEndpoint.get("events", "/v1/runs/:run/events")
      .setPath(RunPath)
      .setHeaders(
        Schema.Struct({
          "last-event-id": Schema.optionalWith(
            Schema.NumberFromString.pipe(Schema.int(), Schema.between(0, Number.MAX_SAFE_INTEGER)).annotations({
              description: "The stream goes on after this event",
              jsonSchema: { type: "string", pattern: "^[0-9]{1,15}$" }
            }),
            { exact: true }
          )
        })
      )
      .addSuccess(HttpApiSchema.Text({ contentType: "text/event-stream" }))
      .addError(problems(404))
      .annotateContext(
        documented({
          summary: "Follow a run",
          description:
            "Server-sent events: everything that happened in the run, then what happens, each with its type in `event`, its sequence number in `id`, and as `data` what `/v1/journal` shows of it. When the run is at rest, one `complete` with the run as it stands ends the stream. After a break, `Last-Event-ID` goes on where it was cut: nothing is lost or told twice.",
          answers: {
            200: {
              description: "The events",
              contentType: "text/event-stream",
              example:
                'id: 4711\nevent: PlanSealed\ndata: {"seq":4711,"at":"2026-03-01T06:00:01.000Z","stream":"019a…","version":9,"type":"PlanSealed","data":{"operations":12,"digest":"9f86…"}}\n\n'
            }
          }
        })
      )
  )
  .middleware(V1Authorization)
  .annotateContext(OpenApi.annotations({ description: "Work on NetBox: begun, followed, cancelled" }))
