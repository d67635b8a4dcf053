import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import { Schema } from "effect"
import { Json } from "../../../../domain/Json.ts"
import { Authorization } from "../../../Authorization.ts"
import { failed, refused } from "../../Refused.ts"
import { Which } from "../ask/Query.ts"

const machines = "/virtualization/virtual-machines"

const ById = Schema.Struct({ id: Schema.NumberFromString.pipe(Schema.int()) })

/** Machines as NetBox has them, and what clients know to be missing. */
export const ReadsGroup = HttpApiGroup.make("reads")
  .add(
    HttpApiEndpoint.get("machines", machines)
      .setUrlParams(Which)
      .addSuccess(Schema.Array(Json))
      .addError(failed(400))
      .addError(failed(502))
      .addError(failed(503))
  )
  .add(
    HttpApiEndpoint.get("machine", `${machines}/:id`)
      .setPath(ById)
      .setUrlParams(Which)
      .addSuccess(Json)
      .addError(failed(400))
      .addError(refused(404))
      .addError(refused(502))
      .addError(failed(503))
  )
  .add(HttpApiEndpoint.get("summary", `${machines}/:id/summary`).setPath(ById).addError(refused(501)))
  .add(HttpApiEndpoint.get("example", `${machines}/summary/example`).addSuccess(Json))
  .add(HttpApiEndpoint.get("createTest", `${machines}/create-test`).addError(refused(410)))
  .add(HttpApiEndpoint.get("clusterTypes", "/virtualization/cluster-types/create").addError(refused(501)))
  .add(HttpApiEndpoint.get("clusters", "/virtualization/clusters/create").addError(refused(501)))
  .middleware(Authorization)
