import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Duration, Effect } from "effect"
import { defaults, NetBoxSettings } from "../../src/services/NetBoxSettings.ts"

const read = (env: { readonly [name: string]: string }) =>
  NetBoxSettings.pipe(
    Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(env)), { pathDelim: "_" }))
  )

describe("NetBoxSettings", () => {
  it.effect("has the documented defaults", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* read({}), defaults)
      assert.deepInclude(defaults, {
        maxConcurrent: 2,
        maxRetries: 5,
        cacheMaxEntries: 4096,
        cacheMaxBytes: 52_428_800
      })
      const { cacheTtl, retryDelay, timeout } = defaults
      assert.deepStrictEqual([retryDelay, timeout, cacheTtl].map(Duration.toSeconds), [2, 120, 60])
    })
  )
  it.effect("reads every variable", () =>
    Effect.gen(function* () {
      const settings = yield* read({
        PROXBOX_NETBOX_MAX_CONCURRENT: "8",
        PROXBOX_NETBOX_MAX_RETRIES: "0",
        PROXBOX_NETBOX_RETRY_DELAY: "0.25",
        PROXBOX_NETBOX_TIMEOUT: "30",
        PROXBOX_NETBOX_GET_CACHE_TTL: "0",
        PROXBOX_NETBOX_GET_CACHE_MAX_ENTRIES: "10",
        PROXBOX_NETBOX_GET_CACHE_MAX_BYTES: " 2048 "
      })
      assert.deepStrictEqual(settings, {
        maxConcurrent: 8,
        maxRetries: 0,
        retryDelay: Duration.millis(250),
        timeout: Duration.seconds(30),
        cacheTtl: Duration.zero,
        cacheMaxEntries: 10,
        cacheMaxBytes: 2048
      })
    })
  )
  it.effect("raises what is too small to the minimum", () =>
    Effect.gen(function* () {
      const settings = yield* read({
        PROXBOX_NETBOX_MAX_CONCURRENT: "0",
        PROXBOX_NETBOX_MAX_RETRIES: "-1",
        PROXBOX_NETBOX_RETRY_DELAY: "-2",
        PROXBOX_NETBOX_TIMEOUT: "0.5",
        PROXBOX_NETBOX_GET_CACHE_TTL: "-60",
        PROXBOX_NETBOX_GET_CACHE_MAX_ENTRIES: "0",
        PROXBOX_NETBOX_GET_CACHE_MAX_BYTES: "1"
      })
      assert.deepStrictEqual(settings, {
        maxConcurrent: 1,
        maxRetries: 0,
        retryDelay: Duration.zero,
        timeout: Duration.seconds(1),
        cacheTtl: Duration.zero,
        cacheMaxEntries: 1,
        cacheMaxBytes: 1024
      })
    })
  )
  for (const junk of ["", "many", "1e999", "NaN", "3 apples", "true"]) {
    it.effect(`takes ${JSON.stringify(junk)} for absent`, () =>
      Effect.gen(function* () {
        const settings = yield* read({
          PROXBOX_NETBOX_MAX_CONCURRENT: junk,
          PROXBOX_NETBOX_RETRY_DELAY: junk,
          PROXBOX_NETBOX_GET_CACHE_TTL: junk
        })
        assert.deepStrictEqual(settings, defaults)
      })
    )
  }
  it.effect("takes a fraction where a whole number is due for absent", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* read({ PROXBOX_NETBOX_MAX_RETRIES: "2.5" }), defaults)
    })
  )
})
