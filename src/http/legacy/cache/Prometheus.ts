import type { CacheMetrics } from "./Api.ts"

/** Names without `_total` are those that scrapers of the compatible surface know; each counter has a second one with it. */
const counters = ["hits", "misses", "invalidations", "evictions_ttl", "evictions_size", "evictions_bytes"] as const

const gauges = [
  ["hit_rate", "hit_rate"],
  ["entries", "current_entries"],
  ["bytes", "current_bytes"],
  ["max_entries", "max_entries"],
  ["max_bytes", "max_bytes"],
  ["ttl_seconds", "ttl_seconds"],
  ["oldest_age_seconds", "oldest_entry_age_seconds"]
] as const

const line = (name: string, type: "counter" | "gauge", value: number) => `# TYPE ${name} ${type}\n${name} ${value}\n`

/** In Prometheus' text format. */
export const exposition = (metrics: CacheMetrics): string =>
  [
    ...counters.flatMap((name) => [
      line(`proxbox_cache_${name}`, "counter", metrics[name]),
      line(`proxbox_cache_${name}_total`, "counter", metrics[name])
    ]),
    ...gauges.map(([name, key]) => line(`proxbox_cache_${name}`, "gauge", metrics[key])),
    ...Object.entries(metrics)
      .filter(([name]) => name.startsWith("proxbox_"))
      .map(([name, value]) => line(name, name.endsWith("_total") ? "counter" : "gauge", value))
  ].join("")
