import type * as HttpMethod from "@effect/platform/HttpMethod"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import type * as Headers from "@effect/platform/Headers"
import { Effect } from "effect"
import { Authentication } from "./Authentication.ts"
import { otherForm } from "./EitherSlash.ts"
import { isExempt, pathOf } from "./Exempt.ts"
import type { Wrapper } from "./Handler.ts"
import { turnedAway } from "./Refusal.ts"
import * as RouteTable from "./RouteTable.ts"
import { path as procedures } from "./rpc/Api.ts"

export const hasKey = (headers: Headers.Headers): boolean => (headers["x-proxbox-api-key"] ?? "") !== ""

/** Procedures bring a key with each message. Paths that there are not need one: who has none does not learn which there are. */
const needsKey = (method: HttpMethod.HttpMethod, url: string): boolean => {
  if (isExempt(url) || pathOf(url) === procedures) return false
  return (RouteTable.find(method, url) ?? RouteTable.find(method, otherForm(url)))?.needsKey ?? true
}

/** Turns requests without a key away before anything else is done for them: anybody can send any number. */
export const turningAway = Effect.map(
  Authentication,
  ({ withoutKey }): Wrapper =>
    (handler) =>
      Effect.gen(function* () {
        const { headers, method, url } = yield* HttpServerRequest.HttpServerRequest
        if (hasKey(headers) || !needsKey(method, url)) return yield* handler
        return yield* Effect.catchTag(withoutKey, "NotAuthenticated", (refusal) => turnedAway(url, refusal))
      })
)
