import * as HttpLayerRouter from "@effect/platform/HttpLayerRouter"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeHttpPlatform from "@effect/platform-node/NodeHttpPlatform"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Etag from "@effect/platform/Etag"
import { Effect, Layer } from "effect"
import { LegacyApi } from "./legacy/LegacyApi.ts"
import { RootHttp } from "./legacy/root/Http.ts"
import { NodeServer } from "./NodeServer.ts"
import { drain, Shutdown } from "./Shutdown.ts"
import { SystemHttp } from "./v1/system/Http.ts"
import { V1Api } from "./v1/V1Api.ts"

/** Where the service listens. Port 0 is any. */
export interface Address {
  readonly host: string
  readonly port: number
}

const legacy = HttpLayerRouter.addHttpApi(LegacyApi).pipe(Layer.provide(Layer.mergeAll(RootHttp)))

const v1 = HttpLayerRouter.addHttpApi(V1Api).pipe(Layer.provide(Layer.mergeAll(SystemHttp)))

const routes = Layer.mergeAll(legacy, v1)

const listener = (address: Address) =>
  Layer.unwrapEffect(Effect.map(NodeServer, (server) => NodeHttpServer.layerServer(() => server, address)))

/** The service on a port: both surfaces on one router. */
export const layer = (address: Address) =>
  HttpLayerRouter.serve(Layer.provideMerge(routes, drain), { disableLogger: true, disableListenLog: true }).pipe(
    Layer.provideMerge(listener(address)),
    Layer.provide(Layer.mergeAll(Shutdown.Default, NodeServer.Default)),
    Layer.provide(Layer.mergeAll(NodeHttpPlatform.layer, Etag.layerWeak, NodeContext.layer))
  )
