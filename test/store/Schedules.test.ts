import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, TestClock } from "effect"
import type { Journal } from "../../src/journal/Journal.ts"
import { type ScheduleInput, Schedules } from "../../src/store/Schedules.ts"
import { by, changes, fresh, inFolder, said } from "./folder.ts"

const within = <A, E>(effect: Effect.Effect<A, E, Schedules | Journal>, folder = fresh()) =>
  Effect.provide(effect, inFolder(folder))

const nightly = (changes: Partial<ScheduleInput> = {}): ScheduleInput => ({
  name: "nightly",
  cron: "30 2 * * *",
  timezone: "UTC",
  scope: { sources: ["lab"], kinds: ["dcim.device"] },
  approve_removals: false,
  enabled: true,
  ...changes
})

const iso = (seconds: number | null) =>
  seconds === null ? null : DateTime.formatIso(DateTime.unsafeMake(seconds * 1000))

const at = (text: string) => TestClock.setTime(DateTime.toEpochMillis(DateTime.unsafeMake(text)))

const refusal = (changes: Partial<ScheduleInput>) =>
  Effect.flatMap(Schedules, ({ create }) =>
    Effect.map(Effect.flip(create(nightly(changes), by)), ({ message }) => message)
  )

describe("a schedule", () => {
  it.effect("knows when it fires next, in its time zone, over a change of the clocks", () =>
    within(
      Effect.gen(function* () {
        const { create } = yield* Schedules
        yield* at("2026-03-28T12:00:00Z")
        const utc = yield* create(nightly(), by)
        assert.strictEqual(iso(utc.next_at), "2026-03-29T02:30:00.000Z")
        const berlin = yield* create(nightly({ name: "b", cron: "0 6 * * *", timezone: "Europe/Berlin" }), by)
        // Summer time begins in the night before.
        assert.strictEqual(iso(berlin.next_at), "2026-03-29T04:00:00.000Z")
        assert.deepStrictEqual(berlin.scope, { sources: ["lab"], kinds: ["dcim.device"] })
      })
    )
  )

  it.effect("is due from its time on, until it was fired or missed", () => {
    const folder = fresh()
    return Effect.gen(function* () {
      yield* at("2026-01-01T00:00:00Z")
      yield* within(
        Effect.flatMap(Schedules, ({ create }) => create(nightly(), by)),
        folder
      )
      yield* at("2026-01-01T02:29:59Z")
      yield* within(
        Effect.gen(function* () {
          const { due, fired, missed, update } = yield* Schedules
          assert.deepStrictEqual(yield* due, [])
          yield* at("2026-01-01T02:30:00Z")
          assert.deepStrictEqual(
            (yield* due).map(({ id }) => id),
            [1]
          )
          const once = yield* fired(1, "run-1")
          assert.deepStrictEqual(
            [once.last_run, iso(once.last_fired_at), iso(once.next_at), once.last_missed_at],
            ["run-1", "2026-01-01T02:30:00.000Z", "2026-01-02T02:30:00.000Z", null]
          )
          yield* at("2026-01-05T08:00:00Z")
          // Another name does not let it forget that it is due.
          yield* update(1, { name: "each night" }, by)
          assert.strictEqual((yield* due).length, 1)
          const late = yield* missed(1, "the service was not running")
          assert.deepStrictEqual(
            [iso(late.last_missed_at), iso(late.next_at)],
            ["2026-01-02T02:30:00.000Z", "2026-01-06T02:30:00.000Z"]
          )
          assert.deepStrictEqual(yield* due, [])
          const last = (yield* changes).at(-1)
          assert.deepStrictEqual(
            [last?.subject, last?.change, last?.actor],
            ["schedule/1", "missed: the service was not running", "schedule 1"]
          )
        }),
        folder
      )
    })
  })

  it.effect("is changed by what is sent", () =>
    within(
      Effect.gen(function* () {
        const { create, get, list, remove, revision, update } = yield* Schedules
        yield* at("2026-01-01T00:00:00Z")
        yield* create(nightly(), by)
        yield* create(nightly({ name: "hourly", cron: "0 * * * *" }), by)
        const before = yield* revision
        const off = yield* update(1, { enabled: false }, by)
        assert.isNull(off.next_at)
        assert.isAbove(yield* revision, before)
        const on = yield* update(1, { enabled: true, cron: "0 3 * * *" }, by)
        assert.strictEqual(iso(on.next_at), "2026-01-01T03:00:00.000Z")
        // The same in another order is no change.
        yield* update(1, { scope: { kinds: ["dcim.device"], sources: ["lab"] }, cron: "0 3 * * *" }, by)
        const clash = yield* Effect.flip(update(2, { name: "nightly" }, by))
        assert.strictEqual(clash.message, "name is that of another schedule")
        assert.strictEqual((yield* list).length, 2)
        yield* remove(2, by)
        assert.strictEqual((yield* Effect.flip(get(2))).message, "There is no schedule 2")
        assert.strictEqual((yield* Effect.flip(remove(2, by)))._tag, "ScheduleNotFound")
        assert.deepStrictEqual(
          (yield* said).filter((one) => one.startsWith("schedule/1")),
          ["schedule/1 created", "schedule/1 updated", "schedule/1 updated"]
        )
      })
    )
  )

  it.live("is refused where it could never fire", () =>
    within(
      Effect.gen(function* () {
        assert.match(yield* refusal({ cron: "often" }), /^cron must be an expression of five fields/)
        assert.match(yield* refusal({ cron: "61 * * * *" }), /^cron must be/)
        assert.match(yield* refusal({ cron: "0 0 30 2 *" }), /^cron names no day that ever comes/)
        assert.match(yield* refusal({ timezone: "Mars/Olympus" }), /^timezone is not known/)
        assert.deepStrictEqual(yield* (yield* Schedules).list, [])
      })
    )
  )
})
