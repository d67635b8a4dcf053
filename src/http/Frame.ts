import * as HttpLayerRouter from "@effect/platform/HttpLayerRouter"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { Effect, Option } from "effect"
import { bodyLimit } from "./BodyLimit.ts"
import { cors } from "./Cors.ts"
import { eitherSlash } from "./EitherSlash.ts"
import type { Handler, Wrapper } from "./Handler.ts"
import { houseErrors } from "./HouseErrors.ts"
import { HttpSettings } from "./HttpSettings.ts"
import { measuring } from "./HttpMetrics.ts"
import { hasKey, turningAway } from "./Keyless.ts"
import { sockets } from "./legacy/sync/socket/Sockets.ts"
import { limiting } from "./RateLimit.ts"
import { RequestId, requestIdOf } from "./RequestId.ts"
import { securityHeaders } from "./SecurityHeaders.ts"
import { safeMethods } from "./SafeMethods.ts"
import { Source } from "./Source.ts"
import { deprecating } from "./Successors.ts"
import { sourceOf } from "./TrustedProxies.ts"

/** Of a path, in the log, which keeps ten thousand lines. */
const longest = 200

const reading: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"])

/** The query stays out: it is the client's. Nobody fills the log who has no key, or sends more than is allowed. */
const logged = ({ status }: HttpServerResponse.HttpServerResponse) =>
  Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ headers, method, url }) => {
    const line = `${method} ${(url.split("?")[0] ?? "").slice(0, longest)} ${status}`
    if (status >= 500) return Effect.logWarning(line)
    const isNoise = status === 429 || (status === 401 && !hasKey(headers))
    return isNoise || reading.has(method) ? Effect.logDebug(line) : Effect.logInfo(line)
  })

/** Who asks, and what the request is called; its id is on every answer. */
const identified = Effect.map(
  HttpSettings,
  ({ trustedProxies }): Wrapper =>
    (handler) =>
      Effect.gen(function* () {
        const { headers, remoteAddress } = yield* HttpServerRequest.HttpServerRequest
        const peer = Option.getOrElse(remoteAddress, () => "")
        const requestId = yield* requestIdOf(headers["x-request-id"])
        const response = yield* Effect.tap(handler, logged).pipe(
          Effect.provideService(RequestId, requestId),
          Effect.provideService(Source, sourceOf(peer, headers["x-forwarded-for"], trustedProxies)),
          Effect.annotateLogs("request_id", requestId)
        )
        return HttpServerResponse.setHeader(response, "x-request-id", requestId)
      })
)

const within = <E, R>(handler: Handler<E, R>, wrappers: ReadonlyArray<Wrapper>) =>
  wrappers.reduceRight<Handler<E, R | HttpServerRequest.HttpServerRequest>>((inner, wrap) => wrap(inner), handler)

/**
 * What surrounds every endpoint, the outermost first. An answer made on the way passes everything that stands before, so that
 * refusals have their headers like any other answer.
 */
export const frame = HttpLayerRouter.middleware(
  Effect.gen(function* () {
    const wrappers: ReadonlyArray<Wrapper> = [
      yield* identified,
      yield* measuring,
      yield* sockets,
      securityHeaders,
      yield* cors,
      yield* limiting,
      yield* houseErrors,
      yield* turningAway,
      deprecating,
      yield* safeMethods,
      eitherSlash,
      yield* bodyLimit
    ]
    return (handler) => within(handler, wrappers)
  }),
  { global: true }
)
