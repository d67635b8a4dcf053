import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import { Schema } from "effect"
import { Authorization } from "../../../Authorization.ts"
import { RequiredScope } from "../../../RequiredScope.ts"
import { answerGet, answerPost, OneNode, streamGet, streamPost, writes } from "../Endpoints.ts"

const devices = "/dcim/devices/create"
const interfaces = "/dcim/devices/interfaces/create"
const ofNode = "/dcim/devices/:node/interfaces/create"

/** Nodes and their interfaces. */
export const DcimGroup = HttpApiGroup.make("dcim")
  .add(answerGet("devices", devices))
  .add(answerPost("devicesByPost", devices))
  .add(streamGet("devicesStream", `${devices}/stream`))
  .add(streamPost("devicesStreamByPost", `${devices}/stream`))
  .add(answerGet("interfaces", interfaces))
  .add(answerPost("interfacesByPost", interfaces))
  .add(streamGet("interfacesStream", `${interfaces}/stream`))
  .add(streamPost("interfacesStreamByPost", `${interfaces}/stream`))
  .add(answerGet("interfacesOfNode", ofNode).setPath(OneNode))
  .add(answerPost("interfacesOfNodeByPost", ofNode).setPath(OneNode))
  .annotateEndpoints(RequiredScope, writes)
  .add(
    HttpApiEndpoint.get("stub", "/dcim/devices").addSuccess(
      Schema.Struct({ message: Schema.String }).annotations({ identifier: "DevicesCreated" })
    )
  )
  .middleware(Authorization)
