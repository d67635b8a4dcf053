import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { HttpSettings } from "../../src/http/HttpSettings.ts"
import { RateLimit } from "../../src/http/RateLimit.ts"
import { httpSettings } from "../support/HttpSettings.ts"

const limited = (rateLimit: number) =>
  RateLimit.Default.pipe(Layer.provide(Layer.succeed(HttpSettings, { ...httpSettings, rateLimit })))

describe("the rate limit", () => {
  it.effect("is so many requests in any 60 seconds, by source", () =>
    Effect.gen(function* () {
      const { waitOf } = yield* RateLimit
      for (const at of [0, 10_000, 20_000]) assert.strictEqual(waitOf("10.0.0.1", at), 0)
      assert.strictEqual(waitOf("10.0.0.1", 30_000), 30_000)
      assert.strictEqual(waitOf("10.0.0.2", 30_000), 0)
      assert.strictEqual(waitOf("10.0.0.1", 59_999), 1)
      assert.strictEqual(waitOf("10.0.0.1", 60_000), 0)
      assert.strictEqual(waitOf("10.0.0.1", 60_001), 9_999)
      assert.strictEqual(waitOf("10.0.0.1", 70_000), 0)
    }).pipe(Effect.provide(limited(3)))
  )

  it.effect("counts requests without a key apart", () =>
    Effect.gen(function* () {
      const { waitOf } = yield* RateLimit
      assert.strictEqual(waitOf("10.0.0.1", 0, false), 0)
      assert.isAbove(waitOf("10.0.0.1", 1, false), 0)
      assert.strictEqual(waitOf("10.0.0.1", 1), 0)
      assert.isAbove(waitOf("10.0.0.1", 2), 0)
    }).pipe(Effect.provide(limited(1)))
  )

  it.effect("counts a network of IPv6 as one source", () =>
    Effect.gen(function* () {
      const { waitOf } = yield* RateLimit
      assert.strictEqual(waitOf("2001:db8:1:2::1", 0), 0)
      assert.isAbove(waitOf("2001:db8:1:2:ffff::9", 1), 0)
      assert.strictEqual(waitOf("2001:db8:1:3::1", 1), 0)
    }).pipe(Effect.provide(limited(1)))
  )

  it.effect("remembers so many sources at most", () =>
    Effect.gen(function* () {
      const { waitOf } = yield* RateLimit
      for (let source = 0; source <= 10_000; source += 1) waitOf(`source ${source}`, source)
      assert.strictEqual(waitOf("source 0", 10_001), 0)
      assert.isAbove(waitOf("source 10000", 10_001), 0)
    }).pipe(Effect.provide(limited(1)))
  )
})
