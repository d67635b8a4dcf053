import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import { Schema } from "effect"
import { Schedule, ScheduleChanges, ScheduleInput } from "../../../store/Schedules.ts"
import { V1Authorization } from "../../Authorization.ts"
import { InvalidRequest, problems } from "../../Problem.ts"
import { ConditionalHeaders } from "../Conditional.ts"
import { documented } from "../Documented.ts"
import { IdempotencyHeaders } from "../Idempotent.ts"
import { IdPath } from "../IdPath.ts"
import { strict } from "../Strict.ts"

const example = {
  id: 2,
  name: "nightly",
  cron: "0 3 * * *",
  timezone: "Europe/Berlin",
  scope: {},
  approve_removals: false,
  enabled: true,
  next_at: 1_772_416_800,
  last_run: "019a1b2c-3d4e-7f60-8a9b-0c1d2e3f4a5b",
  last_fired_at: 1_772_330_400,
  last_missed_at: null
}

const etag = { ETag: "Of what callers may change; for If-Match" }

/** When runs start by themselves. */
export const SchedulesGroup = HttpApiGroup.make("schedules")
  .add(
    HttpApiEndpoint.get("list", "/v1/schedules")
      .addSuccess(
        Schema.Struct({ items: Schema.Array(Schedule), next: Schema.Null }).annotations({ identifier: "ScheduleList" })
      )
      .annotateContext(
        documented({
          summary: "List schedules",
          description: "With when each fires next, what it started last, and whether it missed a time.",
          answers: { 200: { description: "All schedules", example: { items: [example], next: null } } }
        })
      )
  )
  .add(
    HttpApiEndpoint.post("create", "/v1/schedules")
      .setHeaders(IdempotencyHeaders)
      .setPayload(strict(ScheduleInput))
      .addSuccess(Schedule, { status: 201 })
      .addError(InvalidRequest)
      .addError(problems(409))
      .annotateContext(
        documented({
          summary: "Create a schedule",
          description:
            "A cron expression of five fields (six with seconds first) in a time zone, and the scope of the runs it starts. A time at which the service did not run, or another run was under way, is missed, and said to be.",
          request: { name: "nightly", cron: "0 3 * * *", timezone: "Europe/Berlin" },
          answers: {
            201: {
              description: "It fires from now on",
              headers: { Location: "Where it is read", ...etag },
              example: { ...example, last_run: null, last_fired_at: null }
            }
          }
        })
      )
  )
  .add(
    HttpApiEndpoint.get("read", "/v1/schedules/:id")
      .setPath(IdPath)
      .addSuccess(Schedule)
      .addError(problems(404))
      .annotateContext(
        documented({
          summary: "Read a schedule",
          description: "With when it fires next, what it started last, and whether it missed a time.",
          answers: { 200: { description: "The schedule", headers: etag, example } }
        })
      )
  )
  .add(
    HttpApiEndpoint.patch("update", "/v1/schedules/:id")
      .setPath(IdPath)
      .setHeaders(ConditionalHeaders)
      .setPayload(strict(ScheduleChanges))
      .addSuccess(Schedule)
      .addError(problems(404))
      .addError(problems(412))
      .addError(problems(428))
      .annotateContext(
        documented({
          summary: "Change a schedule",
          description: "Only what is sent changes. Its ETag is sent in If-Match.",
          request: { enabled: false },
          answers: {
            200: { description: "As it is now", headers: etag, example: { ...example, enabled: false, next_at: null } }
          }
        })
      )
  )
  .add(
    HttpApiEndpoint.del("remove", "/v1/schedules/:id")
      .setPath(IdPath)
      .setHeaders(ConditionalHeaders)
      .addError(problems(404))
      .addError(problems(412))
      .addError(problems(428))
      .annotateContext(
        documented({
          summary: "Delete a schedule",
          description: "A run that it started goes on. Its ETag is sent in If-Match.",
          answers: { 204: { description: "It is gone" } }
        })
      )
  )
  .middleware(V1Authorization)
  .annotateContext(OpenApi.annotations({ description: "When runs start by themselves" }))
