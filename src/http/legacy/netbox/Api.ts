import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import { Schema } from "effect"
import { JsonObject } from "../../../domain/Json.ts"
import { NetBoxChanges, NetBoxEndpoint, NetBoxInput } from "../../../store/Endpoints.ts"
import { Authorization } from "../../Authorization.ts"
import { RowId } from "../../RowId.ts"
import { Paging } from "../Paging.ts"
import { failed, refused } from "../Refused.ts"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

const Probe = Schema.Struct({
  reachable: Schema.Boolean,
  status: Schema.Literal("reachable", "timeout", "connection_error", "error"),
  api_version: optional(Schema.String),
  error_type: optional(Schema.String),
  error: optional(Schema.String),
  timeout_seconds: Schema.Number
}).annotations({ identifier: "NetBoxProbe" })

/** `probe` is only told by the route of its own: these rows are asked for from within a request to NetBox. */
const Row = Schema.Struct({ ...NetBoxEndpoint.fields, probe: Schema.NullOr(Probe) }).annotations({
  identifier: "NetBoxEndpointRow"
})

const path = Schema.Struct({ netbox_id: RowId })

const Which = Schema.Struct({ netbox_id: optional(RowId) })

/** The one NetBox. */
export const NetBoxGroup = HttpApiGroup.make("netbox")
  .add(
    HttpApiEndpoint.post("createNetBox", "/netbox/endpoint")
      .setPayload(NetBoxInput.annotations({ parseOptions: { errors: "all" } }))
      .addSuccess(Row)
      .addError(refused(400))
      .addError(failed(400))
  )
  .add(HttpApiEndpoint.get("listNetBox", "/netbox/endpoint").setUrlParams(Paging).addSuccess(Schema.Array(Row)))
  .add(
    HttpApiEndpoint.get("readNetBox", "/netbox/endpoint/:netbox_id")
      .setPath(path)
      .addSuccess(Row)
      .addError(refused(404))
  )
  .add(
    HttpApiEndpoint.put("updateNetBox", "/netbox/endpoint/:netbox_id")
      .setPath(path)
      .setPayload(NetBoxChanges.annotations({ parseOptions: { errors: "all" } }))
      .addSuccess(Row)
      .addError(refused(400))
      .addError(failed(400))
      .addError(refused(404))
  )
  .add(
    HttpApiEndpoint.del("deleteNetBox", "/netbox/endpoint/:netbox_id")
      .setPath(path)
      .addSuccess(Schema.Struct({ message: Schema.String }))
      .addError(refused(404))
  )
  .add(
    HttpApiEndpoint.get("probeNetBox", "/netbox/endpoint/:netbox_id/probe")
      .setPath(path)
      .addSuccess(Probe)
      .addError(refused(404))
  )
  .add(
    HttpApiEndpoint.get("netboxStatus", "/netbox/status")
      .setUrlParams(Which)
      .addSuccess(JsonObject)
      .addError(failed(400))
  )
  .add(
    HttpApiEndpoint.get("netboxOpenapi", "/netbox/openapi")
      .setUrlParams(Which)
      .addSuccess(JsonObject)
      .addError(failed(400))
  )
  .addError(refused(503))
  .middleware(Authorization)
