import { Context, type Effect, type Stream } from "effect"
import type { Json } from "../domain/Json.ts"
import type { Before } from "../domain/proxmox/Ladder.ts"
import type { Observation } from "../domain/proxmox/Observation.ts"
import type { EndpointError } from "./EndpointError.ts"
import type { SourceReading } from "./ProxmoxObserver.ts"

/** What `check` tells of one endpoint of a source. */
export interface ProxmoxCheck {
  readonly url: string
  readonly version: string
  /** How the certificate was accepted: `verified`, `pinned`, `not verified`, `plain http`. */
  readonly tls: string
  /** Each missing privilege, where, and what is not seen without it. */
  readonly missing: ReadonlyArray<{ readonly privilege: string; readonly path: string; readonly costs: string }>
}

/** The configured Proxmox sources. */
export class Proxmox extends Context.Tag("proxledger/Proxmox")<
  Proxmox,
  {
    readonly sources: ReadonlyArray<string>
    /**
     * One read of a source; what is in `before` and cannot have changed since is not asked for again. Fails as `observe` does.
     */
    readonly read: (source: string, before?: Before) => Effect.Effect<SourceReading, EndpointError>
    /** One whole read of a source. Fails only when no endpoint of it answers or lets us in; all else is a gap in the observation. */
    readonly observe: (source: string) => Effect.Effect<Observation, EndpointError>
    /** `data` of any GET of the API, from whichever endpoint of the source answers; the path begins with a slash. */
    readonly get: (
      source: string,
      path: string,
      query?: ReadonlyArray<readonly [string, string]>
    ) => Effect.Effect<Json, EndpointError>
    /** One element per endpoint. */
    readonly check: (
      source: string
    ) => Stream.Stream<{ readonly url: string; readonly result: ProxmoxCheck | EndpointError }>
  }
>() {}
