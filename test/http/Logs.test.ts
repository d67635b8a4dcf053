import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Fiber, LogLevel, Redacted, Stream } from "effect"
import { select } from "../../src/http/legacy/admin/Select.ts"
import * as Logs from "../../src/http/Logs.ts"

const quiet = Logs.layer({ level: LogLevel.None, write: () => {} })

const all = { errors_only: false, limit: 200, offset: 0 }

describe("the log", () => {
  it.effect("keeps the last 10,000 lines, without secrets", () =>
    Effect.gen(function* () {
      const logs = yield* Logs.Logs
      yield* logs.learn([Redacted.make("hunter-two")])
      for (let line = 1; line <= 10_005; line += 1) yield* Effect.log(`line ${line}`)
      yield* Effect.logError("password: hunter2!", "and hunter-two").pipe(Effect.annotateLogs("operation_id", "run-1"))
      const entries = yield* logs.entries
      assert.strictEqual(entries.length, 10_000)
      assert.strictEqual(entries[0]?.message, "line 7")
      const last = entries.at(-1)
      assert.deepInclude(last, { id: "10006", level: "ERROR", operation_id: "run-1" })
      assert.strictEqual(last?.message, "password: <redacted> and <redacted>")
    }).pipe(Effect.provide(quiet))
  )

  it.effect("is followed without a gap, backlog first", () =>
    Effect.gen(function* () {
      const logs = yield* Logs.Logs
      for (let line = 1; line <= 700; line += 1) yield* Effect.log(`line ${line}`)
      const following = yield* Effect.fork(Stream.runCollect(Stream.take(logs.follow(100), 900)))
      yield* Effect.yieldNow()
      for (let line = 701; line <= 1000; line += 1) yield* Effect.log(`line ${line}`)
      const lines = Chunk.toReadonlyArray(yield* Fiber.join(following))
      assert.deepStrictEqual(
        lines.map(({ message }) => message),
        Array.from({ length: 900 }, (_, index) => `line ${index + 101}`)
      )
    }).pipe(Effect.provide(quiet))
  )

  it.effect("is selected from, newest first, by pages", () =>
    Effect.gen(function* () {
      const logs = yield* Logs.Logs
      yield* Effect.log("one")
      yield* Effect.logWarning("two failed")
      yield* Effect.logError("three").pipe(Effect.annotateLogs("operation_id", "run-1"))
      yield* Effect.log("four")
      const entries = yield* logs.entries
      const ids = (filters: Partial<Parameters<typeof select>[1]>) =>
        select(entries, { ...all, ...filters }).logs.map(({ id }) => id)
      assert.deepStrictEqual(ids({}), ["4", "3", "2", "1"])
      assert.deepStrictEqual(ids({ level: "WARNING" }), ["2"])
      assert.deepStrictEqual(ids({ errors_only: true }), ["3", "2"])
      assert.deepStrictEqual(ids({ newer_than_id: 2 }), ["4", "3"])
      assert.deepStrictEqual(ids({ older_than_id: 3 }), ["2", "1"])
      assert.deepStrictEqual(ids({ operation_id: "run-1" }), ["3"])
      assert.deepStrictEqual(ids({ since: "1970-01-02T00:00:00" }), [])
      assert.deepStrictEqual(ids({ since: "1970-01-01T00:00:00 01:00" }), ["4", "3", "2", "1"])
      const page = select(entries, { ...all, offset: 1, limit: 2 })
      assert.deepInclude(page, { total: 4, has_more: true })
      assert.deepStrictEqual(
        page.logs.map(({ id }) => id),
        ["3", "2"]
      )
    }).pipe(Effect.provide(quiet))
  )
})
