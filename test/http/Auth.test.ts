import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Support from "../support/Service.ts"

const wrong = "a-wrong-key-0123456789abcdefghijklmnopqrstuvwxyz"

describe("keys of the compatible surface", () => {
  it.scopedLive("that are wrong lock themselves out, and nobody else", () =>
    Effect.gen(function* () {
      const { call } = yield* Support.start()
      for (const left of [4, 3, 2, 1]) {
        const told = yield* call("/version", { key: wrong })
        assert.strictEqual(told.status, 401)
        assert.deepStrictEqual(told.json, { detail: `Invalid API key. ${left} attempts remaining.` })
      }
      assert.deepStrictEqual((yield* call("/version", { key: wrong })).json, { detail: "Invalid API key." })
      const locked = yield* call("/version", { key: wrong })
      assert.strictEqual(locked.status, 429)
      assert.deepStrictEqual(locked.json, {
        detail: "Too many failed authentication attempts. Please try again later."
      })
      assert.isAtLeast(Number(locked.headers["retry-after"]), 1)
      assert.isAtMost(Number(locked.headers["retry-after"]), 300)
      const problem = yield* call("/metrics", { key: wrong })
      assert.strictEqual(problem.status, 429)
      assert.isString(problem.headers["retry-after"])
      assert.deepInclude(problem.json, { code: "locked_out", retryable: true })
      assert.strictEqual((yield* call("/version")).status, 200)
    })
  )

  it.scopedLive("are let in whatever number of requests comes without one", () =>
    Effect.gen(function* () {
      const { call } = yield* Support.start()
      const statuses = yield* Effect.forEach(
        Array.from({ length: 500 }, () => "/admin/logs"),
        (path) => Effect.map(call(path, { key: null }), ({ json, status }) => `${status} ${JSON.stringify(json)}`),
        { concurrency: 20 }
      )
      assert.deepStrictEqual([...new Set(statuses)], ['401 {"detail":"API key required. 5 attempts remaining."}'])
      assert.strictEqual((yield* call("/version")).status, 200)
    })
  )
})
