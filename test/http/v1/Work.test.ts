import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { isJsonObject } from "../../../src/domain/Json.ts"
import type { Told } from "../../support/Service.ts"
import { codeOf, done, finished, itemsOf, membersOf, streamed, whole } from "../../support/V1.ts"

const machines = "virtualization.virtualmachine"

/** Operations of a run or plan. */
const operationsOf = (told: Told) => itemsOf(told, "page.items")

/** A service in step with its cluster, and two guests that were renamed since. */
const renamed = Effect.gen(function* () {
  const service = yield* whole
  assert.deepInclude((yield* done(service.ask, "/v1/runs")).end, { state: "completed", outcome: "succeeded" })
  const guests = [...service.proxmox.cluster.guests.values()].filter(({ config }) => config["template"] !== 1)
  const vmids = guests.slice(0, 2).map(({ vmid }) => vmid)
  for (const vmid of vmids) yield* service.proxmox.renameGuest(vmid, `renamed-${vmid}`)
  const rows = yield* service.netbox.rows(machines)
  const ids = vmids.map((vmid) => rows.find((row) => JSON.stringify(row).includes(`lab/${vmid}"`))?.id ?? 0)
  return { service, vmids, ids }
})

describe("/v1/plans", () => {
  it.live("say field by field what would change, and write nothing until they are applied", () =>
    Effect.gen(function* () {
      const { service, vmids } = yield* renamed
      const { counts, ask } = { counts: service.netbox.counts, ask: service.ask }
      const before = yield* counts
      const begun = yield* ask("POST", "/v1/plans", { scope: { kinds: [machines] } })
      assert.deepStrictEqual([begun.status, membersOf(begun)["mode"]], [202, "plan"])
      const { end, run: plan } = yield* finished(service.ask, begun)
      assert.strictEqual(begun.headers["location"], `/v1/plans/${plan}`)
      assert.deepInclude(end, { state: "planned", outcome: null, operations: 2 })
      const read = yield* ask("GET", `/v1/plans/${plan}`)
      const names = operationsOf(read).map(({ changes }) => (Array.isArray(changes) ? changes[0] : null))
      assert.sameDeepMembers(
        names.map((change) => (change !== null && change !== undefined && isJsonObject(change) ? change["to"] : null)),
        vmids.map((vmid) => `renamed-${vmid}`)
      )
      assert.deepNestedInclude(read.json, { "findings.counts": { drifts: 0, conflicts: 0, warnings: 0 } })
      assert.deepStrictEqual((yield* counts)["POST"], before["POST"])
      assert.deepStrictEqual((yield* counts)["PATCH"], before["PATCH"])
      assert.include(
        itemsOf(yield* ask("GET", "/v1/plans?state=planned")).map(({ run }) => run),
        plan
      )

      const wrong = yield* ask("POST", `/v1/plans/${plan}/apply`, { digest: "of another plan" })
      assert.strictEqual(codeOf(wrong), "409 conflict")
      const digest = membersOf(read)["digest"] ?? null
      const applied = yield* ask("POST", `/v1/plans/${plan}/apply`, { digest })
      assert.deepStrictEqual([applied.status, applied.headers["location"]], [202, `/v1/runs/${plan}`])
      assert.deepInclude((yield* finished(service.ask, applied)).end, { outcome: "succeeded", ok: 2 })
      assert.strictEqual(codeOf(yield* ask("POST", `/v1/plans/${plan}/apply`)), "409 conflict")
    }).pipe(Effect.scoped)
  )

  it.live("stale: refused by name with nothing sent, or applied without what is stale", () =>
    Effect.gen(function* () {
      const { ids, service, vmids } = yield* renamed
      const { run: plan } = yield* done(service.ask, "/v1/plans", { scope: { kinds: [machines] } })
      yield* service.netbox.edit(machines, ids[0] ?? 0, { comments: "by hand" })
      yield* service.netbox.resetRequests
      const refused = yield* service.ask("POST", `/v1/plans/${plan}/apply`)
      assert.strictEqual(codeOf(refused), "409 plan_stale")
      assert.deepInclude(membersOf(refused), { retryable: false })
      const { objects } = membersOf(refused)
      assert.deepStrictEqual(
        Array.isArray(objects) ? objects.map((one) => (isJsonObject(one) ? one["ref"] : null)) : [],
        [`${machines}:lab/${String(vmids[0])}`]
      )
      assert.isTrue((yield* service.netbox.requests).every(({ method }) => method === "GET"))
      assert.deepInclude(membersOf(yield* service.ask("GET", `/v1/plans/${plan}`)), { state: "planned" })
      const partial = yield* service.ask("POST", `/v1/plans/${plan}/apply?allow_partial=true`)
      assert.deepInclude((yield* finished(service.ask, partial)).end, { outcome: "partial", ok: 1, failed: 1 })
    }).pipe(Effect.scoped)
  )

  it.live("discarded: never applied, and still told of", () =>
    Effect.gen(function* () {
      const { service } = yield* renamed
      const { run: plan } = yield* done(service.ask, "/v1/plans")
      const discarded = yield* service.ask("POST", `/v1/plans/${plan}/discard`)
      assert.deepInclude(discarded.json, { state: "completed", outcome: "cancelled" })
      assert.strictEqual(codeOf(yield* service.ask("POST", `/v1/plans/${plan}/apply`)), "409 conflict")
      assert.strictEqual(codeOf(yield* service.ask("POST", `/v1/plans/${plan}/discard`)), "409 conflict")
      assert.strictEqual(codeOf(yield* service.ask("GET", "/v1/plans/nowhere")), "404 not_found")
    }).pipe(Effect.scoped)
  )
})

describe("/v1/runs", () => {
  it.live("are followed by typed events, gone on with after any of them, and end with the run", () =>
    Effect.gen(function* () {
      const service = yield* whole
      const { end, events, run } = yield* done(service.ask, "/v1/runs", { scope: { sources: ["lab"] } })
      assert.deepInclude(end, { run, state: "completed", outcome: "succeeded", scope: { sources: ["lab"] } })
      const types = events.map(({ event }) => event)
      assert.deepStrictEqual([types[0], types.at(-2), types.at(-1)], ["RunStarted", "RunCompleted", "complete"])
      assert.lengthOf(
        types.filter((type) => type === "complete"),
        1
      )
      const first = events[0]?.data
      assert.deepInclude(first, { seq: events[0]?.id, type: "RunStarted", stream: run, version: 1 })
      const middle = events[Math.floor(events.length / 2)]?.id ?? 0
      const rest = yield* streamed(service.ask, `/v1/runs/${run}/events`, { "last-event-id": String(middle) })
      assert.deepStrictEqual(
        rest,
        events.filter(({ id }) => id === null || id > middle)
      )
      assert.strictEqual((yield* service.ask("GET", "/v1/runs/nowhere/events")).status, 404)
    }).pipe(Effect.scoped)
  )

  it.live("one at a time; the second is told of the first, and a repeated request gets the same run", () =>
    Effect.gen(function* () {
      const service = yield* whole
      yield* service.netbox.addFault({ fault: { type: "latency", millis: 200 } })
      const header = { "idempotency-key": "start" }
      const first = yield* service.ask("POST", "/v1/runs", undefined, header)
      const second = yield* service.ask("POST", "/v1/runs")
      assert.strictEqual(codeOf(second), "409 run_active")
      assert.deepInclude(membersOf(second), { run: membersOf(first)["run"], retryable: true })
      const again = yield* service.ask("POST", "/v1/runs", undefined, header)
      assert.deepStrictEqual([again.status, again.json], [202, first.json])
      yield* finished(service.ask, first)
      assert.lengthOf(itemsOf(yield* service.ask("GET", "/v1/runs")), 1)
    }).pipe(Effect.scoped)
  )

  it.live("cancelled: what was not sent is skipped", () =>
    Effect.gen(function* () {
      const service = yield* whole
      const begun = yield* service.ask("POST", "/v1/runs")
      const { run } = membersOf(begun)
      const cancelled = yield* service.ask("POST", `/v1/runs/${String(run)}/cancel`)
      assert.strictEqual(cancelled.status, 202)
      assert.deepInclude((yield* finished(service.ask, begun)).end, { state: "completed", outcome: "cancelled" })
      assert.strictEqual(codeOf(yield* service.ask("POST", `/v1/runs/${String(run)}/cancel`)), "409 conflict")
    }).pipe(Effect.scoped)
  )

  it.live("an endpoint that does not answer costs its own objects, and is told of", () =>
    Effect.gen(function* () {
      const service = yield* whole
      yield* service.ask("POST", "/v1/endpoints/proxmox", {
        name: "dead",
        ip_address: "127.0.0.1",
        port: 1,
        username: "a@pve",
        password: "pass-word"
      })
      const { end, run } = yield* done(service.ask, "/v1/runs")
      assert.deepInclude(end, { outcome: "partial" })
      const told = membersOf(yield* service.ask("GET", `/v1/runs/${run}`))["findings"]
      const endpoints = told !== undefined && isJsonObject(told) ? told["endpoints"] : []
      const statuses = Array.isArray(endpoints) ? endpoints.filter(isJsonObject) : []
      assert.sameMembers(
        statuses.map(({ name, side, status }) => `${String(side === "netbox" ? side : name)} ${String(status)}`),
        // The agent of one guest is silent.
        ["netbox read", "lab partial", "dead unavailable"]
      )
    }).pipe(Effect.scoped)
  )
})

describe("/v1/drift", () => {
  it.live("lists what somebody changed and is kept, as the latest run of everything found it", () =>
    Effect.gen(function* () {
      const { ids, service, vmids } = yield* renamed
      assert.deepStrictEqual(itemsOf(yield* service.ask("GET", "/v1/drift")), [])
      yield* done(service.ask, "/v1/runs")
      yield* service.netbox.edit(machines, ids[0] ?? 0, { name: "named-by-hand" })
      const { run } = yield* done(service.ask, "/v1/plans")
      const page = yield* service.ask("GET", `/v1/drift?kind=${machines}&type=drift`)
      assert.deepNestedInclude(page.json, { "run.run": run })
      const [drift] = itemsOf(page)
      assert.deepInclude(drift, {
        type: "drift",
        ref: `${machines}:lab/${String(vmids[0])}`,
        field: "name",
        base: `renamed-${String(vmids[0])}`,
        theirs: "named-by-hand"
      })
      assert.lengthOf(itemsOf(yield* service.ask("GET", "/v1/drift?type=conflict")), 0)
      assert.strictEqual((yield* service.ask("GET", "/v1/drift?run=nowhere")).status, 404)
    }).pipe(Effect.scoped)
  )
})
