import * as HttpApiError from "@effect/platform/HttpApiError"
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import { Effect, ParseResult, Schema } from "effect"
import { Json } from "../domain/Json.ts"
import { issuesOf } from "./Issues.ts"
import { RequestId } from "./RequestId.ts"

interface Meaning {
  readonly status: number
  readonly title: string
  /** Whether the same request may succeed later. */
  readonly retryable: boolean
}

const meaning = (status: number, title: string, retryable = false): Meaning => ({ status, title, retryable })

/** Every code of `/v1`. A code never changes its meaning. */
const codes = {
  malformed_json: meaning(400, "The body is not JSON"),
  refused: meaning(400, "The request was refused"),
  unauthorized: meaning(401, "An API key is required"),
  forbidden: meaning(403, "The API key lacks a scope"),
  not_found: meaning(404, "There is no such thing"),
  method_not_allowed: meaning(405, "The method is not allowed here"),
  request_timeout: meaning(408, "The request took too long to arrive", true),
  already_exists: meaning(409, "It exists already"),
  conflict: meaning(409, "The state does not allow this"),
  run_active: meaning(409, "A run is active", true),
  plan_stale: meaning(409, "The plan is stale"),
  idempotency_in_progress: meaning(409, "The first request with this key is under way", true),
  precondition_failed: meaning(412, "It was changed in the meantime"),
  payload_too_large: meaning(413, "The body is too large"),
  unsupported_media_type: meaning(415, "The content type is not supported"),
  invalid_request: meaning(422, "The request is not valid"),
  idempotency_mismatch: meaning(422, "The key was used for another request"),
  precondition_required: meaning(428, "If-Match is required"),
  rate_limited: meaning(429, "Too many requests", true),
  locked_out: meaning(429, "Too many failed authentications", true),
  internal: meaning(500, "Internal server error"),
  upstream_failed: meaning(502, "NetBox or Proxmox did not answer as it should", true),
  unavailable: meaning(503, "The service cannot do this now", true),
  upstream_timeout: meaning(504, "NetBox or Proxmox did not answer in time", true)
} as const

export const Code = Schema.Literal(...(Object.keys(codes) as ReadonlyArray<keyof typeof codes>))
export type Code = typeof Code.Type

const Issue = Schema.Struct({ loc: Schema.Array(Schema.Union(Schema.String, Schema.Int)), msg: Schema.String })

/** An error of `/v1`, by its code. `detail` names cause, object and remedy. */
export class Problem extends Schema.TaggedError<Problem>()("Problem", {
  code: Code,
  detail: Schema.String,
  /** What is wrong, by field; without the values. */
  errors: Schema.optional(Schema.Array(Issue)),
  /** Members of this code alone, such as the run that is active. */
  more: Schema.optional(Schema.Record({ key: Schema.String, value: Json }))
}) {
  override get message() {
    return this.detail
  }
}

const Wire = Schema.Struct(
  {
    type: Schema.String,
    title: Schema.String,
    status: Schema.Int,
    detail: Schema.String,
    code: Code,
    retryable: Schema.Boolean,
    request_id: Schema.String,
    errors: Schema.optionalWith(Schema.Array(Issue), { exact: true })
  },
  { key: Schema.String, value: Json }
)
type Wire = typeof Wire.Encoded

/** For OpenAPI, which describes it once. */
const Body = Schema.encodedSchema(Wire).annotations({
  identifier: "Problem",
  description:
    "What went wrong (RFC 9457). `code` never changes its meaning; `retryable`: the same request may succeed later"
})

export const statusOf = (code: Code): number => codes[code].status

/** The body of an answer (RFC 9457). */
export const bodyOf = (problem: Problem): Effect.Effect<Wire> =>
  Effect.map(RequestId, (requestId) => {
    const { retryable, status, title } = codes[problem.code]
    return {
      type: `urn:proxledger:problem:${problem.code}`,
      title,
      status,
      detail: problem.detail,
      code: problem.code,
      retryable,
      request_id: requestId,
      ...(problem.errors === undefined ? {} : { errors: problem.errors }),
      ...problem.more
    }
  })

export const contentType = "application/problem+json"

const known = new Map<number, Schema.Schema<Problem, Wire>>()

/** What a status may mean. */
export const aboutOf = (status: number): string =>
  Object.entries(codes)
    .flatMap(([code, meaning]) => (meaning.status === status ? [`${meaning.title} (\`${code}\`)`] : []))
    .join("; ")

const make = (status: number): Schema.Schema<Problem, Wire> =>
  Schema.transformOrFail(
    Body,
    Schema.typeSchema(Problem).pipe(Schema.filter(({ code }) => codes[code].status === status)),
    {
      strict: true,
      decode: ({ code, detail }) => ParseResult.succeed(new Problem({ code, detail })),
      encode: (_, __, ___, problem) => bodyOf(problem)
    }
  ).pipe(
    Schema.annotations({
      identifier: `Problem${status}`,
      description: aboutOf(status),
      ...HttpApiSchema.annotations({ status })
    }),
    HttpApiSchema.withEncoding({ kind: "Json", contentType })
  )

/** Every problem of a status, for `addError` of an endpoint of `/v1`. */
export const problems = (status: Meaning["status"]): Schema.Schema<Problem, Wire> => {
  const schema = known.get(status) ?? make(status)
  known.set(status, schema)
  return schema
}

/** A request that did not decode, and every other problem of status 422: one schema, or OpenAPI would tell of another content type. */
export const InvalidRequest = Schema.transformOrFail(
  Body,
  Schema.Union(
    Schema.typeSchema(HttpApiError.HttpApiDecodeError),
    Schema.typeSchema(Problem).pipe(Schema.filter(({ code }) => codes[code].status === 422))
  ),
  {
    strict: true,
    decode: ({ code, detail }) => ParseResult.succeed(new Problem({ code, detail })),
    encode: (_, __, ___, failure) => bodyOf(failure._tag === "Problem" ? failure : invalid(failure.issues))
  }
).pipe(
  Schema.annotations({
    identifier: "Problem422",
    description: aboutOf(422),
    ...HttpApiSchema.annotations({ status: 422 })
  }),
  HttpApiSchema.withEncoding({ kind: "Json", contentType })
)

const invalid = (issues: HttpApiError.HttpApiDecodeError["issues"]): Problem => {
  const errors = issuesOf(issues)
  const fields = errors.map(({ loc, msg }) => `${loc.join(".")}: ${msg}`).join("; ")
  return new Problem({ code: "invalid_request", detail: `The request is not valid: ${fields}`, errors })
}
