import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import { Clock, Effect, Metric, MetricState } from "effect"
import { collectDefaultMetrics, Gauge, Histogram } from "prom-client"
import { Metrics } from "../services/Metrics.ts"
import { otherForm } from "./EitherSlash.ts"
import type { Wrapper } from "./Handler.ts"
import * as RouteTable from "./RouteTable.ts"

/** Seconds: from a look into memory to a full update that is waited for. */
const buckets = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10, 60, 600]

/** Paths as they are registered: those of objects and keys would be too many. */
const routeOf = (method: HttpServerRequest.HttpServerRequest["method"], url: string): string =>
  (RouteTable.find(method, url) ?? RouteTable.find(method, otherForm(url)))?.template ?? "other"

/** Effect's own counters and gauges, as of fibers. */
const bridge = (registry: Metrics["registry"]) => {
  const gauge = new Gauge({
    name: "proxledger_effect",
    help: "Counters and gauges of the Effect runtime, by their name",
    labelNames: ["name"],
    registers: [registry],
    collect() {
      for (const { metricKey, metricState } of Metric.unsafeSnapshot()) {
        if (MetricState.isCounterState(metricState)) this.set({ name: metricKey.name }, Number(metricState.count))
        if (MetricState.isGaugeState(metricState)) this.set({ name: metricKey.name }, Number(metricState.value))
      }
    }
  })
  return gauge
}

/** Measures every request from its head to the head of its answer. */
export const measuring = Effect.map(Metrics, ({ registry }): Wrapper => {
  collectDefaultMetrics({ register: registry })
  bridge(registry)
  const seconds = new Histogram({
    name: "proxledger_http_request_seconds",
    help: "Requests to this service, until the answer begins",
    labelNames: ["method", "route", "status"],
    buckets,
    registers: [registry]
  })
  return (handler) =>
    Effect.gen(function* () {
      const { method, url } = yield* HttpServerRequest.HttpServerRequest
      const began = yield* Clock.currentTimeNanos
      const observe = (status: string) =>
        Effect.map(Clock.currentTimeNanos, (now) =>
          seconds.observe({ method, route: routeOf(method, url), status }, Number(now - began) / 1e9)
        )
      return yield* handler.pipe(
        Effect.tap(({ status }) => observe(String(status))),
        Effect.onInterrupt(() => observe("gone"))
      )
    })
})
