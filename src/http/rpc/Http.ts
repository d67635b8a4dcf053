import * as Headers from "@effect/platform/Headers"
import type * as HttpApp from "@effect/platform/HttpApp"
import * as HttpLayerRouter from "@effect/platform/HttpLayerRouter"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as RpcSerialization from "@effect/rpc/RpcSerialization"
import * as RpcServer from "@effect/rpc/RpcServer"
import { Context, Effect, Layer, Option, Redacted, type Scope } from "effect"
import { HttpSettings } from "../HttpSettings.ts"
import { runId } from "../../services/RunIds.ts"
import { actorHeader, Authentication, header } from "../Authentication.ts"
import { Problem } from "../Problem.ts"
import { RequestId } from "../RequestId.ts"
import { RequiredScope } from "../RequiredScope.ts"
import { Source } from "../Source.ts"
import { path, ProxledgerRpc, RpcAuthorization, ShortRpc } from "./Api.ts"
import { Handlers } from "./Handlers.ts"

/**
 * The name under which the address of the peer travels with its messages: a client may send any header with a message, but
 * cannot know this one.
 */
class PeerHeader extends Effect.Service<PeerHeader>()("proxledger/PeerHeader", {
  effect: Effect.map(runId, (id) => ({ name: `x-peer-${id}` }))
}) {}

const authorization = Layer.effect(
  RpcAuthorization,
  Effect.gen(function* () {
    const { authenticate } = yield* Authentication
    const peer = yield* PeerHeader
    return RpcAuthorization.of(({ headers, rpc }) =>
      Effect.gen(function* () {
        const scope = Option.getOrElse(Context.get(rpc.annotations, RequiredScope), () => "admin" as const)
        return yield* authenticate(Redacted.make(headers[header.toLowerCase()] ?? ""), scope, headers[actorHeader])
      }).pipe(
        Effect.provideService(Source, headers[peer.name] ?? ""),
        Effect.provideServiceEffect(RequestId, runId),
        Effect.mapError(({ code, detail }) => new Problem({ code, detail }))
      )
    )
  })
)

/** A line that does not end is kept only so far. */
const serialization = Layer.effect(
  RpcSerialization.RpcSerialization,
  Effect.map(HttpSettings, ({ maxBody }) => RpcSerialization.makeNdjson({ maxBufferSize: maxBody }))
)

const serving = Effect.fnUntraced(function* <R>(
  method: "GET" | "POST",
  server: Effect.Effect<never, never, R | RpcServer.Protocol>,
  make: Effect.Effect<
    { readonly protocol: RpcServer.Protocol["Type"]; readonly httpApp: HttpApp.Default<never, Scope.Scope> },
    never,
    RpcSerialization.RpcSerialization
  >
) {
  const router = yield* HttpLayerRouter.HttpRouter
  const peer = yield* PeerHeader
  const { httpApp, protocol } = yield* make
  yield* Effect.forkScoped(Effect.provideService(server, RpcServer.Protocol, protocol))
  const handler = Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const headers = Headers.set(request.headers, peer.name, yield* Source)
    return yield* Effect.provideService(httpApp, HttpServerRequest.HttpServerRequest, request.modify({ headers }))
  })
  yield* router.add(method, path, handler)
})

/** Procedures over a WebSocket (GET) and, but for streams, over HTTP with one JSON text a line (POST). */
export const layer = Layer.scopedDiscard(
  Effect.zipRight(
    serving("GET", RpcServer.make(ProxledgerRpc), RpcServer.makeProtocolWithHttpAppWebsocket),
    serving("POST", RpcServer.make(ShortRpc), RpcServer.makeProtocolWithHttpApp)
  )
).pipe(Layer.provide(Layer.mergeAll(Handlers, authorization, serialization)), Layer.provide(PeerHeader.Default))
