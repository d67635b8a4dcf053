import type { IncomingMessage } from "node:http"
import * as FileSystem from "@effect/platform/FileSystem"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import * as HttpServerError from "@effect/platform/HttpServerError"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import { Cause, Data, Effect, Option } from "effect"
import type { Handler, Wrapper } from "./Handler.ts"
import { HttpSettings } from "./HttpSettings.ts"
import { answer, type Refusal } from "./Refusal.ts"
import * as RouteTable from "./RouteTable.ts"

/** The body is not even looked at. */
class BodyRefused extends Data.TaggedError("BodyRefused")<Refusal> {}

const tooLarge = (most: number) =>
  new BodyRefused({
    code: "payload_too_large",
    detail: `The body is longer than ${most} bytes. Send less, or raise PROXLEDGER_MAX_BODY`,
    headers: { connection: "close" }
  })

/** Ends as soon as it is too long, which one that does not say how long it is may become. */
const read = (source: IncomingMessage, most: number): Effect.Effect<string, BodyRefused> =>
  Effect.async((resume) => {
    const pieces: Array<Buffer> = []
    let size = 0
    source.on("data", (piece: Buffer) => {
      size += piece.length
      if (size <= most) pieces.push(piece)
      else resume(tooLarge(most))
    })
    source.once("end", () => resume(Effect.succeed(Buffer.concat(pieces).toString("utf8"))))
    source.once("close", () => resume(Effect.interrupt))
  })

/** Far deeper than any body of an endpoint: what says what is wrong with one that is deeper would run out of stack. */
const deepest = 64

const isDeep = (text: string): boolean => {
  let depth = 0
  let quoted = false
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at]
    if (quoted) {
      if (sign === "\\") at += 1
      else if (sign === '"') quoted = false
    } else if (sign === '"') quoted = true
    else if (sign === "{" || sign === "[") depth += 1
    else if (sign === "}" || sign === "]") depth -= 1
    if (depth > deepest) return true
  }
  return false
}

const tooDeep = new BodyRefused({
  code: "malformed_json",
  detail: `The body is nested more than ${deepest} levels deep. Send it as it is documented`
})

/** The request with a body that is read when it is asked for: who is not let in has none of it kept. */
const bounded = (request: HttpServerRequest.HttpServerRequest, most: number) =>
  read(NodeHttpServerRequest.toIncomingMessage(request), most).pipe(
    Effect.filterOrFail(
      (text) => !isDeep(text),
      () => tooDeep
    ),
    Effect.mapError((cause) => new HttpServerError.RequestError({ request, reason: "Decode", cause })),
    Effect.cached,
    Effect.map((text): HttpServerRequest.HttpServerRequest => {
      const json = Effect.tryMap(text, {
        try: (found): unknown => (found === "" ? null : JSON.parse(found)),
        catch: (cause) => new HttpServerError.RequestError({ request, reason: "Decode", cause })
      })
      return Object.create(request, { text: { value: text }, json: { value: json } })
    })
  )

const refusalOf = (cause: Cause.Cause<unknown>): Option.Option<BodyRefused> => {
  const error: unknown = Cause.squash(cause)
  return HttpServerError.isServerError(error) && "cause" in error && error.cause instanceof BodyRefused
    ? Option.some(error.cause)
    : Option.none()
}

/** JSON or nothing, where an endpoint reads a body; and no more of it than is allowed. */
export const bodyLimit = Effect.map(HttpSettings, ({ maxBody }): Wrapper => {
  const sized = <E, R>(handler: Handler<E, R>) =>
    Effect.provideService(handler, HttpIncomingMessage.MaxBodySize, Option.some(FileSystem.Size(maxBody)))
  return (handler) =>
    Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      const { headers, method, url } = request
      const length = Number(headers["content-length"] ?? 0)
      if (length > maxBody) return yield* answer(url, tooLarge(maxBody))
      const has = headers["transfer-encoding"] !== undefined || length > 0
      if (!has || !RouteTable.find(method, url)?.takesBody) return yield* sized(handler)
      if (!(headers["content-type"] ?? "application/json").toLowerCase().includes("application/json")) {
        return yield* answer(url, {
          code: "unsupported_media_type",
          detail: "The body has to be JSON. Send it with Content-Type application/json"
        })
      }
      return yield* Effect.provideService(
        handler,
        HttpServerRequest.HttpServerRequest,
        yield* bounded(request, maxBody)
      ).pipe(
        Effect.catchAllCause((cause) =>
          Option.match(refusalOf(cause), {
            onNone: () => Effect.failCause(cause),
            onSome: (refusal) => answer(url, refusal)
          })
        )
      )
    })
})
