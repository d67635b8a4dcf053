import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import { Option, Schema } from "effect"
import { V1Authorization } from "../../Authorization.ts"
import { InvalidRequest, problems } from "../../Problem.ts"
import { RequiredScope } from "../../RequiredScope.ts"
import { documented } from "../Documented.ts"
import { IdempotencyHeaders } from "../Idempotent.ts"
import { Limit, TextCursor } from "../Paging.ts"
import { OperationParams, RunDetail, RunPage } from "../runs/Api.ts"
import { example as operation } from "../runs/Operation.ts"
import { Request } from "../runs/Request.ts"
import { example as run, Run, RunState } from "../runs/Run.ts"

const PlanPath = Schema.Struct({
  plan: Schema.String.pipe(Schema.minLength(1), Schema.maxLength(100)).annotations({
    description: "Id of the plan, which is that of its run"
  })
})

const Apply = Schema.NullOr(
  Schema.Struct({
    digest: Schema.optionalWith(
      Schema.String.pipe(Schema.maxLength(200)).annotations({
        description: "Of the plan that was read and approved: another one is refused"
      }),
      { exact: true }
    )
  })
).annotations({ identifier: "ApplyRequest", parseOptions: { errors: "all", onExcessProperty: "error" } })

const ApplyParams = Schema.Struct({
  allow_partial: Schema.optionalWith(
    Schema.Literal("true", "false").annotations({
      description: "`true`: objects that were changed or removed since are left out, and the rest is applied"
    }),
    { default: () => "false" as const }
  )
})

const planned = { ...run, mode: "plan", state: "planned", outcome: null, ended_at: null, ok: 0 } as const

const sync = Option.some("sync" as const)

/** What would be done, before it is done. */
export const PlansGroup = HttpApiGroup.make("plans")
  .add(
    HttpApiEndpoint.post("create", "/v1/plans")
      .setHeaders(IdempotencyHeaders)
      .setPayload(Request)
      .addSuccess(Run, { status: 202 })
      .addError(problems(409))
      .addError(InvalidRequest)
      .annotate(RequiredScope, sync)
      .annotateContext(
        documented({
          summary: "Create a plan",
          description:
            "Reads the sources and NetBox and works out what to write, without writing. Answers as soon as the plan is begun: it is ready when its state is `planned`, or `completed` where nothing is to be done; `/v1/runs/{run}/events` follows it.",
          request: { scope: { guests: ["virtualization.virtualmachine:lab/101"] } },
          answers: {
            202: {
              description: "It has begun",
              headers: { Location: "Where the plan is read" },
              example: { ...planned, state: "planning", operations: 0, digest: null }
            }
          }
        })
      )
  )
  .add(
    HttpApiEndpoint.get("list", "/v1/plans")
      .setUrlParams(
        Schema.Struct({ state: Schema.optionalWith(RunState, { exact: true }), limit: Limit, cursor: TextCursor })
      )
      .addSuccess(RunPage)
      .annotateContext(
        documented({
          summary: "List plans",
          description: "Newest first. A plan is a run that stops at its seal until somebody applies it.",
          answers: { 200: { description: "A page of plans", example: { items: [planned], next: null } } }
        })
      )
  )
  .add(
    HttpApiEndpoint.get("read", "/v1/plans/:plan")
      .setPath(PlanPath)
      .setUrlParams(OperationParams)
      .addSuccess(RunDetail)
      .addError(problems(404))
      .annotateContext(
        documented({
          summary: "Read a plan",
          description: "With its operations page by page: every field that would change, from what, to what, and why.",
          answers: {
            200: {
              description: "The plan",
              example: {
                ...planned,
                findings: {
                  endpoints: [{ side: "proxmox", name: "lab", status: "read", detail: "", gaps: 0 }],
                  drifts: [],
                  conflicts: [],
                  warnings: [],
                  held: [],
                  counts: { drifts: 0, conflicts: 0, warnings: 0 }
                },
                page: { items: [operation], next: null }
              }
            }
          }
        })
      )
  )
  .add(
    HttpApiEndpoint.post("apply", "/v1/plans/:plan/apply")
      .setPath(PlanPath)
      .setUrlParams(ApplyParams)
      .setHeaders(IdempotencyHeaders)
      .setPayload(Apply)
      .addSuccess(Run, { status: 202 })
      .addError(problems(404))
      .addError(problems(409))
      .addError(InvalidRequest)
      .addError(problems(502))
      .annotate(RequiredScope, sync)
      .annotateContext(
        documented({
          summary: "Apply a plan",
          description:
            "Sends exactly what was sealed. Before anything is sent, the objects are looked at again: where one was changed or removed since, the answer is 409 `plan_stale` with all of them in `objects`, and nothing was sent. With `allow_partial=true` those are left out.",
          request: { digest: run.digest },
          answers: {
            202: {
              description: "It is being applied",
              headers: { Location: "Where the run is read" },
              example: { ...planned, state: "applying" }
            },
            409: {
              description: "It is stale, was applied or discarded before, or a run is active",
              contentType: "application/problem+json",
              example: {
                type: "urn:proxledger:problem:plan_stale",
                title: "The plan is stale",
                status: 409,
                detail:
                  "1 object was changed or removed in NetBox since the plan was made. Plan again, or apply the rest with ?allow_partial=true",
                code: "plan_stale",
                retryable: false,
                request_id: "019a1b2c-3d4d-7b10-9c2d-1e2f3a4b5c6d",
                objects: [
                  { ref: operation.ref, label: operation.label, detail: "it was changed in NetBox since it was read" }
                ]
              }
            }
          }
        })
      )
  )
  .add(
    HttpApiEndpoint.post("discard", "/v1/plans/:plan/discard")
      .setPath(PlanPath)
      .setHeaders(IdempotencyHeaders)
      .addSuccess(Run)
      .addError(problems(404))
      .addError(problems(409))
      .addError(InvalidRequest)
      .annotate(RequiredScope, sync)
      .annotateContext(
        documented({
          summary: "Discard a plan",
          description: "It is never applied, and stays in the journal with the outcome `cancelled`.",
          answers: {
            200: {
              description: "The plan as it ended",
              example: { ...planned, state: "completed", outcome: "cancelled" }
            }
          }
        })
      )
  )
  .middleware(V1Authorization)
  .annotateContext(OpenApi.annotations({ description: "What would be done, before it is done" }))
