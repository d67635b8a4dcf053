import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import { Schema } from "effect"

const Welcome = Schema.Struct({
  message: Schema.String,
  proxbox: Schema.Struct({ github: Schema.String, docs: Schema.String }),
  fastapi: Schema.Struct({ github: Schema.String, website: Schema.String, reason: Schema.String })
}).annotations({ identifier: "Welcome" })

/** What clients ask to find the service. */
export const RootGroup = HttpApiGroup.make("root").add(HttpApiEndpoint.get("welcome", "/").addSuccess(Welcome))
