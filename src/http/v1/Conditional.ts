import { createHash } from "node:crypto"
import { Effect, Schema } from "effect"
import { canonical, type Json } from "../../domain/Json.ts"
import { Problem } from "../Problem.ts"

/** Headers of what changes or removes a piece of configuration. */
export const ConditionalHeaders = Schema.Struct({
  "if-match": Schema.optionalWith(
    Schema.String.annotations({
      description:
        "The ETag with which it was read last, or `*`. Without it the answer is 428; when it changed since, 412"
    }),
    { exact: true }
  )
})

/** Of what callers may change; what the service itself writes down changes nothing. */
export const etagOf = (configuration: Json): string =>
  `"${createHash("sha256").update(canonical(configuration)).digest("hex").slice(0, 32)}"`

/** Whether the caller has seen what it is about to change; asked in the transaction that changes it. */
export const seen =
  <Row>(headers: typeof ConditionalHeaders.Type, etagOf: (row: Row) => string, what: string) =>
  (now: Row): Effect.Effect<void, Problem> => {
    const given = headers["if-match"]
    if (given === undefined) {
      return new Problem({
        code: "precondition_required",
        detail: `Read ${what} first, and send its ETag in If-Match`
      })
    }
    const tags = given.split(",").map((tag) => tag.trim())
    return tags.includes("*") || tags.includes(etagOf(now))
      ? Effect.void
      : new Problem({
          code: "precondition_failed",
          detail: `Somebody changed ${what} since it was read. Read it again, and decide again`
        })
  }
