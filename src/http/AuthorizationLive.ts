import * as HttpApp from "@effect/platform/HttpApp"
import { RouteContext } from "@effect/platform/HttpRouter"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { Effect, Layer, type Redacted } from "effect"
import { Authentication, type NotAuthenticated } from "./Authentication.ts"
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

const make = <E>(refuse: (refusal: NotAuthenticated) => E) =>
  Effect.map(Authentication, ({ authenticate }) => ({
    apiKey: (raw: Redacted.Redacted) =>
      Effect.gen(function* () {
        const { route } = yield* RouteContext
        const scope = RouteTable.named(route.method, route.path)?.scope ?? "admin"
        return yield* authenticate(raw, scope)
      }).pipe(Effect.tapError(telling), Effect.mapError(refuse))
  }))

/** The check of both surfaces. */
export const layer = Layer.mergeAll(
  Layer.effect(
    Authorization,
    make(({ code, detail }) => new Refused({ status: statusOf(code), detail }))
  ),
  Layer.effect(
    V1Authorization,
    make(({ code, detail }) => new Problem({ code, detail }))
  )
)
