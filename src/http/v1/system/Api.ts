import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import { Schema } from "effect"

/** Whether the service lives and can work. */
export const SystemGroup = HttpApiGroup.make("system").add(
  HttpApiEndpoint.get("livez", "/livez").addSuccess(Schema.Struct({ status: Schema.Literal("live") }))
)
