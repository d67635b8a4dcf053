import * as HttpLayerRouter from "@effect/platform/HttpLayerRouter"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeHttpPlatform from "@effect/platform-node/NodeHttpPlatform"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Etag from "@effect/platform/Etag"
import { Data, Effect, Layer } from "effect"
import { Authentication } from "./Authentication.ts"
import * as AuthorizationLive from "./AuthorizationLive.ts"
import * as Documentation from "./Documentation.ts"
import { frame } from "./Frame.ts"
import { AdminHttp } from "./legacy/admin/Http.ts"
import { AuthHttp, BootstrapHttp } from "./legacy/auth/Http.ts"
import { CacheHttp } from "./legacy/cache/Http.ts"
import { EncryptionHttp } from "./legacy/encryption/Http.ts"
import { InventoryHttp } from "./legacy/inventory/Http.ts"
import { LegacyApi } from "./legacy/LegacyApi.ts"
import { NetBoxHttp } from "./legacy/netbox/Http.ts"
import { ProxmoxEndpointsHttp } from "./legacy/proxmox/Http.ts"
import { AboutHttp, RootHttp } from "./legacy/root/Http.ts"
import { SyncHttp, SyncLive } from "./legacy/sync/SyncHttp.ts"
import { NodeServer } from "./NodeServer.ts"
import { OpenStreams } from "./OpenStreams.ts"
import { RateLimit } from "./RateLimit.ts"
import * as RpcHttp from "./rpc/Http.ts"
import { drain, Shutdown } from "./Shutdown.ts"
import { DriftHttp } from "./v1/drift/Http.ts"
import { EncryptionHttp as EncryptionV1Http } from "./v1/encryption/Http.ts"
import { NetBoxEndpointsHttp } from "./v1/endpoints/NetBoxHttp.ts"
import { ProxmoxEndpointsHttp as ProxmoxEndpointsV1Http } from "./v1/endpoints/ProxmoxHttp.ts"
import { JournalHttp } from "./v1/journal/Http.ts"
import { KeysHttp } from "./v1/keys/Http.ts"
import { ObjectsHttp } from "./v1/objects/Http.ts"
import { PlansHttp } from "./v1/plans/Http.ts"
import { RunsHttp } from "./v1/runs/Http.ts"
import { SchedulesHttp } from "./v1/schedules/Http.ts"
import { SystemHttp } from "./v1/system/Http.ts"
import { V1Api } from "./v1/V1Api.ts"

/** Where the service listens. Port 0 is any. */
export interface Address {
  readonly host: string
  readonly port: number
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: "something else listens there. End it, or give another --port",
  EACCES: "this user may not. Give a --port above 1023",
  EADDRNOTAVAIL: "this machine has no such address. Give one of its own with --host",
  ENOTFOUND: "there is no such name. Give an address of this machine with --host"
}

/** Nobody can reach the service at its address. */
export class NotListening extends Data.TaggedError("NotListening")<Address & { readonly code: string }> {
  override get message() {
    return `Cannot listen on ${this.host}:${this.port}: ${reasons[this.code] ?? this.code}`
  }
}

const codeOf = (cause: unknown): string =>
  cause instanceof Error && "code" in cause ? String(cause.code) : String(cause)

const legacyGroups = Layer.mergeAll(
  RootHttp,
  AboutHttp,
  BootstrapHttp,
  AuthHttp,
  EncryptionHttp,
  CacheHttp,
  AdminHttp,
  NetBoxHttp,
  ProxmoxEndpointsHttp,
  SyncHttp,
  InventoryHttp
)

const legacy = HttpLayerRouter.addHttpApi(LegacyApi).pipe(Layer.provide(legacyGroups))

const v1Groups = Layer.mergeAll(
  SystemHttp,
  DriftHttp,
  EncryptionV1Http,
  JournalHttp,
  KeysHttp,
  NetBoxEndpointsHttp,
  ObjectsHttp,
  ProxmoxEndpointsV1Http,
  PlansHttp,
  RunsHttp,
  SchedulesHttp
)

const v1 = HttpLayerRouter.addHttpApi(V1Api).pipe(Layer.provide(v1Groups))

const routes = Layer.mergeAll(frame, legacy, v1, RpcHttp.layer, Documentation.layer)

/** What handlers and what surrounds them share. */
const shared = AuthorizationLive.layer.pipe(
  Layer.provideMerge(Layer.mergeAll(Authentication.Default, RateLimit.Default, OpenStreams.Default))
)

const listener = (address: Address) =>
  Layer.unwrapEffect(Effect.map(NodeServer, (server) => NodeHttpServer.layerServer(() => server, address))).pipe(
    Layer.mapError(({ cause }) => new NotListening({ ...address, code: codeOf(cause) }))
  )

/** The service on a port: both surfaces on one router. */
export const layer = (address: Address) =>
  HttpLayerRouter.serve(Layer.provideMerge(routes, drain), { disableLogger: true, disableListenLog: true }).pipe(
    Layer.provide(SyncLive),
    Layer.provide(shared),
    Layer.provideMerge(listener(address)),
    Layer.provide(Layer.mergeAll(Shutdown.Default, NodeServer.Default)),
    Layer.provide(Layer.mergeAll(NodeHttpPlatform.layer, Etag.layerWeak, NodeContext.layer))
  )
