import * as HttpLayerRouter from "@effect/platform/HttpLayerRouter"
import * as HttpServerError from "@effect/platform/HttpServerError"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import { Cause, Effect } from "effect"
import { answer } from "./Refusal.ts"

/**
 * What no handler answered, in the form of the surface that was asked: unknown paths, bodies that are no JSON, and defects,
 * which are logged and tell the client nothing but the id of its request.
 */
export const houseErrors = HttpLayerRouter.middleware(
  (handler) =>
    Effect.catchAllCause(handler, (cause) =>
      Effect.gen(function* () {
        if (Cause.isInterrupted(cause)) return yield* Effect.failCause(cause)
        const error: unknown = Cause.squash(cause)
        const { url } = yield* HttpServerRequest.HttpServerRequest
        if (HttpServerError.isServerError(error)) {
          if (error._tag === "RouteNotFound") {
            return yield* answer(url, { code: "not_found", detail: "Not Found" })
          }
          if (error._tag === "RequestError") {
            return yield* answer(url, {
              code: "malformed_json",
              detail: "The body is not JSON. Send an object, with Content-Type application/json"
            })
          }
        }
        yield* Effect.logError("A request failed for a reason that should not exist", cause)
        return yield* answer(url, { code: "internal", detail: "An unexpected error occurred." })
      })
    ),
  { global: true }
)
