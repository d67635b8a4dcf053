import * as HttpApiMiddleware from "@effect/platform/HttpApiMiddleware"
import * as HttpApiSecurity from "@effect/platform/HttpApiSecurity"
import { Schema } from "effect"
import { header } from "./Authentication.ts"
import { Caller } from "./Caller.ts"
import { refused } from "./legacy/Refused.ts"
import { problems } from "./Problem.ts"

const security = { apiKey: HttpApiSecurity.apiKey({ in: "header", key: header }) }

/** Of the compatible surface: a key is needed, and refusals are `{"detail"}`. */
export class Authorization extends HttpApiMiddleware.Tag<Authorization>()("proxledger/Authorization", {
  failure: Schema.Union(refused(401), refused(403), refused(429), refused(503)),
  provides: Caller,
  security
}) {}

/** Of the clean surface: the same check, and refusals are problems. */
export class V1Authorization extends HttpApiMiddleware.Tag<V1Authorization>()("proxledger/V1Authorization", {
  failure: Schema.Union(problems(401), problems(403), problems(429), problems(503)),
  provides: Caller,
  security
}) {}
