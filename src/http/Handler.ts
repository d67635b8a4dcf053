import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import type * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import type { Effect } from "effect"

/** What answers the request that is in its context. */
export type Handler<E, R> = Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>

/** Wraps whatever answers; errors pass through. */
export type Wrapper = <E, R>(handler: Handler<E, R>) => Handler<E, R | HttpServerRequest.HttpServerRequest>
