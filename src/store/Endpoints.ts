import { Context, type Effect, type Option, type Redacted, Schema } from "effect"
import type { By } from "../domain/By.ts"
import type { Expected, StoreFailed } from "./Database.ts"
import type { NoEncryptionKey, Undecryptable } from "./Encryption.ts"
import type { NetBoxChanges, NetBoxEndpoint, NetBoxInput } from "./NetBoxEndpoint.ts"
import type { ProxmoxChanges, ProxmoxEndpoint, ProxmoxInput } from "./ProxmoxEndpoint.ts"

export { NetBoxChanges, NetBoxEndpoint, NetBoxInput } from "./NetBoxEndpoint.ts"
export { ProxmoxChanges, ProxmoxEndpoint, ProxmoxInput } from "./ProxmoxEndpoint.ts"

export class EndpointNotFound extends Schema.TaggedError<EndpointNotFound>()("EndpointNotFound", {
  which: Schema.Literal("netbox", "proxmox"),
  id: Schema.Int
}) {
  override get message() {
    return `There is no ${this.which === "netbox" ? "NetBox" : "Proxmox"} endpoint ${this.id}`
  }
}

/** A rule that holds for the row as a whole is broken; status 400 with `detail`. */
export class EndpointRefused extends Schema.TaggedError<EndpointRefused>()("EndpointRefused", {
  detail: Schema.String
}) {
  override get message() {
    return this.detail
  }
}

/** What a client of NetBox needs. */
export interface NetBoxConnection {
  readonly id: number
  readonly name: string
  /** https where the port is 443 or certificates are verified, else http; the domain, or else the address; always with the port. */
  readonly url: string
  /** v1 as it is, v2 as `nbt_<key>.<secret>`. */
  readonly token: Redacted.Redacted
  readonly tls: { readonly verify: boolean }
}

/** What a client of Proxmox needs, and what shapes the objects of its source. */
export interface ProxmoxConnection {
  readonly id: number
  readonly source: string
  readonly name: string
  /** The domain first, then the address; a loopback address stands for none where there is a domain. */
  readonly urls: readonly [string, ...ReadonlyArray<string>]
  /** The token where there is one, `user@realm!name=value`, else the password. */
  readonly auth:
    { readonly token: Redacted.Redacted } | { readonly username: string; readonly password: Redacted.Redacted }
  readonly tls: { readonly verify: boolean }
  /** Seconds. */
  readonly timeout: number
  readonly max_retries: number
  /** Seconds. */
  readonly retry_backoff: number
  readonly endpoint: ProxmoxEndpoint
}

type Writing = EndpointRefused | NoEncryptionKey | Undecryptable | StoreFailed

/** The servers that the service works with. Every change is an event of the journal, and lets clients be made again. */
export class Endpoints extends Context.Tag("proxledger/Endpoints")<
  Endpoints,
  {
    /** None or one. */
    readonly netbox: Effect.Effect<ReadonlyArray<NetBoxEndpoint>, StoreFailed>
    readonly createNetBox: (input: NetBoxInput, by: By) => Effect.Effect<NetBoxEndpoint, Writing>
    readonly updateNetBox: <E = never>(
      id: number,
      changes: NetBoxChanges,
      by: By,
      expected?: Expected<NetBoxEndpoint, E>
    ) => Effect.Effect<NetBoxEndpoint, E | EndpointNotFound | Writing>
    readonly removeNetBox: <E = never>(
      id: number,
      by: By,
      expected?: Expected<NetBoxEndpoint, E>
    ) => Effect.Effect<void, E | EndpointNotFound | StoreFailed>
    /** By id. */
    readonly proxmox: Effect.Effect<ReadonlyArray<ProxmoxEndpoint>, StoreFailed>
    readonly createProxmox: (input: ProxmoxInput, by: By) => Effect.Effect<ProxmoxEndpoint, Writing>
    readonly updateProxmox: <E = never>(
      id: number,
      changes: ProxmoxChanges,
      by: By,
      expected?: Expected<ProxmoxEndpoint, E>
    ) => Effect.Effect<ProxmoxEndpoint, E | EndpointNotFound | Writing>
    readonly removeProxmox: <E = never>(
      id: number,
      by: By,
      expected?: Expected<ProxmoxEndpoint, E>
    ) => Effect.Effect<void, E | EndpointNotFound | StoreFailed>
    /** With decrypted credentials: for clients only. None where there is no row, or it is not enabled. */
    readonly netboxConnection: Effect.Effect<
      Option.Option<NetBoxConnection>,
      NoEncryptionKey | Undecryptable | StoreFailed
    >
    /** Of the enabled ones, by id. */
    readonly proxmoxConnections: Effect.Effect<
      ReadonlyArray<ProxmoxConnection>,
      NoEncryptionKey | Undecryptable | StoreFailed
    >
    /** Grows with each change of an endpoint: who keeps clients drops them. */
    readonly revision: Effect.Effect<number>
  }
>() {}
