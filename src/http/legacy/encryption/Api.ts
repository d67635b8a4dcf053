import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import { Option, Schema } from "effect"
import { KeySource } from "../../../store/Encryption.ts"
import { Authorization } from "../../Authorization.ts"
import { RequiredScope } from "../../RequiredScope.ts"
import { failed, refused } from "../Refused.ts"

/** Where the key of stored credentials comes from, and that everything stored was opened with it just now. */
const Status = Schema.Struct({
  configured: Schema.Boolean,
  source: Schema.NullOr(KeySource),
  attestation_version: Schema.Literal(1),
  active_key_source: Schema.NullOr(KeySource),
  encrypted_credentials_verified: Schema.Boolean
}).annotations({ identifier: "EncryptionAttestation" })

const NewKey = Schema.Struct({ ...Status.fields, key: Schema.String }).annotations({ identifier: "NewEncryptionKey" })

const Given = Schema.Struct({ key: Schema.Redacted(Schema.NonEmptyString) }).annotations({
  identifier: "EncryptionKeyInput"
})

export const EncryptionGroup = HttpApiGroup.make("encryption")
  .add(HttpApiEndpoint.get("encryptionStatus", "/admin/encryption/status").addSuccess(Status))
  .add(
    HttpApiEndpoint.post("setEncryptionKey", "/admin/encryption/key")
      .setPayload(Given)
      .addSuccess(Status)
      .addError(refused(409))
      .addError(failed(400))
  )
  .add(
    HttpApiEndpoint.post("generateEncryptionKey", "/admin/encryption/generate")
      .addSuccess(NewKey)
      .addError(refused(409))
      .addError(failed(400))
  )
  .add(
    HttpApiEndpoint.del("removeEncryptionKey", "/admin/encryption/key")
      .addSuccess(Status)
      .addError(refused(409))
      .addError(failed(400))
  )
  .addError(refused(503))
  .annotateEndpoints(RequiredScope, Option.some("admin"))
  .middleware(Authorization)
