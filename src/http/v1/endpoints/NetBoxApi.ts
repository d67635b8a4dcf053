import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import { Schema } from "effect"
import { NetBoxChanges, NetBoxEndpoint, NetBoxInput } from "../../../store/Endpoints.ts"
import { V1Authorization } from "../../Authorization.ts"
import { InvalidRequest, problems } from "../../Problem.ts"
import { ConditionalHeaders } from "../Conditional.ts"
import { documented } from "../Documented.ts"
import { IdempotencyHeaders } from "../Idempotent.ts"
import { IdPath } from "../IdPath.ts"
import { strict } from "../Strict.ts"
import { changing, etag, netbox, removing } from "./Documents.ts"

/** The NetBox that is kept true. */
export const NetBoxEndpointsGroup = HttpApiGroup.make("netbox_endpoints")
  .add(
    HttpApiEndpoint.get("list", "/v1/endpoints/netbox")
      .addSuccess(
        Schema.Struct({ items: Schema.Array(NetBoxEndpoint), next: Schema.Null }).annotations({
          identifier: "NetBoxEndpointList"
        })
      )
      .annotateContext(
        documented({
          summary: "List NetBox endpoints",
          description: "None or one: a service works for one NetBox.",
          answers: { 200: { description: "None or one", example: { items: [netbox], next: null } } }
        })
      )
  )
  .add(
    HttpApiEndpoint.post("create", "/v1/endpoints/netbox")
      .setHeaders(IdempotencyHeaders)
      .setPayload(strict(NetBoxInput))
      .addSuccess(NetBoxEndpoint, { status: 201 })
      .addError(problems(400))
      .addError(problems(409))
      .addError(InvalidRequest)
      .annotateContext(
        documented({
          summary: "Create the NetBox endpoint",
          description: "The token is stored encrypted, and shown by nothing. Without a key for that it is refused.",
          request: {
            name: "netbox",
            ip_address: "192.0.2.10",
            domain: "netbox.example.com",
            token: "a-token-of-your-netbox"
          },
          answers: {
            201: {
              description: "It is used from now on",
              headers: { Location: "Where it is read", ...etag },
              example: netbox
            }
          }
        })
      )
  )
  .add(
    HttpApiEndpoint.get("read", "/v1/endpoints/netbox/:id")
      .setPath(IdPath)
      .addSuccess(NetBoxEndpoint)
      .addError(problems(404))
      .annotateContext(
        documented({
          summary: "Read the NetBox endpoint",
          description: "Without its token.",
          answers: { 200: { description: "The endpoint", headers: etag, example: netbox } }
        })
      )
  )
  .add(
    HttpApiEndpoint.patch("update", "/v1/endpoints/netbox/:id")
      .setPath(IdPath)
      .setHeaders(ConditionalHeaders)
      .setPayload(strict(NetBoxChanges))
      .addSuccess(NetBoxEndpoint)
      .addError(problems(400))
      .addError(problems(404))
      .addError(problems(409))
      .addError(problems(412))
      .addError(problems(428))
      .annotateContext(
        documented({
          summary: "Change the NetBox endpoint",
          description: changing,
          request: { verify_ssl: false },
          answers: { 200: { description: "As it is now", headers: etag, example: { ...netbox, verify_ssl: false } } }
        })
      )
  )
  .add(
    HttpApiEndpoint.del("remove", "/v1/endpoints/netbox/:id")
      .setPath(IdPath)
      .setHeaders(ConditionalHeaders)
      .addError(problems(404))
      .addError(problems(412))
      .addError(problems(428))
      .annotateContext(
        documented({
          summary: "Delete the NetBox endpoint",
          description: removing,
          answers: { 204: { description: "It is gone" } }
        })
      )
  )
  .middleware(V1Authorization)
  .annotateContext(OpenApi.annotations({ title: "NetBox endpoints", description: "The NetBox that is kept true" }))
