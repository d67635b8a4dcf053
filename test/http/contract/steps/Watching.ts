import { every, some } from "../Shape.ts"
import { detail, invalid, type Step } from "../Step.ts"

const cache = {
  hits: "int",
  misses: "int",
  hit_rate: "number",
  invalidations: "int",
  evictions_ttl: "int",
  evictions_size: "int",
  evictions_bytes: "int",
  current_entries: "int",
  current_bytes: "int",
  max_entries: 4096,
  max_bytes: 52_428_800,
  ttl_seconds: 60,
  oldest_entry_age_seconds: "number"
}

const reconciliation = { proxbox_reconcile_mismatch_total: "int" }

const lockouts = {
  proxbox_auth_failures_total: "int",
  proxbox_auth_lockouts_total: "int",
  proxbox_auth_source_lockouts_total: "int",
  proxbox_auth_recoveries_total: "int",
  proxbox_auth_capacity_rejections_total: "int",
  proxbox_auth_orphan_compactions_total: "int",
  proxbox_auth_active_lockouts: "int",
  proxbox_auth_active_source_lockouts: "int",
  proxbox_auth_bucket_rows: "int",
  proxbox_auth_verifications_in_flight: "int",
  proxbox_auth_expired_orphan_reservations: "int"
}

const counters = ["hits", "misses", "invalidations", "evictions_ttl", "evictions_size", "evictions_bytes"]
const gauges = ["hit_rate", "entries", "bytes", "max_entries", "max_bytes", "ttl_seconds", "oldest_age_seconds"]

const series: ReadonlyArray<readonly [name: string, type: string]> = [
  ...counters.map((name) => [`proxbox_cache_${name}`, "counter"] as const),
  ...counters.map((name) => [`proxbox_cache_${name}_total`, "counter"] as const),
  ...gauges.map((name) => [`proxbox_cache_${name}`, "gauge"] as const),
  ...[...Object.keys(reconciliation), ...Object.keys(lockouts)].map(
    (name) => [name, name.endsWith("_total") ? "counter" : "gauge"] as const
  )
]

/** A type and a value of each, in whatever order. */
const exposition = new RegExp(
  series.map(([name, type]) => `(?=[^]*^# TYPE ${name} ${type}\\n${name} [\\d.]+$)`).join(""),
  "m"
)

const cleared = { message: "=All caches cleared" }

/** The cache of NetBox's answers. */
export const caches: ReadonlyArray<Step> = [
  {
    ask: "GET /cache",
    status: 200,
    is: {
      proxbox_cache: "object",
      netbox_get_cache_metrics: cache,
      reconciliation_metrics: reconciliation,
      auth_lockout_metrics: lockouts,
      netbox_get_cache_sample: every({ api_id: "int", path: "text", query: "any" })
    }
  },
  { ask: "GET /cache/metrics", status: 200, is: { ...cache, ...reconciliation, ...lockouts } },
  {
    ask: "GET /cache/metrics/prometheus",
    status: 200,
    text: exposition,
    has: { "content-type": "=text/plain; charset=utf-8" }
  },
  { ask: "GET /cache/metrics/prometheus", key: null, status: 401, is: detail("text") },
  { ask: "GET /clear-cache", status: 200, is: cleared },
  { ask: "POST /clear-cache", status: 200, is: cleared },
  { ask: "HEAD /clear-cache", status: 405, text: /^$/, has: { allow: "=GET, POST" } },
  { ask: "GET /clear-cache", key: null, status: 401, is: detail("text") },
  { ask: "GET /cache/metrics", status: 200, is: { ...cache, ...reconciliation, ...lockouts, hits: 0, misses: 0 } }
]

const line = {
  id: /^\d+$/,
  timestamp: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\+00:00$/,
  level: /^(DEBUG|INFO|WARNING|ERROR|CRITICAL)$/,
  module: "text",
  message: "text",
  operation_id: "text|null",
  operation: "text|null",
  phase: "text|null",
  resource_type: "text|null",
  resource_id: "text|null",
  // Null, or a traceback.
  expandable: "object|null",
  "request_id+": "text|null"
}

const none = {
  level: null,
  errors_only: false,
  newer_than_id: null,
  older_than_id: null,
  operation_id: null,
  since: null
}

const page = (filters: object, logs: typeof line | null = line) => ({
  logs: logs === null ? [] : every(logs),
  total: logs === null ? 0 : "int",
  has_more: "bool",
  active_filters: { ...none, ...filters }
})

/** The log, and the page for people. */
export const logs: ReadonlyArray<Step> = [
  {
    ask: "GET /admin/logs",
    status: 200,
    is: { ...page({}), logs: some(line), total: "int" },
    save: { newest: "logs.0.id" }
  },
  { ask: "GET /admin/logs?limit=1", status: 200, is: { ...page({}), logs: [line], has_more: true } },
  { ask: "GET /admin/logs?limit=5000&offset=1", status: 200, is: { ...page({}), has_more: false } },
  {
    ask: "GET /admin/logs?level=INFO&errors_only=true",
    status: 200,
    is: page({ level: "=INFO", errors_only: true })
  },
  {
    ask: "GET /admin/logs?newer_than_id={{newest}}&level=CRITICAL",
    status: 200,
    is: { ...page({ newer_than_id: "int", level: "=CRITICAL" }, null), has_more: false }
  },
  { ask: "GET /admin/logs?older_than_id=3", status: 200, is: page({ older_than_id: 3 }) },
  {
    ask: "GET /admin/logs?operation_id=none&since=2026-01-01T00:00:00",
    status: 200,
    is: page({ operation_id: "=none", since: "text" }, null)
  },
  { ask: "GET /admin/logs?level=info", status: 422, is: invalid },
  { ask: "GET /admin/logs?limit=0", status: 422, is: invalid },
  { ask: "GET /admin/logs?limit=5001", status: 422, is: invalid },
  { ask: "GET /admin/logs?offset=-1", status: 422, is: invalid },
  { ask: "GET /admin/logs?since=yesterday", status: 422, is: invalid },
  { ask: "GET /admin/logs?errors_only=perhaps", status: 422, is: invalid },
  { ask: "GET /admin/logs", key: null, status: 401, is: detail("text") },
  { ask: "GET /admin/logs/stream", status: 200, frame: { event: "log", data: line } },
  { ask: "GET /admin/logs/stream?level=info", status: 422, is: invalid },
  { ask: "GET /admin/logs/stream", key: null, status: 401, is: detail("text") },
  {
    ask: "GET /admin/",
    status: 200,
    text: /<html[^]*name[^]*ip_address[^]*domain[^]*port[^]*token_version[^]*verify_ssl/,
    has: { "content-type": /^text\/html; charset=utf-8$/ }
  },
  { ask: "GET /admin/", key: null, status: 401, is: detail("text") }
]
