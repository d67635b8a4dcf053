import type { IncomingMessage } from "node:http"
import * as FileSystem from "@effect/platform/FileSystem"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import * as HttpServerError from "@effect/platform/HttpServerError"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import { Effect, Option } from "effect"
import type { Handler, Wrapper } from "./Handler.ts"
import { HttpSettings } from "./HttpSettings.ts"
import { answer } from "./Refusal.ts"
import * as RouteTable from "./RouteTable.ts"

/** A body that does not say how long it is; none as soon as it is too long. */
const read = (source: IncomingMessage, most: number): Effect.Effect<Option.Option<string>> =>
  Effect.async((resume) => {
    const pieces: Array<Buffer> = []
    let size = 0
    source.on("data", (piece: Buffer) => {
      size += piece.length
      if (size <= most) pieces.push(piece)
      else resume(Effect.succeedNone)
    })
    source.once("end", () => resume(Effect.succeedSome(Buffer.concat(pieces).toString("utf8"))))
    source.once("close", () => resume(Effect.interrupt))
  })

/** The request with its body at hand. */
const withText = (request: HttpServerRequest.HttpServerRequest, text: string): HttpServerRequest.HttpServerRequest =>
  Object.create(request, {
    text: { value: Effect.succeed(text) },
    json: {
      value: Effect.try({
        try: (): unknown => (text === "" ? null : JSON.parse(text)),
        catch: (cause) => new HttpServerError.RequestError({ request, reason: "Decode", cause })
      })
    }
  })

const tooLarge = (url: string, most: number) =>
  answer(url, {
    code: "payload_too_large",
    detail: `The body is longer than ${most} bytes. Send less, or raise PROXLEDGER_MAX_BODY`,
    headers: { connection: "close" }
  })

/** JSON or nothing, where an endpoint reads a body; and no more of it than is allowed. */
export const bodyLimit = Effect.map(HttpSettings, ({ maxBody }): Wrapper => {
  const bounded = <E, R>(handler: Handler<E, R>) =>
    Effect.provideService(handler, HttpIncomingMessage.MaxBodySize, Option.some(FileSystem.Size(maxBody)))
  return (handler) =>
    Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      const { headers, method, url } = request
      if (Number(headers["content-length"] ?? 0) > maxBody) return yield* tooLarge(url, maxBody)
      const isChunked = headers["transfer-encoding"] !== undefined
      if (!RouteTable.find(method, url)?.takesBody || !(isChunked || Number(headers["content-length"] ?? 0) > 0)) {
        return yield* bounded(handler)
      }
      if (!(headers["content-type"] ?? "application/json").toLowerCase().includes("application/json")) {
        return yield* answer(url, {
          code: "unsupported_media_type",
          detail: "The body has to be JSON. Send it with Content-Type application/json"
        })
      }
      if (!isChunked) return yield* bounded(handler)
      const text = yield* read(NodeHttpServerRequest.toIncomingMessage(request), maxBody)
      return Option.isNone(text)
        ? yield* tooLarge(url, maxBody)
        : yield* Effect.provideService(handler, HttpServerRequest.HttpServerRequest, withText(request, text.value))
    })
})
