import { get } from "node:http"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect } from "effect"
import type { Json } from "../../src/domain/Json.ts"
import { Engines } from "../../src/services/Engines.ts"
import { Runs } from "../../src/services/Runs.ts"
import * as Support from "../support/Service.ts"

const membersOf = (json: Json) => json as { readonly [name: string]: Json }

/** The text of a stream as soon as it holds so many events. */
const events = (url: string, count: number) =>
  Effect.async<{ readonly text: string; readonly headers: NodeJS.Dict<string | ReadonlyArray<string>> }>((resume) => {
    const request = get(url, { agent: false, headers: { "x-proxbox-api-key": Support.key } }, (response) => {
      let text = ""
      response.on("data", (piece) => {
        text += String(piece)
        if (text.split("\n\n").length > count) resume(Effect.succeed({ text, headers: response.headers }))
      })
    })
    request.on("error", () => {})
    return Effect.sync(() => request.destroy())
  })

describe("what watches over the service", () => {
  it.scopedLive("hears that it lives, whether it can work and what is in the way", () =>
    Effect.gen(function* () {
      const { netbox, proxmox, service } = yield* Support.world()
      const { call } = service
      assert.deepStrictEqual((yield* call("/livez", { key: null })).json, { status: "live" })
      const ready = yield* call("/readyz", { key: null })
      assert.strictEqual(ready.status, 200)
      assert.deepInclude(ready.json, { status: "ready", problems: [], last_run_age_seconds: null })
      yield* proxmox.setEndpointUp(0, false)
      yield* call("/proxmox/endpoints/1", { method: "PUT", json: { verify_ssl: true } })
      const degraded = yield* call("/readyz", { key: null })
      assert.strictEqual(degraded.status, 200)
      assert.strictEqual(membersOf(degraded.json)["status"], "degraded")
      assert.match(String(membersOf(degraded.json)["problems"]), /^proxmox\/lab \(nb:1\): .* cannot be reached/)
      for (const told of [ready, degraded]) {
        assert.notInclude(told.text, netbox.token)
        assert.notInclude(told.text, proxmox.token)
      }
      const meta = yield* call("/meta", { key: null })
      assert.deepInclude(meta.json, { name: "proxledger" })
      const version = membersOf((yield* call("/version")).json)
      assert.deepStrictEqual(version["capabilities"], { ws_run_id: 1 })
      const [major = 0, minor = 0, patch = 0] = String(version["version"]).split(".").map(Number)
      assert.isAbove(major * 1e6 + minor * 1e3 + patch, 14)
    })
  )

  it.scopedLive("sees metrics with a key, or without where that is allowed", () =>
    Effect.gen(function* () {
      const { call } = yield* Support.start()
      yield* call("/auth/keys/99", { method: "DELETE" })
      const refused = yield* call("/metrics", { key: null })
      assert.strictEqual(refused.status, 401)
      assert.deepInclude(refused.json, { code: "unauthorized" })
      const { headers, text } = yield* call("/metrics")
      assert.match(String(headers["content-type"]), /^text\/plain; version=0.0.4/)
      assert.match(
        text,
        /proxledger_http_request_seconds_count\{method="DELETE",route="\/auth\/keys\/:key_id",status="404"\} 1/
      )
      for (const name of ["process_resident_memory_bytes", "nodejs_eventloop_lag_seconds", "proxledger_effect"]) {
        assert.include(text, name)
      }
      const open = yield* Support.start({ env: { PROXLEDGER_METRICS_PUBLIC: "1" } })
      assert.strictEqual((yield* open.call("/metrics", { key: null })).status, 200)
    })
  )

  it.scopedLive("sees the cache of NetBox's answers; clearing it takes nothing from the metrics", () =>
    Effect.gen(function* () {
      const { service } = yield* Support.world()
      const { call, context } = service
      const empty = yield* call("/cache/metrics")
      assert.deepInclude(empty.json, { hits: 0, misses: 0, max_entries: 4096, max_bytes: 52_428_800, ttl_seconds: 60 })
      const lookup = Context.get(context, Engines).use(({ cache }) =>
        cache.get("/api/dcim/sites/1/", "", Effect.succeed([]))
      )
      for (let asked = 0; asked < 4; asked += 1) yield* lookup
      const cache = membersOf((yield* call("/cache")).json)
      assert.deepInclude(cache["netbox_get_cache_metrics"], { hits: 3, misses: 1, hit_rate: 75, current_entries: 1 })
      assert.deepStrictEqual(cache["netbox_get_cache_sample"], [{ api_id: 1, path: "/api/dcim/sites/1/", query: "" }])
      const text = (yield* call("/cache/metrics/prometheus")).text
      for (const line of [
        "proxbox_cache_hits 3",
        "proxbox_cache_hits_total 3",
        "proxbox_cache_hit_rate 75",
        "proxbox_auth_failures_total 0"
      ]) {
        assert.include(text.split("\n"), line)
      }
      assert.deepStrictEqual((yield* call("/clear-cache")).json, { message: "All caches cleared" })
      assert.deepInclude((yield* call("/cache/metrics")).json, { hits: 0, misses: 0, current_entries: 0 })
      yield* lookup
      assert.strictEqual((yield* call("/clear-cache", { method: "POST" })).status, 200)
      assert.strictEqual((yield* call("/clear-cache", { method: "HEAD" })).status, 405)
      const lines = (yield* call("/metrics")).text.split("\n")
      assert.include(lines, "proxbox_cache_hits_total 3")
      assert.include(lines, "proxbox_cache_misses_total 2")
    })
  )

  it.scopedLive("reads the log, and follows it from any line", () =>
    Effect.gen(function* () {
      const { call, url } = yield* Support.start()
      assert.strictEqual((yield* call("/admin/logs?level=info")).status, 422)
      for (const query of ["limit=0", "limit=5001", "offset=-1", "since=yesterday", "errors_only=perhaps"]) {
        assert.strictEqual((yield* call(`/admin/logs?${query}`)).status, 422, query)
      }
      const lines = yield* Effect.forEach([1, 2, 3, 4, 5], (port) =>
        call("/netbox/endpoint", { method: "POST", headers: { "x-request-id": `request-${port}` }, json: {} })
      )
      assert.isTrue(lines.every(({ status }) => status === 422))
      const page = membersOf((yield* call("/admin/logs?limit=2")).json)
      assert.hasAllKeys(page, ["logs", "total", "has_more", "active_filters"])
      assert.deepStrictEqual(membersOf((yield* call("/admin/logs?level=INFO&limit=5")).json)["active_filters"], {
        level: "INFO",
        errors_only: false,
        newer_than_id: null,
        older_than_id: null,
        operation_id: null,
        since: null
      })
      const { headers, text } = yield* events(`${url}/admin/logs/stream`, 1)
      assert.match(String(headers["content-type"]), /^text\/event-stream/)
      assert.strictEqual(headers["cache-control"], "no-cache")
      assert.strictEqual(headers["x-accel-buffering"], "no")
      assert.strictEqual(headers["transfer-encoding"], "chunked")
      assert.match(text, /^id: 1\nevent: log\ndata: \{"id":"1",/)
    })
  )

  it.scopedLive("finds a run in the log, from its beginning to its end, and no credential", () =>
    Effect.gen(function* () {
      const { netbox, proxmox, service } = yield* Support.world({ env: { PROXBOX_NETBOX_RETRY_DELAY: "0.02" } })
      const runs = Context.get(service.context, Runs)
      const by = { actor: "tests", requestId: null }
      const request = { mode: "sync", trigger: "request", label: "full-update", scope: {}, by } as const
      const run = yield* runs.start({ ...request, approveRemovals: false, full: false })
      yield* runs.await(run)
      const told = yield* service.call(`/admin/logs?operation_id=${run}&limit=5000`)
      const { logs } = told.json as {
        readonly logs: ReadonlyArray<{ readonly message: string; readonly phase: string | null }>
      }
      const messages = logs.map(({ message }) => message).reverse()
      assert.match(messages[0] ?? "", /^full-update began for tests: lab$/)
      assert.include(messages, "Source lab: 6 guests on 2 nodes")
      assert.match(messages.at(-1) ?? "", /^Completed, succeeded: \d+ operations done, 0 not accepted, 0 left out$/)
      const lines = (yield* service.call("/metrics")).text.split("\n")
      assert.include(lines, 'proxledger_runs_started_total{label="full-update"} 1')
      assert.include(lines, 'proxledger_runs_completed_total{outcome="succeeded"} 1')
      const settled = lines.find((line) => line.startsWith('proxledger_operations_total{outcome="ok"}')) ?? ""
      assert.include(messages.at(-1), `: ${settled.split(" ")[1]} operations done`)
      const whole = yield* service.call("/admin/logs?limit=5000")
      assert.include(whole.text, "endpoint/proxmox/1 created")
      for (const secret of [netbox.token, proxmox.token, proxmox.token.split("=")[1] ?? "", Support.key]) {
        assert.notInclude(whole.text, secret)
      }
    })
  )
})
