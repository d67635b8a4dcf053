import * as HttpApi from "@effect/platform/HttpApi"
import * as OpenApi from "@effect/platform/OpenApi"
import { InvalidRequest } from "../Problem.ts"
import { SystemGroup } from "./system/Api.ts"

/** The clean surface: `/v1`, and what watches over the service. */
export class V1Api extends HttpApi.make("v1")
  .add(SystemGroup)
  .annotateContext(OpenApi.annotations({ title: "Proxledger", version: "1" })) {
  // The type of the base names its own encoding of a request that did not decode; ours is a problem.
  static override readonly errorSchema = InvalidRequest as never
}
