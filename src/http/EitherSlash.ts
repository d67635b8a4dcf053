import * as HttpServerError from "@effect/platform/HttpServerError"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import { Cause, Effect } from "effect"
import type { Wrapper } from "./Handler.ts"

/** The same path with a slash at its end, or without. */
export const otherForm = (url: string): string => {
  const at = url.indexOf("?")
  const [path, query] = at === -1 ? [url, ""] : [url.slice(0, at), url.slice(at)]
  return (path.endsWith("/") ? path.slice(0, -1) : `${path}/`) + query
}

/** Where a path leads nowhere, its other form is tried. Never a redirect: clients that follow none would stop there. */
export const eitherSlash: Wrapper = (handler) =>
  Effect.catchAllCause(handler, (cause) =>
    Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      const error: unknown = Cause.squash(cause)
      return HttpServerError.isServerError(error) && error._tag === "RouteNotFound" && request.url !== "/"
        ? yield* Effect.provideService(
            handler,
            HttpServerRequest.HttpServerRequest,
            request.modify({ url: otherForm(request.url) })
          )
        : yield* Effect.failCause(cause)
    })
  )
