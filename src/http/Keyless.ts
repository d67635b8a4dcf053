import type * as HttpMethod from "@effect/platform/HttpMethod"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
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

/**
 * Node takes one new connection a turn, and in each turn answers whoever is connected: those who ask again and again would keep
 * others from being let in. A body may still be on its way, and would then be answered by a broken connection.
 */
export const parting = (headers: Headers.Headers): { readonly [name: string]: string } =>
  hasKey(headers) || headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0
    ? {}
    : { connection: "close" }

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
      return yield* Effect.catchTag(withoutKey, "NotAuthenticated", (refusal) =>
        Effect.map(turnedAway(url, refusal), HttpServerResponse.setHeaders(parting(headers)))
      )
    })
  return wrapper
})
