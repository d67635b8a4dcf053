import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import { Option, Schema } from "effect"
import { ApiKey, KeyScope } from "../../../store/Keys.ts"
import { V1Authorization } from "../../Authorization.ts"
import { InvalidRequest, problems } from "../../Problem.ts"
import { RequiredScope } from "../../RequiredScope.ts"
import { documented } from "../Documented.ts"
import { IdPath } from "../IdPath.ts"
import { IdempotencyHeaders } from "../Idempotent.ts"

const NewKey = Schema.Struct({
  label: Schema.String.pipe(Schema.maxLength(255)).annotations({ description: "What it is for" }),
  scopes: Schema.Array(KeyScope).pipe(Schema.minItems(1)).annotations({
    description: "`read` reads, `sync` starts runs, `write` changes endpoints and schedules, `admin` may do everything"
  }),
  expires_at: Schema.optionalWith(
    Schema.NullOr(Schema.Number.pipe(Schema.between(0, 253_402_300_799))).annotations({
      description: "Seconds since 1970; null: never"
    }),
    { default: () => null }
  )
}).annotations({ identifier: "NewKey", parseOptions: { errors: "all", onExcessProperty: "error" } })

export const CreatedKey = Schema.Struct({
  ...ApiKey.fields,
  raw_key: Schema.NullOr(Schema.String).annotations({
    description: "The key itself, this once; null where the request was repeated"
  })
}).annotations({ identifier: "CreatedKey" })

export const KeyList = Schema.Struct({ items: Schema.Array(ApiKey), next: Schema.Null }).annotations({
  identifier: "KeyList"
})

const key = {
  id: 3,
  label: "automation",
  is_active: true,
  created_at: 1_772_344_800,
  scopes: ["sync"],
  expires_at: null,
  last_used_at: 1_772_348_400
}

/** The keys that open the service. */
export const KeysGroup = HttpApiGroup.make("keys")
  .add(
    HttpApiEndpoint.get("list", "/v1/keys")
      .addSuccess(KeyList)
      .annotateContext(
        documented({
          summary: "List API keys",
          description: "Newest first. The keys themselves are not stored.",
          answers: { 200: { description: "All keys", example: { items: [key], next: null } } }
        })
      )
  )
  .add(
    HttpApiEndpoint.post("create", "/v1/keys")
      .setHeaders(IdempotencyHeaders)
      .setPayload(NewKey)
      .addSuccess(CreatedKey, { status: 201 })
      .addError(problems(409))
      .addError(InvalidRequest)
      .annotateContext(
        documented({
          summary: "Create an API key",
          description: "The key is in this answer and nowhere else.",
          request: { label: "automation", scopes: ["sync"], expires_at: null },
          answers: {
            201: {
              description: "It can be used",
              headers: { Location: "Where the key is read" },
              example: { ...key, last_used_at: null, raw_key: "f3kP…64 characters…Qz" }
            }
          }
        })
      )
  )
  .add(
    HttpApiEndpoint.get("read", "/v1/keys/:id")
      .setPath(IdPath)
      .addSuccess(ApiKey)
      .addError(problems(404))
      .annotateContext(
        documented({
          summary: "Read an API key",
          description: "Everything but the key.",
          answers: { 200: { description: "The key", example: key } }
        })
      )
  )
  .add(
    HttpApiEndpoint.del("remove", "/v1/keys/:id")
      .setPath(IdPath)
      .addError(problems(404))
      .addError(problems(409))
      .annotateContext(
        documented({
          summary: "Delete an API key",
          description: "The last active key with the scope `admin` that never expires stays.",
          answers: { 204: { description: "It is gone" } }
        })
      )
  )
  .add(
    HttpApiEndpoint.post("activate", "/v1/keys/:id/activate")
      .setPath(IdPath)
      .setHeaders(IdempotencyHeaders)
      .addSuccess(ApiKey)
      .addError(problems(404))
      .addError(problems(409))
      .addError(InvalidRequest)
      .annotateContext(
        documented({
          summary: "Activate an API key",
          description: "It opens the service again.",
          answers: { 200: { description: "The key", example: key } }
        })
      )
  )
  .add(
    HttpApiEndpoint.post("deactivate", "/v1/keys/:id/deactivate")
      .setPath(IdPath)
      .setHeaders(IdempotencyHeaders)
      .addSuccess(ApiKey)
      .addError(problems(404))
      .addError(problems(409))
      .addError(InvalidRequest)
      .annotateContext(
        documented({
          summary: "Deactivate an API key",
          description: "It opens nothing until it is activated again.",
          answers: { 200: { description: "The key", example: { ...key, is_active: false } } }
        })
      )
  )
  .middleware(V1Authorization)
  .annotateEndpoints(RequiredScope, Option.some("admin" as const))
  .annotateContext(OpenApi.annotations({ description: "The keys that open the service" }))
