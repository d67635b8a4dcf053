import { assert, describe, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { Idempotency } from "../../src/store/Idempotency.ts"
import { fresh, inFolder } from "./folder.ts"

const within = <A, E>(folder: string, effect: Effect.Effect<A, E, Idempotency>) =>
  Effect.provide(effect, inFolder(folder))

const response = { status: 202, headers: { location: "/v1/runs/1" }, body: '{"id":"1"}' }

const begin = (key: string, caller = 1, fingerprint = "f") =>
  Effect.flatMap(Idempotency, (idempotency) => idempotency.begin(key, caller, fingerprint))

describe("an idempotency key", () => {
  it.effect("is answered again for a day, also after a restart", () => {
    const folder = fresh()
    return Effect.gen(function* () {
      yield* TestClock.setTime(1_700_000_000_000)
      yield* within(
        folder,
        Effect.gen(function* () {
          const { finish } = yield* Idempotency
          assert.deepStrictEqual(yield* begin("a"), { _tag: "New" })
          assert.deepStrictEqual(yield* begin("a"), { _tag: "InProgress" })
          yield* finish("a", 1, response)
          assert.deepStrictEqual(yield* begin("a"), { _tag: "Replay", response })
          assert.deepStrictEqual(yield* begin("a", 1, "another body"), { _tag: "Mismatch" })
          assert.deepStrictEqual(yield* begin("a", 2), { _tag: "New" })
        })
      )
      yield* TestClock.adjust("23 hours")
      yield* within(
        folder,
        Effect.gen(function* () {
          assert.deepStrictEqual(yield* begin("a"), { _tag: "Replay", response })
          // The process ended before the answer was kept.
          assert.deepStrictEqual(yield* begin("a", 2), { _tag: "Interrupted" })
          yield* TestClock.adjust("1 hour")
          assert.deepStrictEqual(yield* begin("a"), { _tag: "New" })
        })
      )
    })
  })

  it.live("is free again where nothing took effect", () =>
    within(
      fresh(),
      Effect.gen(function* () {
        const { finish, release } = yield* Idempotency
        yield* begin("a")
        yield* release("a", 1)
        assert.deepStrictEqual(yield* begin("a"), { _tag: "New" })
        yield* finish("a", 1, response)
        yield* release("a", 1)
        assert.deepStrictEqual(yield* begin("a"), { _tag: "Replay", response })
      })
    )
  )

  it.live("is new to one of those that come at once", () =>
    within(
      fresh(),
      Effect.gen(function* () {
        const all = yield* Effect.forEach(Array.from({ length: 50 }), () => begin("a"), { concurrency: "unbounded" })
        assert.strictEqual(all.filter(({ _tag }) => _tag === "New").length, 1)
        assert.strictEqual(all.filter(({ _tag }) => _tag === "InProgress").length, 49)
      })
    )
  )
})
