import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import { Schema } from "effect"
import { ProxmoxChanges, ProxmoxEndpoint, ProxmoxInput } from "../../../store/Endpoints.ts"
import { V1Authorization } from "../../Authorization.ts"
import { InvalidRequest, problems } from "../../Problem.ts"
import { ConditionalHeaders } from "../Conditional.ts"
import { documented } from "../Documented.ts"
import { IdempotencyHeaders } from "../Idempotent.ts"
import { IdPath } from "../IdPath.ts"
import { strict } from "../Strict.ts"
import { changing, etag, proxmox, removing } from "./Documents.ts"

/** Where the truth comes from. */
export const ProxmoxEndpointsGroup = HttpApiGroup.make("proxmox_endpoints")
  .add(
    HttpApiEndpoint.get("list", "/v1/endpoints/proxmox")
      .addSuccess(
        Schema.Struct({ items: Schema.Array(ProxmoxEndpoint), next: Schema.Null }).annotations({
          identifier: "ProxmoxEndpointList"
        })
      )
      .annotateContext(
        documented({
          summary: "List Proxmox endpoints",
          description: "By id. Each is a source: a cluster, or a host of its own.",
          answers: { 200: { description: "All of them", example: { items: [proxmox], next: null } } }
        })
      )
  )
  .add(
    HttpApiEndpoint.post("create", "/v1/endpoints/proxmox")
      .setHeaders(IdempotencyHeaders)
      .setPayload(strict(ProxmoxInput))
      .addSuccess(ProxmoxEndpoint, { status: 201 })
      .addError(problems(400))
      .addError(problems(409))
      .addError(InvalidRequest)
      .annotateContext(
        documented({
          summary: "Create a Proxmox endpoint",
          description:
            "Password and token are stored encrypted, and shown by nothing. Without a key for that they are refused. `source` is its permanent name in NetBox, made from `name` unless given.",
          request: {
            name: "lab",
            ip_address: "192.0.2.20",
            domain: "pve1.example.com",
            port: 8006,
            username: "proxledger@pve",
            token_name: "sync",
            token_value: "the-uuid-of-your-token"
          },
          answers: {
            201: {
              description: "It is used from now on",
              headers: { Location: "Where it is read", ...etag },
              example: proxmox
            }
          }
        })
      )
  )
  .add(
    HttpApiEndpoint.get("read", "/v1/endpoints/proxmox/:id")
      .setPath(IdPath)
      .addSuccess(ProxmoxEndpoint)
      .addError(problems(404))
      .annotateContext(
        documented({
          summary: "Read a Proxmox endpoint",
          description: "Without password and token.",
          answers: { 200: { description: "The endpoint", headers: etag, example: proxmox } }
        })
      )
  )
  .add(
    HttpApiEndpoint.patch("update", "/v1/endpoints/proxmox/:id")
      .setPath(IdPath)
      .setHeaders(ConditionalHeaders)
      .setPayload(strict(ProxmoxChanges))
      .addSuccess(ProxmoxEndpoint)
      .addError(problems(400))
      .addError(problems(404))
      .addError(problems(409))
      .addError(problems(412))
      .addError(problems(428))
      .annotateContext(
        documented({
          summary: "Change a Proxmox endpoint",
          description: changing,
          request: { verify_ssl: false },
          answers: { 200: { description: "As it is now", headers: etag, example: { ...proxmox, verify_ssl: false } } }
        })
      )
  )
  .add(
    HttpApiEndpoint.del("remove", "/v1/endpoints/proxmox/:id")
      .setPath(IdPath)
      .setHeaders(ConditionalHeaders)
      .addError(problems(404))
      .addError(problems(412))
      .addError(problems(428))
      .annotateContext(
        documented({
          summary: "Delete a Proxmox endpoint",
          description: removing,
          answers: { 204: { description: "It is gone" } }
        })
      )
  )
  .middleware(V1Authorization)
  .annotateContext(OpenApi.annotations({ title: "Proxmox endpoints", description: "Where the truth comes from" }))
