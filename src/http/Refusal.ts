import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { Effect } from "effect"
import type { Json } from "../domain/Json.ts"
import type { NotAuthenticated } from "./Authentication.ts"
import { requestInvalid } from "./legacy/Refused.ts"
import { bodyOf, contentType, Problem, statusOf } from "./Problem.ts"

/** What the frame itself says no to, for either surface. */
export interface Refusal {
  readonly code: Problem["code"]
  readonly detail: string
  readonly headers?: { readonly [name: string]: string }
}

/** Whether a path belongs to the clean surface, whose errors are problems. */
export const isV1 = (url: string): boolean => /^\/v1(\/|\?|$)/.test(url)

/** Bodies that do not parse are invalid requests there, whatever is wrong with them. */
const legacy = ({ code, detail }: Refusal): readonly [status: number, body: Json] => {
  if (code === "malformed_json" || code === "unsupported_media_type") {
    return [422, { detail: [requestInvalid, { type: "body_invalid", loc: ["body"], msg: detail }] }]
  }
  if (code === "internal") return [500, { message: "Internal server error", detail, python_exception: null }]
  return [statusOf(code), { detail }]
}

/** A refusal in the form of the surface that was asked. */
export const answer = (url: string, refusal: Refusal): Effect.Effect<HttpServerResponse.HttpServerResponse> => {
  const { code, detail, headers = {} } = refusal
  if (isV1(url)) {
    return Effect.map(bodyOf(new Problem({ code, detail })), (body) =>
      HttpServerResponse.unsafeJson(body, { status: statusOf(code), contentType, headers })
    )
  }
  const [status, body] = legacy(refusal)
  return Effect.succeed(HttpServerResponse.unsafeJson(body, { status, headers }))
}

/** Who is not let in is told so in the form of the surface that was asked. */
export const turnedAway = (url: string, { code, detail, retryAfter }: NotAuthenticated) =>
  answer(url, { code, detail, headers: retryAfter === undefined ? {} : { "retry-after": String(retryAfter) } })
