import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import { Duration, Effect } from "effect"
import { Engines } from "../../../services/Engines.ts"
import { hitRate, Metrics } from "../../../services/Metrics.ts"
import { NetBoxSettings } from "../../../services/NetBoxSettings.ts"
import type { CacheStats } from "../../../services/ObjectCache.ts"
import { Keys } from "../../../store/Keys.ts"
import { Lockouts } from "../../../store/Lockouts.ts"
import { LegacyApi } from "../LegacyApi.ts"
import { exposition } from "./Prometheus.ts"

/** There is one engine that reconciles, and nothing that it is compared with. */
const reconciliation = { proxbox_reconcile_mismatch_total: 0 }

/** Of a cache that there is no NetBox for yet. */
const empty = ({ cacheMaxBytes, cacheMaxEntries, cacheTtl }: NetBoxSettings): CacheStats => ({
  hits: 0,
  misses: 0,
  invalidations: 0,
  evictionsTtl: 0,
  evictionsSize: 0,
  evictionsBytes: 0,
  entries: 0,
  bytes: 0,
  maxEntries: cacheMaxEntries,
  maxBytes: cacheMaxBytes,
  ttlSeconds: Duration.toSeconds(cacheTtl),
  oldestAgeSeconds: 0
})

const shown = (stats: CacheStats) => ({
  hits: stats.hits,
  misses: stats.misses,
  hit_rate: hitRate(stats),
  invalidations: stats.invalidations,
  evictions_ttl: stats.evictionsTtl,
  evictions_size: stats.evictionsSize,
  evictions_bytes: stats.evictionsBytes,
  current_entries: stats.entries,
  current_bytes: stats.bytes,
  max_entries: stats.maxEntries,
  max_bytes: stats.maxBytes,
  ttl_seconds: stats.ttlSeconds,
  oldest_entry_age_seconds: stats.oldestAgeSeconds
})

const sampled = 20

export const CacheHttp = HttpApiBuilder.group(LegacyApi, "cache", (handlers) =>
  Effect.gen(function* () {
    const engines = yield* Engines
    const keys = yield* Keys
    const lockouts = yield* Lockouts
    const metrics = yield* Metrics
    const none = empty(yield* Effect.orDie(NetBoxSettings))

    const stats = engines
      .use(({ cache }) => cache.stats)
      .pipe(
        Effect.orElseSucceed(() => none),
        Effect.map(shown)
      )

    const sample = engines
      .use(({ cache }) => cache.sample(sampled))
      .pipe(
        Effect.catchAll(() => Effect.succeed([])),
        Effect.map((entries) => entries.map((entry) => ({ api_id: 1, ...entry })))
      )

    const authentication = Effect.gen(function* () {
      const counts = yield* lockouts.counts
      const load = yield* keys.load
      return {
        proxbox_auth_failures_total: counts.failures,
        proxbox_auth_lockouts_total: counts.lockouts,
        proxbox_auth_source_lockouts_total: counts.sourceLockouts,
        proxbox_auth_recoveries_total: counts.recoveries,
        proxbox_auth_capacity_rejections_total: load.rejected,
        // Verifications are held in memory alone: none is ever orphaned.
        proxbox_auth_orphan_compactions_total: 0,
        proxbox_auth_active_lockouts: counts.activeLockouts,
        proxbox_auth_active_source_lockouts: counts.activeSourceLockouts,
        proxbox_auth_bucket_rows: counts.buckets,
        proxbox_auth_verifications_in_flight: load.inFlight,
        proxbox_auth_expired_orphan_reservations: 0
      }
    })

    const flat = Effect.all([stats, authentication]).pipe(
      Effect.map(([cache, auth]) => ({ ...cache, ...reconciliation, ...auth }))
    )

    const clear = metrics
      .clearing(Effect.ignore(engines.use(({ cache }) => cache.clear)))
      .pipe(Effect.as({ message: "All caches cleared" }))

    return handlers
      .handle("cache", () =>
        Effect.all({
          proxbox_cache: Effect.succeed({}),
          netbox_get_cache_metrics: stats,
          reconciliation_metrics: Effect.succeed(reconciliation),
          auth_lockout_metrics: authentication,
          netbox_get_cache_sample: sample
        })
      )
      .handle("cacheMetrics", () => flat)
      .handle("cachePrometheus", () => Effect.map(flat, exposition))
      .handle("clearCache", () => clear)
      .handle("clearCacheByPost", () => clear)
  })
)
