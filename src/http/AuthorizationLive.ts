import * as HttpApp from "@effect/platform/HttpApp"
import { RouteContext } from "@effect/platform/HttpRouter"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { Effect, Layer, type Redacted } from "effect"
import { actorHeader, Authentication, type NotAuthenticated } from "./Authentication.ts"
import { Authorization, V1Authorization } from "./Authorization.ts"
import { Refused } from "./legacy/Refused.ts"
import { Problem, statusOf } from "./Problem.ts"
import * as RouteTable from "./RouteTable.ts"

/** An error has no headers of its own: they are put on its answer. */
const telling = ({ retryAfter }: NotAuthenticated): Effect.Effect<void> =>
  retryAfter === undefined
    ? Effect.void
    : HttpApp.appendPreResponseHandler((_, response) =>
        Effect.succeed(HttpServerResponse.setHeader(response, "retry-after", String(retryAfter)))
      )

/** Who is not let in is told so in the form of a surface. */
export const refuse = {
  detail: <A, R>(effect: Effect.Effect<A, NotAuthenticated, R>): Effect.Effect<A, Refused, R> =>
    Effect.tapError(effect, telling).pipe(
      Effect.mapError(({ code, detail }) => new Refused({ status: statusOf(code), detail }))
    ),
  problem: <A, R>(effect: Effect.Effect<A, NotAuthenticated, R>): Effect.Effect<A, Problem, R> =>
    Effect.tapError(effect, telling).pipe(Effect.mapError(({ code, detail }) => new Problem({ code, detail })))
}

/** The caller of the endpoint that is asked for. */
const caller = Effect.map(
  Authentication,
  ({ authenticate }) =>
    (raw: Redacted.Redacted) =>
      Effect.gen(function* () {
        const { route } = yield* RouteContext
        const { headers } = yield* HttpServerRequest.HttpServerRequest
        const scope = RouteTable.named(route.method, route.path)?.scope ?? "admin"
        return yield* authenticate(raw, scope, headers[actorHeader])
      })
)

/** The check of both surfaces. */
export const layer = Layer.mergeAll(
  Layer.effect(
    Authorization,
    Effect.map(caller, (callerOf) => ({ apiKey: (raw) => refuse.detail(callerOf(raw)) }))
  ),
  Layer.effect(
    V1Authorization,
    Effect.map(caller, (callerOf) => ({ apiKey: (raw) => refuse.problem(callerOf(raw)) }))
  )
)
