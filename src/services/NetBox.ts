import { Context, type Effect, type Option, Schema, type Stream } from "effect"
import type { JsonObject } from "../domain/Json.ts"
import type { EndpointError } from "./EndpointError.ts"
import type { Gate } from "./Gate.ts"

/** A NetBox object as its API answers it; every one has an `id`, most have `last_updated`. */
export type Row = JsonObject & { readonly id: number }

export class UnsupportedVersion extends Schema.TaggedError<UnsupportedVersion>()("UnsupportedVersion", {
  endpoint: Schema.String,
  version: Schema.String
}) {
  override get message() {
    return `NetBox ${this.version} at ${this.endpoint} is not supported: this engine speaks 4.5 to 4.7. Upgrade NetBox`
  }
}

export interface Version {
  readonly text: string
  readonly major: number
  readonly minor: number
}

/** The result of a bulk write: rows in request order (a delete has none), and the server's id of the request. */
export interface Written {
  readonly rows: ReadonlyArray<Row>
  /** Ids of an update that are gone. NetBox before 4.7 leaves them out and writes the rest; 4.7 refuses the request. */
  readonly missing: ReadonlyArray<number>
  readonly requestId: string | null
}

/** One row of NetBox's change log. */
export interface ObjectChange {
  readonly id: number
  readonly time: string
  readonly action: "create" | "update" | "delete"
  readonly objectType: string
  readonly objectId: number
  readonly message: string
  readonly requestId: string
}

/**
 * NetBox's REST API. Paths are those of the lists, as `/api/dcim/sites/`. Reads are retried by the policy of the
 * endpoint; writes only where nothing can have been written (`Unreachable`, `Throttled`), all else is the caller's.
 */
export class NetBox extends Context.Tag("proxledger/NetBox")<
  NetBox,
  {
    /** The configured address, for messages. */
    readonly endpoint: string
    /** Read once; fails for versions other than 4.5, 4.6 and 4.7. */
    readonly version: Effect.Effect<Version, EndpointError | UnsupportedVersion>
    /** All rows of a list by cursor (offset before 4.6) pages of 1000, one array a page, duplicates removed. */
    readonly list: (
      path: string,
      options: { readonly fields: ReadonlyArray<string>; readonly filter?: ReadonlyArray<readonly [string, string]> }
    ) => Stream.Stream<ReadonlyArray<Row>, EndpointError | UnsupportedVersion>
    /** Through the resolver: batched with other look-ups of its path, cached, single flight. Rows are verified by the caller. */
    readonly find: (
      path: string,
      filter: ReadonlyArray<readonly [string, string]>
    ) => Effect.Effect<ReadonlyArray<Row>, EndpointError>
    /** One object by id through the same resolver. */
    readonly get: (path: string, id: number) => Effect.Effect<Option.Option<Row>, EndpointError>
    /** POST of a list: all or nothing. */
    readonly create: (path: string, items: ReadonlyArray<JsonObject>) => Effect.Effect<Written, EndpointError>
    /** PATCH of a list, each item with its `id`: all or nothing. `ifMatch`: ETags of which each object must match one (412: `Refused`). */
    readonly update: (
      path: string,
      items: ReadonlyArray<JsonObject & { readonly id: number }>,
      options?: { readonly ifMatch?: ReadonlyArray<string> }
    ) => Effect.Effect<Written, EndpointError>
    /** DELETE of a list: all or nothing. */
    readonly remove: (
      path: string,
      items: ReadonlyArray<JsonObject & { readonly id: number }>,
      options?: { readonly ifMatch?: ReadonlyArray<string> }
    ) => Effect.Effect<Written, EndpointError>
    /** Change-log rows whose message contains `text`, since `after` (ISO 8601); never cached. */
    readonly changes: (text: string, after: string) => Effect.Effect<ReadonlyArray<ObjectChange>, EndpointError>
    /** The change log from this row on, that row included, in order of ids, a page at a time. */
    readonly changesFrom: (id: number) => Stream.Stream<ReadonlyArray<ObjectChange>, EndpointError | UnsupportedVersion>
    /** These rows of the change log, those of them that exist. */
    readonly changesAt: (ids: ReadonlyArray<number>) => Effect.Effect<ReadonlyArray<ObjectChange>, EndpointError>
    /** The change log from its end on, the newest row first, a page at a time. */
    readonly newestChanges: Stream.Stream<ReadonlyArray<ObjectChange>, EndpointError>
    /** Requests sent so far, by method, retries included. */
    readonly requests: Effect.Effect<{ readonly total: number; readonly mutating: number }>
    /** How much it is asked at a time: every member above keeps to its requests in flight, callers to its sizes of lists. */
    readonly gate: Pick<Gate, "inFlight" | "size" | "account">
  }
>() {}
