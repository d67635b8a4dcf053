import { assert, describe, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import * as Deadlines from "../../src/services/Deadlines.ts"

describe("deadlines", () => {
  it.scoped("each is told at its time, whichever was set first; one that is called off is not told", () =>
    Effect.gen(function* () {
      const { watch } = yield* Deadlines.make
      const told: Array<string> = []
      const at = (millis: number, name: string) => watch(millis, () => void told.push(name))
      at(30_000, "plain")
      at(15_000, "agent")
      const over = at(15_000, "answered")
      at(40_000, "later")
      over()
      yield* TestClock.adjust("14999 millis")
      assert.deepStrictEqual(told, [])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(told, ["agent"])
      yield* TestClock.adjust("15 seconds")
      assert.deepStrictEqual(told, ["agent", "plain"])
      at(31_000, "new")
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(told, ["agent", "plain", "new"])
      yield* TestClock.adjust("9 seconds")
      assert.deepStrictEqual(told, ["agent", "plain", "new", "later"])
    })
  )
})
