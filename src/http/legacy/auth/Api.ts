import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import { Option, Schema } from "effect"
import { Authorization } from "../../Authorization.ts"
import { RequiredScope } from "../../RequiredScope.ts"
import { RowId } from "../../RowId.ts"
import { refused } from "../Refused.ts"

/** A key as clients know it: `created_at` in seconds since 1970. */
const Key = Schema.Struct({
  id: Schema.Int,
  label: Schema.String,
  is_active: Schema.Boolean,
  created_at: Schema.Number
}).annotations({ identifier: "Key" })

const NewKey = Schema.Struct({ ...Key.fields, raw_key: Schema.String }).annotations({ identifier: "NewKey" })

const BootstrapStatus = Schema.Struct({ needs_bootstrap: Schema.Boolean, has_db_keys: Schema.Boolean }).annotations({
  identifier: "BootstrapStatus"
})

const Registration = Schema.Struct({
  api_key: Schema.Redacted(Schema.String),
  label: Schema.optionalWith(Schema.String.pipe(Schema.maxLength(255)), { default: () => "" })
}).annotations({ identifier: "Registration", parseOptions: { errors: "all" } })

const path = Schema.Struct({ key_id: RowId })

/** Registers the first key; needs none. */
export const BootstrapGroup = HttpApiGroup.make("bootstrap")
  .add(HttpApiEndpoint.get("bootstrapStatus", "/auth/bootstrap-status").addSuccess(BootstrapStatus))
  .add(
    HttpApiEndpoint.post("registerKey", "/auth/register-key")
      .setPayload(Registration)
      .addSuccess(Schema.Struct({ detail: Schema.String }), { status: 201 })
      .addError(refused(400))
      .addError(refused(409))
  )
  .addError(refused(503))

/** The keys of the service, for callers whose own has the scope `admin`. */
export const AuthGroup = HttpApiGroup.make("auth")
  .add(HttpApiEndpoint.get("listKeys", "/auth/keys").addSuccess(Schema.Struct({ keys: Schema.Array(Key) })))
  .add(HttpApiEndpoint.post("createKey", "/auth/keys").addSuccess(NewKey, { status: 201 }).addError(refused(409)))
  .add(
    HttpApiEndpoint.del("deleteKey", "/auth/keys/:key_id")
      .setPath(path)
      .addSuccess(HttpApiSchema.NoContent)
      .addError(refused(404))
      .addError(refused(409))
  )
  .add(
    HttpApiEndpoint.post("deactivateKey", "/auth/keys/:key_id/deactivate")
      .setPath(path)
      .addSuccess(Key)
      .addError(refused(404))
      .addError(refused(409))
  )
  .add(
    HttpApiEndpoint.post("activateKey", "/auth/keys/:key_id/activate")
      .setPath(path)
      .addSuccess(Key)
      .addError(refused(404))
      .addError(refused(409))
  )
  .addError(refused(503))
  .annotateEndpoints(RequiredScope, Option.some("admin"))
  .middleware(Authorization)
