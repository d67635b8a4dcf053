import * as HttpServerError from "@effect/platform/HttpServerError"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import { Cause, Effect, Redacted } from "effect"
import { Authentication } from "./Authentication.ts"
import { otherForm } from "./EitherSlash.ts"
import { isExempt } from "./Exempt.ts"
import type { Wrapper } from "./Handler.ts"
import { answer, turnedAway } from "./Refusal.ts"
import * as RouteTable from "./RouteTable.ts"

const malformed = {
  code: "malformed_json",
  detail: "The body is not JSON. Send an object, with Content-Type application/json"
} as const

/**
 * What no handler answered, in the form of the surface that was asked: unknown paths, bodies that are no JSON, and defects,
 * which are logged and tell the client nothing. Who has no key does not learn which paths there are.
 */
export const houseErrors = Effect.map(Authentication, ({ authenticate }): Wrapper => {
  const notFound = Effect.gen(function* () {
    const { headers, url } = yield* HttpServerRequest.HttpServerRequest
    if (!isExempt(url)) yield* authenticate(Redacted.make(headers["x-proxbox-api-key"] ?? ""), "read")
    const allowed = [url, otherForm(url)].map(RouteTable.allowed).find((methods) => methods.length > 0)
    if (allowed === undefined) return yield* answer(url, { code: "not_found", detail: "Not Found" })
    const allow = allowed.includes("GET") ? [...allowed, "HEAD"] : allowed
    return yield* answer(url, {
      code: "method_not_allowed",
      detail: "Method Not Allowed",
      headers: { allow: allow.join(", ") }
    })
  }).pipe(
    Effect.catchTag("NotAuthenticated", (refusal) =>
      Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ url }) => turnedAway(url, refusal))
    )
  )

  return (handler) =>
    Effect.catchAllCause(handler, (cause) =>
      Effect.gen(function* () {
        if (Cause.isInterrupted(cause)) return yield* Effect.failCause(cause)
        const error: unknown = Cause.squash(cause)
        const { url } = yield* HttpServerRequest.HttpServerRequest
        if (HttpServerError.isServerError(error) && error._tag === "RouteNotFound") return yield* notFound
        if (HttpServerError.isServerError(error) && error._tag === "RequestError") return yield* answer(url, malformed)
        yield* Effect.logError("A request failed for a reason that should not exist", cause)
        return yield* answer(url, { code: "internal", detail: "An unexpected error occurred." })
      })
    )
})
