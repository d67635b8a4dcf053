import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import { Effect } from "effect"
import { otherForm } from "./EitherSlash.ts"
import type { Wrapper } from "./Handler.ts"
import { HttpSettings } from "./HttpSettings.ts"
import { answer } from "./Refusal.ts"
import * as RouteTable from "./RouteTable.ts"

/** Some GETs of the compatible surface write: they answer no HEAD, and no GET either where that is forbidden. */
export const safeMethods = Effect.map(
  HttpSettings,
  ({ rejectMutatingGet }): Wrapper =>
    (handler) =>
      Effect.gen(function* () {
        const { method, url } = yield* HttpServerRequest.HttpServerRequest
        if (method !== "HEAD" && !(method === "GET" && rejectMutatingGet)) return yield* handler
        const route = RouteTable.find("GET", url) ?? RouteTable.find("GET", otherForm(url))
        if (route === undefined || route.scope === "read" || route.scope === "admin") return yield* handler
        const allow = RouteTable.allowed(url).filter((one) => one !== "GET" || !rejectMutatingGet)
        return yield* answer(url, {
          code: "method_not_allowed",
          detail: "Method Not Allowed",
          headers: { allow: allow.join(", ") }
        })
      })
)
