import type * as HttpMethod from "@effect/platform/HttpMethod"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import type * as Headers from "@effect/platform/Headers"
import { Effect } from "effect"
import { Authentication } from "./Authentication.ts"
import { otherForm } from "./EitherSlash.ts"
import { isExempt, pathOf } from "./Exempt.ts"
import type { Wrapper } from "./Handler.ts"
import { HttpSettings } from "./HttpSettings.ts"
import { turnedAway } from "./Refusal.ts"
import * as RouteTable from "./RouteTable.ts"
import { path as procedures } from "./rpc/Api.ts"

export const hasKey = (headers: Headers.Headers): boolean => (headers["x-proxbox-api-key"] ?? "") !== ""

/** Procedures bring a key with each message. Paths that there are not need one: who has none does not learn which there are. */
const needsKey = (method: HttpMethod.HttpMethod, url: string): boolean => {
  if (isExempt(url) || pathOf(url) === procedures) return false
  return (RouteTable.find(method, url) ?? RouteTable.find(method, otherForm(url)))?.needsKey ?? true
}

/**
 * Turns requests without a key away before anything else is done for them: anybody can send any number. A body that is too long
 * is refused as such, which ends the connection: it would be received to its end otherwise.
 */
export const turningAway = Effect.gen(function* () {
  const { withoutKey } = yield* Authentication
  const { maxBody } = yield* HttpSettings
  const wrapper: Wrapper = (handler) =>
    Effect.gen(function* () {
      const { headers, method, url } = yield* HttpServerRequest.HttpServerRequest
      const isTooLong = Number(headers["content-length"] ?? 0) > maxBody
      if (hasKey(headers) || isTooLong || !needsKey(method, url)) return yield* handler
      return yield* Effect.catchTag(withoutKey, "NotAuthenticated", (refusal) => turnedAway(url, refusal))
    })
  return wrapper
})
