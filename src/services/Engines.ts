import { Context, type Effect, Schema } from "effect"
import type { StoreFailed } from "../store/Database.ts"
import type { EngineSettings } from "./EngineSettings.ts"
import type { NetBox } from "./NetBox.ts"
import type { NetBoxCache } from "./NetBoxLive.ts"
import type { Proxmox } from "./Proxmox.ts"
import type { Reconciler } from "./Reconciler.ts"

/** There is no engine: an endpoint is missing, or its credentials cannot be read. */
export class NoEndpoint extends Schema.TaggedError<NoEndpoint>()("NoEndpoint", {
  which: Schema.Literal("netbox", "proxmox"),
  detail: Schema.String
}) {
  override get message() {
    return this.detail
  }
}

/** Clients and reconciler of the endpoints as they are configured at one moment. */
export interface Engine {
  readonly reconciler: Reconciler["Type"]
  readonly netbox: NetBox["Type"]
  readonly cache: NetBoxCache["Type"]
  readonly proxmox: Proxmox["Type"]
  /** The enabled Proxmox endpoints, none perhaps, by the row's id and the permanent name of the source. */
  readonly sources: ReadonlyArray<{ readonly endpointId: number; readonly source: string }>
  readonly settings: EngineSettings["Type"]
}

/**
 * The engine of the configured endpoints. It is built at the first use of a configuration and kept, 16 at most, the least
 * recently used goes; who uses one keeps it until the use ends, whatever is reconfigured meanwhile.
 */
export class Engines extends Context.Tag("proxledger/Engines")<
  Engines,
  {
    /** `branch`: all requests to NetBox go to this branch of it. */
    readonly use: <A, E, R>(
      effect: (engine: Engine) => Effect.Effect<A, E, R>,
      options?: { readonly branch?: string }
    ) => Effect.Effect<A, E | NoEndpoint | StoreFailed, R>
  }
>() {}
