import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Option, Stream, TestClock } from "effect"
import { RunActive, type RunRequest, Runs, ScopeRefused } from "../../src/services/Runs.ts"
import * as Scheduler from "../../src/services/Scheduler.ts"
import { Schedules } from "../../src/store/Schedules.ts"
import { by, fresh, inFolder } from "../store/folder.ts"

/** Runs that a test lets begin or not; each id begins once. */
class Begun {
  readonly requests: Array<RunRequest> = []
  refusal: RunActive | ScopeRefused | undefined
  get ids() {
    return [...new Set(this.requests.map(({ run }) => run))]
  }
  readonly layer = Layer.succeed(Runs, {
    start: (request) =>
      Effect.suspend(() => {
        if (this.refusal !== undefined) return Effect.fail(this.refusal)
        this.requests.push(request)
        return Effect.succeed(request.run ?? "")
      }),
    apply: () => Effect.dieMessage("not asked for"),
    discard: () => Effect.dieMessage("not asked for"),
    cancel: () => Effect.dieMessage("not asked for"),
    active: Effect.succeed(Option.none()),
    events: () => Stream.empty,
    await: () => Effect.dieMessage("not asked for")
  })
}

/** The journal's own fibers take turns of the event loop. */
const settled = Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 100)))

const pass = (time: Parameters<typeof TestClock.adjust>[0]) => Effect.zipRight(TestClock.adjust(time), settled)

const nightly = {
  name: "nightly",
  cron: "0 * * * *",
  timezone: "UTC",
  scope: {},
  approve_removals: false,
  enabled: true
}

const begun = (folder: string, runs: Begun) =>
  Scheduler.layer({ interval: "1 minute" }).pipe(Layer.provideMerge(Layer.mergeAll(inFolder(folder), runs.layer)))

describe("the scheduler", () => {
  it.scoped("begins a run at each time, under the name of the schedule", () =>
    Effect.gen(function* () {
      const runs = new Begun()
      yield* Effect.gen(function* () {
        const schedules = yield* Schedules
        const { id } = yield* schedules.create({ ...nightly, scope: { kinds: ["dcim.device"] } }, by)
        yield* pass("59 minutes")
        assert.deepStrictEqual(runs.requests, [])
        yield* pass("1 minutes")
        yield* pass("10 minutes")
        assert.deepStrictEqual(
          runs.requests.map(({ by, label, mode, scope, trigger }) => ({ by, label, mode, scope, trigger })),
          [
            {
              by: { actor: `schedule ${id} (nightly)`, requestId: null },
              label: "nightly",
              mode: "sync",
              scope: { kinds: ["dcim.device"] },
              trigger: "schedule"
            }
          ]
        )
        const row = yield* schedules.get(id)
        assert.strictEqual(row.last_run, runs.ids[0])
        assert.strictEqual(row.next_at, 7200)
        yield* pass("50 minutes")
        assert.strictEqual(runs.ids.length, 2)
      }).pipe(Effect.provide(begun(fresh(), runs)))
    })
  )

  it.scoped("says what it missed while the service was not running, and makes up for none of it", () =>
    Effect.gen(function* () {
      const folder = fresh()
      const runs = new Begun()
      const { id } = yield* Effect.provide(
        Effect.flatMap(Schedules, (schedules) => schedules.create(nightly, by)),
        inFolder(folder)
      )
      yield* TestClock.adjust("5 hours")
      yield* TestClock.adjust("10 minutes")
      yield* Effect.gen(function* () {
        const schedules = yield* Schedules
        yield* pass("1 minutes")
        assert.deepStrictEqual(runs.requests, [])
        const row = yield* schedules.get(id)
        assert.strictEqual(row.last_missed_at, 3600)
        assert.strictEqual(row.next_at, 6 * 3600)
        yield* pass("50 minutes")
        assert.strictEqual(runs.ids.length, 1)
      }).pipe(Effect.provide(begun(folder, runs)))
    })
  )

  it.scoped("waits for a run that is under way, and gives up after a while", () =>
    Effect.gen(function* () {
      const runs = new Begun()
      runs.refusal = new RunActive({ run: "other" })
      yield* Effect.gen(function* () {
        const schedules = yield* Schedules
        const { id } = yield* schedules.create(nightly, by)
        yield* pass("65 minutes")
        yield* pass("1 minutes")
        assert.strictEqual((yield* schedules.get(id)).last_missed_at, null)
        runs.refusal = undefined
        yield* pass("1 minutes")
        assert.strictEqual((yield* schedules.get(id)).last_run, runs.ids[0])
        runs.refusal = new RunActive({ run: "other" })
        yield* pass("55 minutes")
        yield* pass("16 minutes")
        yield* pass("1 minutes")
        const row = yield* schedules.get(id)
        assert.strictEqual(row.last_missed_at, 7200)
        assert.strictEqual(row.next_at, 3 * 3600)
        assert.strictEqual(runs.ids.length, 1)
      }).pipe(Effect.provide(begun(fresh(), runs)))
    })
  )

  it.scoped("misses what cannot be begun, and says why", () =>
    Effect.gen(function* () {
      const runs = new Begun()
      runs.refusal = new ScopeRefused({ detail: "there is no source moon" })
      yield* Effect.gen(function* () {
        const schedules = yield* Schedules
        const { id } = yield* schedules.create(nightly, by)
        yield* pass("60 minutes")
        yield* pass("1 minutes")
        assert.strictEqual((yield* schedules.get(id)).last_missed_at, 3600)
      }).pipe(Effect.provide(begun(fresh(), runs)))
    })
  )

  it.scoped("knows the run of a time by its id, however often that time is seen", () =>
    Effect.gen(function* () {
      const runs = new Begun()
      for (const folder of [fresh(), fresh()]) {
        const service = yield* Layer.build(begun(folder, runs))
        yield* Context.get(service, Schedules).create(nightly, by)
      }
      yield* pass("61 minutes")
      assert.strictEqual(runs.requests.length, 2)
      assert.strictEqual(runs.ids.length, 1)
      assert.match(runs.ids[0] ?? "", /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    })
  )
})
