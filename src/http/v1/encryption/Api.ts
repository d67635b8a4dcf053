import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import { Option, Schema } from "effect"
import { EncryptionStatus } from "../../../store/Encryption.ts"
import { V1Authorization } from "../../Authorization.ts"
import { InvalidRequest, problems } from "../../Problem.ts"
import { RequiredScope } from "../../RequiredScope.ts"
import { documented } from "../Documented.ts"
import { IdempotencyHeaders } from "../Idempotent.ts"

const Rotate = Schema.NullOr(
  Schema.Struct({
    key: Schema.optionalWith(
      Schema.Redacted(Schema.String.pipe(Schema.minLength(1), Schema.maxLength(1000))).annotations({
        description:
          "The new key; absent: that of the environment where it is not the present one, else one that is made"
      }),
      { exact: true }
    )
  })
).annotations({ identifier: "RotateRequest", parseOptions: { errors: "all", onExcessProperty: "error" } })

export const Rotated = Schema.Struct({
  ...EncryptionStatus.fields,
  reencrypted: Schema.Int.annotations({ description: "How many credentials were encrypted again" }),
  key: Schema.NullOr(Schema.String).annotations({
    description: "The new key where it was made, this once; null where it was given, or the request was repeated"
  })
}).annotations({ identifier: "RotatedKey" })

const status = { configured: true, source: "local", verified: true }

/** How credentials are kept. */
export const EncryptionGroup = HttpApiGroup.make("encryption")
  .add(
    HttpApiEndpoint.get("status", "/v1/encryption")
      .addSuccess(EncryptionStatus)
      .annotateContext(
        documented({
          summary: "Read the state of the encryption",
          description: "Whether there is a key, where it comes from, and whether it opens everything that is stored.",
          answers: { 200: { description: "The state", example: status } }
        })
      )
  )
  .add(
    HttpApiEndpoint.post("rotate", "/v1/encryption/rotate")
      .setHeaders(IdempotencyHeaders)
      .setPayload(Rotate)
      .addSuccess(Rotated)
      .addError(problems(400))
      .addError(problems(409))
      .addError(InvalidRequest)
      .annotateContext(
        documented({
          summary: "Rotate the encryption key",
          description:
            "Encrypts every stored credential again with a new key, in one transaction: at no moment is there one that cannot be read.",
          request: {},
          answers: { 200: { description: "The new key is in use", example: { ...status, reencrypted: 3, key: null } } }
        })
      )
  )
  .middleware(V1Authorization)
  .annotateEndpoints(RequiredScope, Option.some("admin" as const))
  .annotateContext(OpenApi.annotations({ description: "How credentials are kept" }))
