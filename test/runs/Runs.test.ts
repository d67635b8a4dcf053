import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Option, Stream } from "effect"
import * as SimulatedNetBox from "../../src/demo/SimulatedNetBox.ts"
import * as SimulatedProxmox from "../../src/demo/SimulatedProxmox.ts"
import type { Recorded } from "../../src/domain/Event.ts"
import { Projections } from "../../src/journal/Projections.ts"
import { NetBox } from "../../src/services/NetBox.ts"
import { runIdOf } from "../../src/services/RunIds.ts"
import { Runs } from "../../src/services/Runs.ts"
import { inFile } from "../journal/files.ts"
import { by, everything, runs } from "../support/Runs.ts"

const estate = (guests = 20, latency = 0) =>
  Effect.all({
    netbox: SimulatedNetBox.make({ latency }),
    proxmox: SimulatedProxmox.make({ name: "lab-cluster", nodes: 2, guests, seed: 7 })
  })

const collect = (run: string, after = 0) =>
  Effect.gen(function* () {
    const found = yield* Stream.runCollect((yield* Runs).events(run, after))
    return Chunk.toReadonlyArray(found)
  })

/** The run when it is over: one that is interrupted is at rest, too. */
const completed = (run: string) =>
  Effect.flatMap(Runs, (service) =>
    Effect.repeat(Effect.delay(service.await(run), "20 millis"), { until: ({ state }) => state === "completed" })
  )

const tags = (found: ReadonlyArray<Recorded>) => found.map(({ event }) => event._tag)

describe("runs of the service", () => {
  it.scopedLive("plan and apply in the background, tell of it, and leave the lease when they are done", () =>
    Effect.gen(function* () {
      const { netbox, proxmox } = yield* estate()
      yield* Effect.gen(function* () {
        const service = yield* Runs
        assert.isTrue(Option.isNone(yield* service.active))
        const run = yield* service.start(everything)
        const active = yield* service.active
        assert.deepStrictEqual(
          Option.map(active, ({ by, label, run }) => ({ run, label, by })),
          Option.some({ run, label: "full-update", by })
        )
        assert.strictEqual((yield* Effect.flip(service.start(everything)))._tag, "RunActive")
        const found = yield* collect(run)
        assert.strictEqual(found[0]?.event._tag, "RunStarted")
        assert.strictEqual(found.at(-1)?.event._tag, "RunCompleted")
        assert.deepStrictEqual(
          found.map(({ version }) => version),
          found.map((_, index) => index + 1)
        )
        const row = yield* service.await(run)
        assert.strictEqual(row.outcome, "succeeded")
        assert.strictEqual(row.requestId, "request-1")
        assert.isTrue(Option.isNone(yield* service.active))
        const middle = found[Math.floor(found.length / 2)]
        assert.deepStrictEqual(
          yield* collect(run, middle?.seq),
          found.filter(({ seq }) => seq > (middle?.seq ?? 0))
        )
        assert.deepStrictEqual(yield* collect(run, found.at(-1)?.seq), [])
        const again = yield* service.start(everything)
        assert.strictEqual((yield* service.await(again)).operations, 0)
        // Nobody follows it any more, and others have come after it.
        yield* Effect.sleep("2500 millis")
        assert.deepStrictEqual(yield* collect(run), found)
      }).pipe(Effect.provide(runs({ netbox, proxmox })))
    })
  )

  it.scopedLive("go on, and can be cancelled, when who began them cannot be interrupted", () =>
    Effect.gen(function* () {
      const { netbox, proxmox } = yield* estate(5)
      yield* Effect.gen(function* () {
        const service = yield* Runs
        const first = yield* Effect.uninterruptible(service.start(everything))
        assert.strictEqual((yield* service.await(first)).outcome, "succeeded")
        const second = yield* Effect.uninterruptible(service.start({ ...everything, full: true }))
        yield* Effect.uninterruptible(service.cancel(second, by))
        assert.strictEqual((yield* service.await(second)).outcome, "cancelled")
      }).pipe(Effect.provide(runs({ netbox, proxmox })))
    })
  )

  it.scopedLive("plan, and apply what was planned, or do not", () =>
    Effect.gen(function* () {
      const { netbox, proxmox } = yield* estate(5)
      yield* Effect.gen(function* () {
        const service = yield* Runs
        const plan = { ...everything, mode: "plan" as const }
        const first = yield* service.start(plan)
        const planned = yield* service.await(first)
        assert.strictEqual(planned.state, "planned")
        assert.strictEqual(tags(yield* collect(first)).at(-1), "PlanSealed")
        assert.isTrue(Option.isNone(yield* service.active))
        yield* service.discard(first, by)
        assert.strictEqual((yield* service.await(first)).outcome, "cancelled")
        assert.strictEqual((yield* Effect.flip(service.discard(first, by)))._tag, "RunOver")
        assert.strictEqual((yield* Effect.flip(service.apply(first, { by })))._tag, "PlanUnusable")

        const second = yield* service.start(plan)
        const { digest } = yield* service.await(second)
        assert.strictEqual((yield* Effect.flip(service.apply(second, { by, digest: "other" })))._tag, "PlanUnusable")
        yield* service.apply(second, { by: { actor: "key 2", requestId: null }, digest: digest ?? "" })
        const found = yield* collect(second)
        assert.strictEqual(found.at(-1)?.event._tag, "RunCompleted")
        assert.isTrue(found.some(({ event }) => event._tag === "StageEntered" && event.by?.actor === "key 2"))
        assert.strictEqual((yield* service.await(second)).outcome, "succeeded")
        assert.strictEqual((yield* Effect.flip(service.cancel(second, by)))._tag, "RunOver")
        assert.strictEqual((yield* Effect.flip(service.cancel("none", by)))._tag, "RunNotFound")
        assert.strictEqual((yield* Effect.flip(Stream.runDrain(service.events("none", 0))))._tag, "RunNotFound")
      }).pipe(Effect.provide(runs({ netbox, proxmox })))
    })
  )

  it.scopedLive("refuse scopes that name what there is not", () =>
    Effect.gen(function* () {
      const { netbox, proxmox } = yield* estate(1)
      yield* Effect.gen(function* () {
        const service = yield* Runs
        const scope = { sources: ["elsewhere"], kinds: ["dcim.moon"], keep: ["dcim.device.colour"] }
        const refused = yield* Effect.flip(service.start({ ...everything, scope }))
        assert.match(refused.message, /no source elsewhere.*no kind dcim\.moon.*dcim\.device\.colour/)
        assert.deepStrictEqual(yield* (yield* Projections).runs(5), [])
      }).pipe(Effect.provide(runs({ netbox, proxmox })))
    })
  )

  it.scopedLive(
    "are cancelled: what is in flight gets its outcome, the rest is skipped, and a run of everything makes it whole",
    () =>
      Effect.gen(function* () {
        const { netbox, proxmox } = yield* estate(60)
        yield* Effect.gen(function* () {
          const service = yield* Runs
          const run = yield* service.start(everything)
          yield* Stream.runDrain(
            Stream.takeUntil(service.events(run, 0), ({ event }) => event._tag === "OperationsSettled")
          )
          yield* service.cancel(run, by)
          const row = yield* service.await(run)
          assert.strictEqual(row.outcome, "cancelled")
          assert.isAbove(row.ok, 0)
          assert.isAbove(row.skipped, 0)
          assert.strictEqual(row.ok + row.failed + row.skipped, row.operations)
          assert.include(row.detail, "cancelled by key 1 (test)")
          const found = yield* collect(run)
          assert.deepStrictEqual(
            found.map(({ version }) => version),
            found.map((_, index) => index + 1)
          )
          const dispatched = new Set(
            found.flatMap(({ event }) => (event._tag === "OperationsDispatched" ? [event.batch] : []))
          )
          const settled = new Set(
            found.flatMap(({ event }) => (event._tag === "OperationsSettled" ? [event.batch] : []))
          )
          assert.deepStrictEqual(settled, dispatched)
          assert.strictEqual((yield* service.await(yield* service.start(everything))).outcome, "succeeded")
          const before = yield* (yield* NetBox).requests
          assert.strictEqual((yield* service.await(yield* service.start(everything))).operations, 0)
          assert.strictEqual((yield* (yield* NetBox).requests).mutating, before.mutating)
        }).pipe(Effect.provide(runs({ netbox, proxmox })))
      })
  )

  it.scopedLive("are cancelled while they plan", () =>
    Effect.gen(function* () {
      const { netbox, proxmox } = yield* estate(20)
      yield* proxmox.addFault({ fault: { _tag: "Latency", millis: 1500 }, path: /cluster\/resources/, times: 1 })
      yield* Effect.gen(function* () {
        const service = yield* Runs
        const run = yield* service.start(everything)
        yield* service.cancel(run, by)
        const row = yield* service.await(run)
        assert.deepStrictEqual([row.state, row.outcome, row.operations], ["completed", "cancelled", 0])
        assert.isTrue(Option.isNone(yield* service.active))
      }).pipe(Effect.provide(runs({ netbox, proxmox })))
    })
  )

  it.scopedLive("are stopped with the service, which goes on with them when it starts again", () =>
    Effect.gen(function* () {
      // They last longer than it takes to hear of them.
      const { netbox, proxmox } = yield* estate(40, 60)
      const journal = inFile()
      const service = runs({ netbox, proxmox, journal, settle: "1 second" })
      const run = yield* Effect.gen(function* () {
        const service = yield* Runs
        const run = yield* service.start(everything)
        yield* Stream.runDrain(
          Stream.takeUntil(service.events(run, 0), ({ event }) => event._tag === "OperationsDispatched")
        )
        return run
      }).pipe(Effect.provide(service))
      yield* Effect.gen(function* () {
        const service = yield* Runs
        const found = yield* collect(run)
        const stopped = tags(found).indexOf("RunInterrupted")
        assert.deepStrictEqual(tags(found).slice(stopped, stopped + 2), ["RunInterrupted", "RunResumed"])
        assert.strictEqual((yield* service.await(run)).outcome, "succeeded")
        assert.deepStrictEqual(
          (yield* (yield* Projections).runs(5)).map(({ run }) => run),
          [run]
        )
      }).pipe(Effect.provide(service))
    })
  )

  it.scopedLive("wait for a NetBox that is out of reach, and can be cancelled meanwhile", () =>
    Effect.gen(function* () {
      const { netbox, proxmox } = yield* estate(40)
      const client = { maxRetries: 0 }
      yield* Effect.gen(function* () {
        const service = yield* Runs
        const plan = yield* service.start({ ...everything, mode: "plan" })
        yield* service.await(plan)
        yield* netbox.addFault({ fault: { type: "status", status: 401 }, method: "POST", times: 1000 })
        yield* service.apply(plan, { by })
        const interrupted = yield* service.await(plan)
        assert.deepStrictEqual([interrupted.state, interrupted.interrupted], ["applying", true])
        assert.strictEqual((yield* Effect.flip(service.start(everything)))._tag, "RunActive")
        yield* service.cancel(plan, by)
        const ended = yield* completed(plan)
        assert.strictEqual(ended.outcome, "cancelled")
        yield* netbox.clearFaults
        assert.strictEqual((yield* service.await(yield* service.start(everything))).outcome, "succeeded")
      }).pipe(Effect.provide(runs({ netbox, proxmox, client, settle: "200 millis" }, "1 hour")))
    })
  )

  it.scopedLive("go on by themselves when NetBox is back", () =>
    Effect.gen(function* () {
      const { netbox, proxmox } = yield* estate(10)
      yield* Effect.gen(function* () {
        const service = yield* Runs
        const run = yield* service.start(everything)
        yield* netbox.addFault({ fault: { type: "status", status: 401 }, method: "POST", times: 2 })
        const ended = yield* completed(run)
        assert.strictEqual(ended.outcome, "succeeded")
        assert.include(tags(yield* collect(run)), "RunInterrupted")
      }).pipe(Effect.provide(runs({ netbox, proxmox, client: { maxRetries: 0 }, settle: "200 millis" })))
    })
  )

  it.scopedLive("of one id are one, however often they are begun", () =>
    Effect.gen(function* () {
      const { netbox, proxmox } = yield* estate(2)
      yield* Effect.gen(function* () {
        const service = yield* Runs
        const run = runIdOf("schedule/1", 1_800_000_000_000)
        const ids = yield* Effect.all([service.start({ ...everything, run }), service.start({ ...everything, run })], {
          concurrency: 2
        })
        assert.deepStrictEqual(ids, [run, run])
        yield* service.await(run)
        assert.strictEqual(yield* service.start({ ...everything, run }), run)
        assert.deepStrictEqual(
          (yield* (yield* Projections).runs(5)).map(({ run }) => run),
          [run]
        )
      }).pipe(Effect.provide(runs({ netbox, proxmox })))
    })
  )
})
