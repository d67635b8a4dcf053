import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import * as Kept from "../../src/services/Kept.ts"

const maker = () => {
  const made: Array<string> = []
  const closed: Array<string> = []
  const of = (name: string) =>
    Effect.acquireRelease(
      Effect.sync(() => {
        made.push(name)
        return name
      }),
      () => Effect.sync(() => closed.push(name))
    )
  return { made, closed, of }
}

describe("things that are kept", () => {
  it.scoped("are made once, and the least recently used goes", () =>
    Effect.gen(function* () {
      const { closed, made, of } = maker()
      const kept = yield* Kept.make<string>(2)
      const use = (name: string) => kept.use(name, of(name), Effect.succeed)
      for (const name of ["a", "b", "a", "c", "a", "b"]) assert.strictEqual(yield* use(name), name)
      assert.deepStrictEqual(made, ["a", "b", "c", "b"])
      assert.deepStrictEqual(closed, ["b", "c"])
    })
  )

  it.scoped("stay open for who uses them, and are closed by the last one", () =>
    Effect.gen(function* () {
      const { closed, of } = maker()
      const kept = yield* Kept.make<string>(1)
      const gate = yield* Deferred.make<void>()
      const entered = yield* Deferred.make<void>()
      const user = yield* Effect.fork(
        kept.use("a", of("a"), () => Effect.zipRight(Deferred.succeed(entered, undefined), Deferred.await(gate)))
      )
      yield* Deferred.await(entered)
      yield* kept.use("b", of("b"), Effect.succeed)
      assert.deepStrictEqual(closed, [])
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(user)
      assert.deepStrictEqual(closed, ["a"])
    })
  )

  it.scoped("that cannot be made are tried again, and all are closed in the end", () =>
    Effect.gen(function* () {
      const { closed, of } = maker()
      yield* Effect.scoped(
        Effect.gen(function* () {
          const kept = yield* Kept.make<string>(2)
          const failing = Effect.zipRight(of("half"), Effect.fail("no" as const))
          assert.strictEqual(yield* Effect.flip(kept.use("a", failing, Effect.succeed)), "no")
          assert.deepStrictEqual(closed, ["half"])
          yield* kept.use("a", of("a"), Effect.succeed)
          assert.deepStrictEqual(closed, ["half"])
        })
      )
      assert.deepStrictEqual(closed, ["half", "a"])
    })
  )
})
