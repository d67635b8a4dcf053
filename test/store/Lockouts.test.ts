import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, Redacted, TestClock } from "effect"
import { Lockouts } from "../../src/store/Lockouts.ts"
import { groupOf, layer } from "../../src/store/LockoutsLive.ts"

const key = (text: string) => Redacted.make(text)

const within = <A, E>(effect: Effect.Effect<A, E, Lockouts>, env: Readonly<Record<string, string>> = {}) =>
  Effect.provide(
    effect,
    Layer.provide(layer, Layer.setConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(env)))))
  )

const fail = (source: string, text: string | null, times: number) =>
  Effect.flatMap(Lockouts, ({ failed }) =>
    Effect.forEach(Array.from({ length: times }), () => failed(source, text === null ? null : key(text)))
  )

/** Seconds until the lock ends; null where there is none. */
const locked = (source: string, text: string | null) =>
  Effect.flatMap(Lockouts, ({ check }) =>
    Effect.match(check(source, text === null ? null : key(text)), {
      onFailure: ({ retryAfter }) => retryAfter,
      onSuccess: () => null
    })
  )

describe("lockouts", () => {
  it.effect("come with the fifth wrong key of a source, and end after the window", () =>
    within(
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* fail("10.0.0.1", "wrong", 4), [4, 3, 2, 1])
        assert.isNull(yield* locked("10.0.0.1", "wrong"))
        assert.deepStrictEqual(yield* fail("10.0.0.1", "wrong", 1), [0])
        assert.strictEqual(yield* locked("10.0.0.1", "wrong"), 300)
        assert.isNull(yield* locked("10.0.0.1", "right"))
        assert.isNull(yield* locked("10.0.0.2", "wrong"))
        yield* TestClock.adjust("299500 millis")
        assert.strictEqual(yield* locked("10.0.0.1", "wrong"), 1)
        yield* TestClock.adjust("1 second")
        assert.isNull(yield* locked("10.0.0.1", "wrong"))
        assert.deepStrictEqual(yield* fail("10.0.0.1", "wrong", 1), [4])
      })
    )
  )

  it.effect("do not come with failures that are further apart", () =>
    within(
      Effect.gen(function* () {
        yield* fail("10.0.0.1", "wrong", 4)
        yield* TestClock.adjust("300 seconds")
        assert.deepStrictEqual(yield* fail("10.0.0.1", "wrong", 4), [4, 3, 2, 1])
        assert.isNull(yield* locked("10.0.0.1", "wrong"))
      })
    )
  )

  it.effect("never come of requests without a key", () =>
    within(
      Effect.gen(function* () {
        const left = yield* fail("10.0.0.1", null, 5000)
        assert.deepStrictEqual(new Set(left), new Set([5]))
        assert.deepStrictEqual([yield* locked("10.0.0.1", null), yield* locked("10.0.0.1", "never seen")], [null, null])
        const { buckets, failures } = yield* (yield* Lockouts).counts
        assert.deepStrictEqual([failures, buckets], [5000, 0])
      })
    )
  )

  it.effect("of a source let in the keys that were good", () =>
    within(
      Effect.gen(function* () {
        const { counts, failed, succeeded } = yield* Lockouts
        yield* succeeded("10.0.0.1", key("good"))
        for (let guess = 0; guess < 50; guess += 1) yield* failed("10.0.0.1", key(`guess ${guess}`))
        assert.strictEqual(yield* locked("10.0.0.1", "guess 51"), 300)
        assert.isNull(yield* locked("10.0.0.1", "good"))
        assert.isNull(yield* locked("10.0.0.1", null))
        // A key that is good no more is one like the others.
        yield* failed("10.0.0.1", key("good"))
        assert.strictEqual(yield* locked("10.0.0.1", "good"), 300)
        const { activeSourceLockouts, failures, lockouts, sourceLockouts } = yield* counts
        assert.deepStrictEqual([failures, lockouts, sourceLockouts, activeSourceLockouts], [51, 0, 1, 1])
      })
    )
  )

  it.effect("are cleared by the key that is good after all", () =>
    within(
      Effect.gen(function* () {
        const { counts, succeeded } = yield* Lockouts
        yield* fail("10.0.0.1", "late", 4)
        yield* succeeded("10.0.0.1", key("late"))
        assert.deepStrictEqual(yield* fail("10.0.0.1", "late", 1), [4])
        assert.strictEqual((yield* counts).recoveries, 1)
      })
    )
  )

  it.effect("take as much memory as they may", () =>
    within(
      Effect.gen(function* () {
        for (let host = 0; host < 300; host += 1) yield* fail(`10.0.${host % 250}.${host}`, `wrong ${host}`, 1)
        assert.isAtMost((yield* (yield* Lockouts).counts).buckets, 20)
      }),
      { PROXBOX_AUTH_LOCKOUT_MAX_BUCKETS: "20" }
    )
  )

  it.effect("follow the environment, within bounds", () =>
    within(
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* fail("10.0.0.1", "wrong", 1), [0])
        assert.strictEqual(yield* locked("10.0.0.1", "wrong"), 60)
      }),
      { PROXBOX_AUTH_LOCKOUT_THRESHOLD: "-3", PROXBOX_AUTH_LOCKOUT_WINDOW_SECONDS: "60" }
    )
  )

  it("count the network of an IPv6 address as one source", () => {
    assert.strictEqual(groupOf("2001:db8:1:2:aaaa::1"), groupOf("2001:db8:1:2:bbbb::2"))
    assert.notStrictEqual(groupOf("2001:db8:1:2::1"), groupOf("2001:db8:1:3::1"))
    assert.strictEqual(groupOf("::ffff:10.0.0.1"), "10.0.0.1")
    assert.strictEqual(groupOf("unknown"), "unknown")
  })
})
