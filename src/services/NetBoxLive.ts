import { Chunk, Context, Effect, Layer, type Redacted, Stream } from "effect"
import type { EndpointOptions, TlsOptions } from "./Endpoint.ts"
import type { EndpointError } from "./EndpointError.ts"
import { Metrics } from "./Metrics.ts"
import { NetBox, type Row } from "./NetBox.ts"
import * as NetBoxChanges from "./NetBoxChanges.ts"
import * as NetBoxClient from "./NetBoxClient.ts"
import * as NetBoxLookups from "./NetBoxLookups.ts"
import { pages } from "./NetBoxPages.ts"
import { NetBoxSettings } from "./NetBoxSettings.ts"
import * as NetBoxVersion from "./NetBoxVersion.ts"
import * as NetBoxWrites from "./NetBoxWrites.ts"
import * as ObjectCache from "./ObjectCache.ts"

export interface NetBoxOptions {
  /** Scheme, host, port and base path, without `/api/`. */
  readonly url: string
  /** v1 (40 hex digits) or v2 (`nbt_key.secret`). */
  readonly token: Redacted.Redacted
  readonly tls: TlsOptions
  readonly guard?: EndpointOptions["guard"]
  /** Schema id of a branch (plugin netbox-branching) to which all requests go. */
  readonly branch?: string
  /** Read from the environment where absent. */
  readonly settings?: NetBoxSettings
}

/** The answers that look-ups keep. */
export class NetBoxCache extends Context.Tag("proxledger/NetBoxCache")<
  NetBoxCache,
  ObjectCache.ObjectCache<ReadonlyArray<Row>, EndpointError>
>() {}

const make = Effect.fnUntraced(function* (options: NetBoxOptions) {
  const metrics = yield* Metrics
  // Every setting has a fallback, so reading them cannot fail.
  const settings = options.settings ?? (yield* Effect.orDie(NetBoxSettings))
  const client = yield* NetBoxClient.make({
    ...options,
    settings,
    recorder: metrics.recorder,
    watcher: metrics.watcher,
    onRetry: metrics.retried
  })
  const cache = yield* ObjectCache.make<ReadonlyArray<Row>, EndpointError>({
    ttl: settings.cacheTtl,
    maxEntries: settings.cacheMaxEntries,
    maxBytes: settings.cacheMaxBytes,
    weigh: (rows) => Buffer.byteLength(JSON.stringify(rows))
  })
  yield* metrics.watchCache(cache.stats)
  const lookups = yield* NetBoxLookups.make(
    (path, filter) =>
      pages(client, NetBoxClient.RowPage, path, filter, "offset").pipe(
        Stream.runCollect,
        Effect.map((found) => Chunk.toReadonlyArray(found).flat())
      ),
    cache
  )
  const version = yield* NetBoxVersion.make(client)

  const netBox = NetBox.of({
    endpoint: client.name,
    version,
    list: (path, { fields, filter = [] }) => {
      const lean = ["fields", [...new Set(["id", ...fields])].join(",")] as const
      return Stream.unwrap(
        Effect.map(version, ({ minor }) =>
          pages(client, NetBoxClient.RowPage, path, [...filter, lean], minor >= 6 ? "cursor" : "offset")
        )
      )
    },
    ...lookups,
    ...NetBoxWrites.make(client, cache.invalidate),
    changes: (text, after) => NetBoxChanges.changes(client, text, after),
    changesFrom: (id) =>
      Stream.unwrap(
        Effect.map(version, ({ minor }) => NetBoxChanges.changesFrom(client, id, minor >= 6 ? "cursor" : "offset"))
      ),
    changesAt: (ids) => NetBoxChanges.changesAt(client, ids),
    newestChanges: NetBoxChanges.newestChanges(client),
    requests: client.requests,
    gate: client.gate
  })
  return Context.make(NetBox, netBox).pipe(Context.add(NetBoxCache, cache))
})

/** One NetBox, and the cache of its answers. Its connections are closed with the layer. */
export const layer = (options: NetBoxOptions): Layer.Layer<NetBox | NetBoxCache, never, Metrics> =>
  Layer.scopedContext(make(options))
