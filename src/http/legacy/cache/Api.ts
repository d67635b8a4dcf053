import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import { Option, Schema } from "effect"
import { Authorization } from "../../Authorization.ts"
import { RequiredScope } from "../../RequiredScope.ts"

/** Of the cache of answers of NetBox; counts are since it was last cleared. */
const Stats = Schema.Struct({
  hits: Schema.Int,
  misses: Schema.Int,
  /** In percent. */
  hit_rate: Schema.Number,
  invalidations: Schema.Int,
  evictions_ttl: Schema.Int,
  evictions_size: Schema.Int,
  evictions_bytes: Schema.Int,
  current_entries: Schema.Int,
  current_bytes: Schema.Int,
  max_entries: Schema.Int,
  max_bytes: Schema.Int,
  ttl_seconds: Schema.Number,
  oldest_entry_age_seconds: Schema.Number
})

const Reconciliation = Schema.Struct({ proxbox_reconcile_mismatch_total: Schema.Int })

const Lockout = Schema.Struct({
  proxbox_auth_failures_total: Schema.Int,
  proxbox_auth_lockouts_total: Schema.Int,
  proxbox_auth_source_lockouts_total: Schema.Int,
  proxbox_auth_recoveries_total: Schema.Int,
  proxbox_auth_capacity_rejections_total: Schema.Int,
  proxbox_auth_orphan_compactions_total: Schema.Int,
  proxbox_auth_active_lockouts: Schema.Int,
  proxbox_auth_active_source_lockouts: Schema.Int,
  proxbox_auth_bucket_rows: Schema.Int,
  proxbox_auth_verifications_in_flight: Schema.Int,
  proxbox_auth_expired_orphan_reservations: Schema.Int
})

const Cache = Schema.Struct({
  proxbox_cache: Schema.Record({ key: Schema.String, value: Schema.Int }),
  netbox_get_cache_metrics: Stats,
  reconciliation_metrics: Reconciliation,
  auth_lockout_metrics: Lockout,
  netbox_get_cache_sample: Schema.Array(
    Schema.Struct({ api_id: Schema.Int, path: Schema.String, query: Schema.String })
  )
}).annotations({ identifier: "Cache" })

const Metrics = Schema.Struct({ ...Stats.fields, ...Reconciliation.fields, ...Lockout.fields }).annotations({
  identifier: "CacheMetrics"
})
export type CacheMetrics = typeof Metrics.Type

const cleared = Schema.Struct({ message: Schema.String })

export const CacheGroup = HttpApiGroup.make("cache")
  .add(HttpApiEndpoint.get("cache", "/cache").addSuccess(Cache))
  .add(HttpApiEndpoint.get("cacheMetrics", "/cache/metrics").addSuccess(Metrics))
  .add(
    HttpApiEndpoint.get("cachePrometheus", "/cache/metrics/prometheus").addSuccess(
      HttpApiSchema.Text({ contentType: "text/plain; charset=utf-8" })
    )
  )
  .add(
    HttpApiEndpoint.get("clearCache", "/clear-cache").addSuccess(cleared).annotate(RequiredScope, Option.some("write"))
  )
  .add(HttpApiEndpoint.post("clearCacheByPost", "/clear-cache").addSuccess(cleared))
  .middleware(Authorization)
