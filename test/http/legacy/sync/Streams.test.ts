import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Scope } from "effect"
import { isJsonObject } from "../../../../src/domain/Json.ts"
import { Patience } from "../../../../src/http/legacy/sync/follow/Line.ts"
import { itemsOf } from "../../../support/V1.ts"
import { completeOf, follow, framesOf, world } from "./Following.ts"
import { keysIn, recorded } from "./RecordedStream.ts"

const patience = { timeout: 90_000 }

const full = "/full-update/stream"

/** Lists that NetBox has no objects for, and tags that the engine puts on no interface of a guest. */
const absent = /^\.result\.(storage|backups|vm_interfaces\[\]\.interface\.tags)\[\]/

describe("a full update over HTTP", () => {
  it.scopedLive(
    "has the frames of the recorded stream, and ends with what was made",
    () =>
      Effect.gen(function* () {
        const { netbox, service } = yield* world()
        const frames = yield* framesOf(service, full)
        assert.deepStrictEqual(
          frames.map(({ event }) => event),
          recorded.map(({ event }) => event)
        )
        const complete = completeOf(frames)
        const mine = keysIn(complete)
        const missing = [...keysIn(recorded.at(-1)?.data ?? {})].filter((key) => !mine.has(key) && !absent.test(key))
        assert.deepStrictEqual(missing, [])
        const machines = yield* netbox.rows("virtualization.virtualmachine")
        const result = complete["result"] ?? null
        assert.deepStrictEqual(
          isJsonObject(result) && Array.isArray(result["virtual_machines"])
            ? result["virtual_machines"].map((one) => (isJsonObject(one) ? one["id"] : null))
            : [],
          machines.map(({ id }) => id)
        )
        const headers = (yield* service.call(full, { method: "POST" })).headers
        assert.strictEqual(headers["content-type"], "text/event-stream; charset=utf-8")
        assert.strictEqual(headers["cache-control"], "no-cache")
        assert.strictEqual(headers["x-accel-buffering"], "no")
        assert.strictEqual(headers["transfer-encoding"], "chunked")
      }),
    patience
  )

  it.scopedLive(
    "goes on without its client, who is told the rest when it comes again, and then no more",
    () =>
      Effect.gen(function* () {
        const { netbox, service } = yield* world({ netbox: { latency: 60 } })
        const first = yield* follow(service, full)
        yield* first.heard(({ data }) => data["step"] === "virtual-machines")
        yield* first.hangUp
        const before = [...first.frames]
        const second = yield* follow(service, full, { "last-event-id": before.at(-1)?.id ?? "" })
        yield* second.ended
        const all = [...before, ...second.frames]
        assert.deepStrictEqual(
          all.map(({ event }) => event),
          recorded.map(({ event }) => event)
        )
        assert.strictEqual(new Set(all.map(({ id }) => id)).size, all.length)
        assert.isTrue(completeOf(second.frames)["ok"])
        assert.lengthOf(yield* netbox.rows("virtualization.virtualmachine"), 2)
        const third = yield* service.call(full, { headers: { "last-event-id": all.at(-1)?.id ?? "" } })
        assert.strictEqual(third.status, 204)
        const runs = yield* service.call("/sync/active")
        assert.deepInclude(runs.json, { active: false, runs: [] })
      }),
    patience
  )

  it.scopedLive(
    "is followed by whoever asks for the same, and waited for by whoever asks for something else",
    () =>
      Effect.gen(function* () {
        const { service } = yield* world({ netbox: { latency: 60 } })
        const first = yield* follow(service, full)
        yield* first.heard(({ data }) => data["step"] === "devices")
        const active = yield* service.call("/sync/active")
        const same = yield* follow(service, full)
        const other = yield* follow(service, "/dcim/devices/create/stream")
        yield* Effect.all([first.ended, same.ended, other.ended], { concurrency: 3 })
        assert.deepStrictEqual(same.frames, first.frames)
        const run = completeOf(first.frames)["run_id"]
        assert.deepInclude(active.json, { active: true, id: run, kind: "full-update" })
        assert.include(other.frames[0]?.data["message"], `Waiting for run ${String(run)}`)
        assert.isTrue(completeOf(other.frames)["ok"])
        assert.notStrictEqual(completeOf(other.frames)["run_id"], run)
      }),
    patience
  )

  it.scopedLive(
    "is followed by a second one, while a run on /v1 is refused with the id of the first",
    () =>
      Effect.gen(function* () {
        const { service } = yield* world({ netbox: { latency: 60 } })
        const first = yield* follow(service, full)
        yield* first.heard(({ data }) => data["step"] === "devices")
        const refused = yield* service.call("/v1/runs", { method: "POST" })
        const [answered] = yield* Effect.all([service.call("/full-update"), first.ended], { concurrency: 2 })
        const run = completeOf(first.frames)["run_id"] ?? null
        assert.strictEqual(refused.status, 409)
        assert.deepInclude(refused.json, { code: "run_active", run })
        assert.deepInclude(answered.json, { status: "completed", virtual_machines_count: 2 })
        const runs = itemsOf(yield* service.call("/v1/runs"))
        assert.deepStrictEqual(
          runs.map((one) => one["run"]),
          [run]
        )
      }),
    patience
  )

  it.scopedLive(
    "is not waited for without end",
    () =>
      Effect.gen(function* () {
        const { service } = yield* world({ netbox: { latency: 150 } })
        const first = yield* follow(service, full)
        yield* first.heard(({ data }) => data["step"] === "devices")
        const [answer, frames] = yield* Effect.all(
          [service.call("/dcim/devices/create"), framesOf(service, "/dcim/devices/create/stream")],
          { concurrency: 2 }
        )
        const run = String(completeOf(yield* Effect.as(first.ended, first.frames))["run_id"])
        assert.strictEqual(answer.status, 409)
        assert.deepStrictEqual(answer.json, { detail: `Run ${run} is under way. Wait for it, follow it, or cancel it` })
        assert.deepStrictEqual(
          frames.map(({ event }) => event),
          ["step", "error_detail", "error", "complete"]
        )
        const complete = completeOf(frames)
        assert.deepInclude(complete, { ok: false, outcome: "failed" })
        assert.isTrue(completeOf(first.frames)["ok"])
      }).pipe(Effect.provideService(Patience, { stream: Duration.millis(200), answer: Duration.millis(200) })),
    patience
  )

  it.scopedLive(
    "that leaves something undone says what, and does not end well",
    () =>
      Effect.gen(function* () {
        const { netbox, service } = yield* world()
        yield* netbox.addFault({
          fault: { type: "refused", field: "name", word: "is not to our taste" },
          method: "POST",
          path: "/api/virtualization/virtual-machines/",
          times: 1
        })
        const frames = yield* framesOf(service, full)
        const complete = completeOf(frames)
        assert.isFalse(complete["ok"])
        assert.strictEqual(complete["outcome"], "partial")
        assert.deepStrictEqual(
          frames.slice(-3).map(({ data, event }) => [event, data["phase"] ?? data["step"] ?? ""]),
          [
            ["error_detail", "full-update"],
            ["error", "full-update"],
            ["complete", ""]
          ]
        )
        const details = frames.filter(
          ({ data, event }) => event === "error_detail" && data["phase"] === "virtual-machines"
        )
        assert.lengthOf(details, 1)
        assert.include(details[0]?.data["detail"], "is not to our taste")
        const summary = frames.find(
          ({ data, event }) => event === "phase_summary" && data["phase"] === "virtual-machines"
        )
        assert.strictEqual(summary?.data["status"], "completed_with_errors")
        assert.deepInclude(summary?.data["result"], { created: 1, failed: 1, total: 2 })
        assert.isTrue(completeOf(yield* framesOf(service, full))["ok"], "the next one does the rest")
      }),
    patience
  )

  it.scopedLive(
    "that is a dry run tells the plan and writes nothing",
    () =>
      Effect.gen(function* () {
        const { netbox, service } = yield* world()
        const frames = yield* framesOf(service, `${full}?dry_run=true`)
        const complete = completeOf(frames)
        assert.deepInclude(complete, { ok: true, outcome: "planned", dry_run: true })
        const planned = frames.filter(({ event }) => event === "item_progress").map(({ data }) => data["operation"])
        assert.include(planned, "would_create")
        assert.deepStrictEqual(
          frames.filter(({ data }) => data["step"] === "sweep-orphans").map(({ data }) => data["status"]),
          ["started", "completed"]
        )
        const written = (yield* netbox.requests).filter(({ method }) => method !== "GET")
        assert.deepStrictEqual(written, [])
      }),
    patience
  )

  it.scopedLive(
    "ends with one complete when the service stops",
    () =>
      Effect.gen(function* () {
        const outside = yield* Effect.scope
        const stopping = yield* Effect.scoped(
          Effect.gen(function* () {
            const { service } = yield* world({ netbox: { latency: 200 } })
            const followed = yield* Scope.extend(follow(service, full), outside)
            yield* followed.heard(({ data }) => data["step"] === "devices")
            return followed
          })
        )
        yield* stopping.ended
        const complete = completeOf(stopping.frames)
        assert.deepInclude(complete, {
          ok: false,
          message: "Full update sync cancelled.",
          errors: [{ detail: "Server shutdown or request cancelled." }]
        })
      }),
    patience
  )
})
