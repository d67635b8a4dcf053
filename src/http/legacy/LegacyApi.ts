import * as HttpApi from "@effect/platform/HttpApi"
import * as OpenApi from "@effect/platform/OpenApi"
import { InvalidRequest } from "./Refused.ts"
import { RootGroup } from "./root/Api.ts"

/** The surface that clients of proxbox-api know: paths, statuses and bodies are theirs. */
export class LegacyApi extends HttpApi.make("legacy")
  .add(RootGroup)
  .annotateContext(OpenApi.annotations({ title: "Proxledger, compatible surface", version: "1" })) {
  // The type of the base names its own encoding of a request that did not decode; ours is the one that clients know.
  static override readonly errorSchema = InvalidRequest as never
}
