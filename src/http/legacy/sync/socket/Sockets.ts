import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as UrlParams from "@effect/platform/UrlParams"
import { Effect, Either, Schema } from "effect"
import { Authentication } from "../../../Authentication.ts"
import type { Wrapper } from "../../../Handler.ts"
import { Shutdown } from "../../../Shutdown.ts"
import { SyncQuery } from "../ask/Query.ts"
import { Sync } from "../Sync.ts"
import { converse, ending, type Talk } from "./Conversation.ts"
import { commanded, counting, machines } from "./Talks.ts"

const paths = ["/", "/ws", "/ws/virtual-machines"] as const

const isPath = (path: string): path is (typeof paths)[number] => paths.some((one) => one === path)

const decode = Schema.decodeUnknownEither(SyncQuery)

/** The path without its query, and the query. */
const partsOf = (url: string) => {
  const [path = "/", query = ""] = url.split("?", 2)
  return { path: path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path, query }
}

type Needs = Sync | Authentication | HttpServerRequest.HttpServerRequest

const talkOf = (path: (typeof paths)[number], query: string): Talk<Needs> => {
  if (path === "/") return counting
  const params = decode(UrlParams.toRecord(UrlParams.fromInput(new URLSearchParams(query))))
  if (Either.isLeft(params)) return () => Effect.succeed(ending(1008, "Invalid query"))
  return path === "/ws" ? commanded(params.right) : machines(params.right)
}

/** The WebSockets of the old surface: requests that ask for an upgrade on their paths; a key comes with the first text. */
export const sockets = Effect.gen(function* () {
  const context = yield* Effect.context<Sync | Authentication | Shutdown>()
  const wrapper: Wrapper = (handler) =>
    Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      const { path, query } = partsOf(request.url)
      if (request.headers["upgrade"]?.toLowerCase() !== "websocket" || !isPath(path)) return yield* handler
      return yield* converse(talkOf(path, query)).pipe(
        Effect.provide(context),
        Effect.catchAll(() =>
          Effect.succeed(HttpServerResponse.unsafeJson({ detail: "Not a WebSocket handshake" }, { status: 400 }))
        )
      )
    })
  return wrapper
})
