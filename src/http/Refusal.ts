import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { Effect } from "effect"
import { bodyOf, contentType, Problem, statusOf } from "./Problem.ts"

/** What the frame itself says no to, for either surface. */
export interface Refusal {
  readonly code: Problem["code"]
  readonly detail: string
  readonly headers?: { readonly [name: string]: string }
}

/** Whether a path belongs to the clean surface, whose errors are problems. */
export const isV1 = (url: string): boolean => /^\/v1(\/|\?|$)/.test(url)

const legacyBody = ({ code, detail }: Refusal) => {
  if (code === "internal") return { message: "Internal server error", detail, python_exception: null }
  return { detail }
}

/** A refusal in the form of the surface that was asked. */
export const answer = (url: string, refusal: Refusal): Effect.Effect<HttpServerResponse.HttpServerResponse> => {
  const { code, detail, headers = {} } = refusal
  const status = statusOf(code)
  return isV1(url)
    ? Effect.map(bodyOf(new Problem({ code, detail })), (body) =>
        HttpServerResponse.unsafeJson(body, { status, contentType, headers })
      )
    : Effect.succeed(HttpServerResponse.unsafeJson(legacyBody(refusal), { status, headers }))
}
