import { createHash } from "node:crypto"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import type * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { Effect, Fiber, Schema } from "effect"
import { Idempotency } from "../../store/Idempotency.ts"
import { Caller } from "../Caller.ts"
import { Problem } from "../Problem.ts"
import { type Answer, respond } from "./Answer.ts"
import { asProblems, type Failure } from "./Failures.ts"

/** Headers of every POST. */
export const IdempotencyHeaders = Schema.Struct({
  "idempotency-key": Schema.optionalWith(
    Schema.String.pipe(Schema.pattern(/^[\x21-\x7e]{1,255}$/)).annotations({
      description:
        "Makes it safe to send the request again: for 24 hours the same key with the same request gets the first answer, and nothing happens twice"
    }),
    { exact: true }
  )
})

const fingerprint = Effect.gen(function* () {
  const { method, text, url } = yield* HttpServerRequest.HttpServerRequest
  const body = yield* Effect.orElseSucceed(text, () => "")
  return createHash("sha256")
    .update(JSON.stringify([method, url, body]))
    .digest("hex")
})

const problemOf = (key: string, begun: "InProgress" | "Mismatch" | "Interrupted"): Problem => {
  switch (begun) {
    case "InProgress":
      return new Problem({
        code: "idempotency_in_progress",
        detail: `The first request with the Idempotency-Key ${key} is under way. Send this one again later`
      })
    case "Mismatch":
      return new Problem({
        code: "idempotency_mismatch",
        detail: `The Idempotency-Key ${key} was used for another request. Give every request a key of its own`
      })
    case "Interrupted":
      return new Problem({
        code: "conflict",
        detail: `The service ended while it did what was asked with the Idempotency-Key ${key}. Look whether it was done, and send it with a new key if not`
      })
  }
}

/**
 * Does it once for an `Idempotency-Key`, and gives the first answer again. What failed took no effect, and may be tried again.
 */
export const idempotent = <R>(
  headers: typeof IdempotencyHeaders.Type,
  effect: Effect.Effect<Answer, Failure | Problem, R>
): Effect.Effect<
  HttpServerResponse.HttpServerResponse,
  Problem,
  R | Idempotency | Caller | HttpServerRequest.HttpServerRequest
> =>
  Effect.gen(function* () {
    const key = headers["idempotency-key"]
    if (key === undefined) return respond(yield* asProblems(effect))
    const idempotency = yield* Idempotency
    const caller = (yield* Caller).key.id
    const begun = yield* idempotency.begin(key, caller, yield* fingerprint)
    if (begun._tag === "Replay") {
      return respond({ ...begun.response, headers: { ...begun.response.headers, "idempotent-replayed": "true" } })
    }
    if (begun._tag !== "New") return yield* problemOf(key, begun._tag)
    const answer = yield* Effect.onError(effect, () => Effect.ignore(idempotency.release(key, caller)))
    const { body, headers: given, kept = body, status } = answer
    yield* idempotency.finish(key, caller, { status, headers: given, body: kept })
    return respond(answer)
    // A client that goes away does not leave it half done. Not by making it uninterruptible, which runs would inherit.
  }).pipe(asProblems, Effect.forkDaemon, Effect.flatMap(Fiber.join))
