import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import { Schema } from "effect"
import { ProxmoxChanges, ProxmoxEndpoint, ProxmoxInput } from "../../../store/Endpoints.ts"
import { Authorization } from "../../Authorization.ts"
import { RowId } from "../../RowId.ts"
import { Paging } from "../Paging.ts"
import { failed, refused } from "../Refused.ts"

const path = Schema.Struct({ endpoint_id: RowId })

/** The Proxmox clusters and hosts. */
export const ProxmoxEndpointsGroup = HttpApiGroup.make("proxmoxEndpoints")
  .add(
    HttpApiEndpoint.post("createProxmox", "/proxmox/endpoints")
      .setPayload(ProxmoxInput.annotations({ parseOptions: { errors: "all" } }))
      .addSuccess(ProxmoxEndpoint)
      .addError(refused(400))
      .addError(failed(400))
  )
  .add(
    HttpApiEndpoint.get("listProxmox", "/proxmox/endpoints")
      .setUrlParams(Paging)
      .addSuccess(Schema.Array(ProxmoxEndpoint))
  )
  .add(
    HttpApiEndpoint.get("readProxmox", "/proxmox/endpoints/:endpoint_id")
      .setPath(path)
      .addSuccess(ProxmoxEndpoint)
      .addError(refused(404))
  )
  .add(
    HttpApiEndpoint.put("updateProxmox", "/proxmox/endpoints/:endpoint_id")
      .setPath(path)
      .setPayload(ProxmoxChanges.annotations({ parseOptions: { errors: "all" } }))
      .addSuccess(ProxmoxEndpoint)
      .addError(refused(400))
      .addError(failed(400))
      .addError(refused(404))
  )
  .add(
    HttpApiEndpoint.del("deleteProxmox", "/proxmox/endpoints/:endpoint_id")
      .setPath(path)
      .addSuccess(Schema.Struct({ message: Schema.String }))
      .addError(refused(404))
  )
  .addError(refused(503))
  .middleware(Authorization)
