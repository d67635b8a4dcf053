import { Effect } from "effect"
import { Counter, Gauge, Histogram, Registry } from "prom-client"
import type { Outcome, Recorder } from "./Endpoint.ts"
import type { EndpointError } from "./EndpointError.ts"
import type { GateWatcher } from "./Gate.ts"
import type { CacheStats } from "./ObjectCache.ts"

/** Seconds an upstream takes: from a status page to a bulk delete. */
const buckets = [0.005, 0.025, 0.1, 0.5, 2.5, 10, 30, 120]

/** Each also under its name with `_total`, which is what Prometheus asks of counters. */
const cacheCounters: ReadonlyArray<readonly [string, string, (stats: CacheStats) => number]> = [
  ["hits", "Reads answered without a request", ({ hits }) => hits],
  ["misses", "Reads that needed a request", ({ misses }) => misses],
  ["invalidations", "Answers forgotten because of a write", ({ invalidations }) => invalidations],
  ["evictions_ttl", "Answers dropped for their age", ({ evictionsTtl }) => evictionsTtl],
  ["evictions_size", "Answers dropped because there were too many", ({ evictionsSize }) => evictionsSize],
  ["evictions_bytes", "Answers dropped because they were too large together", ({ evictionsBytes }) => evictionsBytes]
]

/** In percent, with two decimals. */
export const hitRate = ({ hits, misses }: CacheStats): number =>
  hits + misses === 0 ? 0 : Math.round((hits / (hits + misses)) * 10_000) / 100

const cacheGauges: ReadonlyArray<readonly [string, string, (stats: CacheStats) => number]> = [
  ["hit_rate", "Reads answered without a request, in percent", hitRate],
  ["entries", "Answers held", ({ entries }) => entries],
  ["bytes", "Bytes held", ({ bytes }) => bytes],
  ["max_entries", "Answers held at most", ({ maxEntries }) => maxEntries],
  ["max_bytes", "Bytes held at most", ({ maxBytes }) => maxBytes],
  ["ttl_seconds", "How long an answer is served", ({ ttlSeconds }) => ttlSeconds],
  ["oldest_age_seconds", "Age of the oldest answer held", ({ oldestAgeSeconds }) => oldestAgeSeconds]
]

/** Statuses by their class, except those that mean something of their own. */
const outcomeLabel = (outcome: Outcome): string => {
  if (typeof outcome === "string") return outcome
  return outcome === 429 || outcome === 503 ? String(outcome) : `${Math.floor(outcome / 100)}xx`
}

/** What this process tells Prometheus. Each instance has a registry of its own. */
export class Metrics extends Effect.Service<Metrics>()("proxledger/Metrics", {
  sync: () => {
    const registry = new Registry()
    const registers = [registry]
    const seconds = new Histogram({
      name: "proxledger_upstream_request_seconds",
      help: "Requests to Proxmox and NetBox, from the permit to the last byte",
      labelNames: ["endpoint", "method", "outcome"],
      buckets,
      registers
    })
    const inFlight = new Gauge({
      name: "proxledger_upstream_requests_in_flight",
      help: "Requests to Proxmox and NetBox under way",
      labelNames: ["endpoint"],
      registers
    })
    const retries = new Counter({
      name: "proxledger_upstream_retries_total",
      help: "Requests sent again, by what went wrong before",
      labelNames: ["endpoint", "reason"],
      registers
    })
    const most = new Gauge({
      name: "proxledger_upstream_requests_in_flight_limit",
      help: "Requests that may be under way at a time, as the load of the server allows",
      labelNames: ["endpoint"],
      registers
    })
    const batches = new Gauge({
      name: "proxledger_upstream_batch_size_limit",
      help: "Objects that one request may write, as the load of the server allows",
      labelNames: ["endpoint", "method", "path"],
      registers
    })
    const slowdowns = new Counter({
      name: "proxledger_upstream_slowdowns_total",
      help: "How often fewer requests or shorter lists were sent because the server was overloaded",
      labelNames: ["endpoint", "reason"],
      registers
    })
    const counters = cacheCounters.map(([name, help, read]) => ({
      counters: ["", "_total"].map(
        (suffix) => new Counter({ name: `proxbox_cache_${name}${suffix}`, help, registers })
      ),
      read,
      last: 0
    }))
    const gauges = cacheGauges.map(([name, help, read]) => ({
      gauge: new Gauge({ name: `proxbox_cache_${name}`, help, registers }),
      read
    }))

    const recorder: Recorder = (endpoint, method) => {
      const end = seconds.startTimer({ endpoint, method })
      inFlight.inc({ endpoint })
      return (outcome) => {
        end({ outcome: outcomeLabel(outcome) })
        inFlight.dec({ endpoint })
      }
    }

    const watcher: GateWatcher = {
      inFlight: (endpoint, limit) => most.set({ endpoint }, limit),
      batch: (endpoint, method, path, size) => batches.set({ endpoint, method, path }, size),
      slowed: (endpoint, reason) => slowdowns.inc({ endpoint, reason })
    }

    let cache: Effect.Effect<CacheStats> | undefined

    const readCache = (stats: CacheStats) => {
      for (const counted of counters) {
        const now = counted.read(stats)
        for (const counter of counted.counters) counter.inc(now - counted.last)
        counted.last = now
      }
      for (const { gauge, read } of gauges) gauge.set(read(stats))
    }

    const counted = Effect.suspend(() => (cache === undefined ? Effect.void : Effect.map(cache, readCache)))

    /** The counters of a cache begin anew with it; these go on. */
    const fromZero = () => {
      for (const counter of counters) counter.last = 0
    }

    return {
      /** For metrics of who uses this one. */
      registry,
      /** For the requests of an endpoint. */
      recorder,
      /** For the pace of an endpoint. */
      watcher,
      retried: (error: EndpointError): Effect.Effect<void> =>
        Effect.sync(() => retries.inc({ endpoint: error.endpoint, reason: error._tag })),
      /** The cache of NetBox answers, asked whenever the metrics are; that of before is asked a last time. */
      watchCache: (stats: Effect.Effect<CacheStats>): Effect.Effect<void> =>
        Effect.map(counted, () => {
          cache = stats
          fromZero()
        }),
      /** Clears the cache that is watched, or whatever else lets it count from zero. */
      clearing: <A, E, R>(clear: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
        Effect.uninterruptible(Effect.zipRight(counted, Effect.tap(clear, fromZero))),
      /** In Prometheus' text format. */
      text: Effect.zipRight(
        counted,
        Effect.promise(() => registry.metrics())
      )
    }
  }
}) {}
