import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, FastCheck as fc, Fiber, Option, TestClock, TestContext } from "effect"
import type { Sign } from "../../src/domain/Pace.ts"
import * as Gate from "../../src/services/Gate.ts"

const shown =
  (sign: Sign, pauseMillis = 0) =>
  () => ({ sign, pauseMillis })

const make = (most: number, watcher?: Gate.GateWatcher) =>
  Gate.make("lab", { most, aim: 15_000, calm: 10_000 }, watcher)

/** Lets every fiber run until nothing is left to do but to wait. */
const settle = TestClock.adjust(0)

describe("a gate", () => {
  it.scoped("lets requests through first come, first served, never more than it may", () =>
    Effect.gen(function* () {
      const gate = yield* make(2)
      const order: Array<number> = []
      let [inside, peak] = [0, 0]
      const request = (n: number) =>
        Effect.gen(function* () {
          order.push(n)
          inside += 1
          peak = Math.max(peak, inside)
          yield* Effect.sleep("1 second")
          inside -= 1
        })
      const fibers = yield* Effect.forEach([0, 1, 2, 3, 4, 5], (n) => Effect.fork(gate.pass(request(n), shown("well"))))
      yield* TestClock.adjust("3 seconds")
      yield* Fiber.joinAll(fibers)
      assert.deepStrictEqual(order, [0, 1, 2, 3, 4, 5])
      assert.strictEqual(peak, 2)
    })
  )

  it.scoped("lets no other in until fewer are inside than it now may", () =>
    Effect.gen(function* () {
      const gate = yield* make(4)
      const latches = yield* Effect.forEach([0, 1, 2, 3, 4, 5], () => Deferred.make<void>())
      const entered: Array<number> = []
      yield* Effect.forEach(latches, (latch, n) =>
        Effect.fork(
          gate.pass(
            Effect.zipRight(
              Effect.sync(() => entered.push(n)),
              Deferred.await(latch)
            ),
            shown(n === 0 ? "cut" : "mute")
          )
        )
      )
      yield* settle
      assert.deepStrictEqual(entered, [0, 1, 2, 3])
      const open = (n: number) =>
        Effect.zipRight(Deferred.succeed(latches[n] ?? assert.fail("no such latch"), undefined), settle)
      yield* open(0)
      assert.strictEqual(gate.inFlight(), 2)
      yield* open(1)
      assert.lengthOf(entered, 4, "two are still inside")
      yield* open(2)
      assert.deepStrictEqual(entered, [0, 1, 2, 3, 4])
    })
  )

  it.scoped("is closed for all while the endpoint asks to wait, and opens again by itself", () =>
    Effect.gen(function* () {
      const gate = yield* make(2)
      const account = yield* gate.account
      const times: Array<number> = []
      const note = Effect.flatMap(TestClock.currentTimeMillis, (now) => Effect.sync(() => times.push(now)))
      yield* gate.pass(Effect.void, shown("throttled", 30_000))
      yield* Effect.forEach([0, 1], () => Effect.fork(gate.pass(note, shown("well"))))
      yield* TestClock.adjust("29999 millis")
      assert.deepStrictEqual(times, [])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(times, [30_000, 30_000])
      assert.deepStrictEqual(yield* account, {
        inFlight: { low: 1, most: 2 },
        batches: [],
        slowdowns: [{ reason: "throttled", times: 1 }],
        waitedMillis: 30_000
      })
    })
  )

  it.scoped("stays closed to the latest time of several, which counts once", () =>
    Effect.gen(function* () {
      const gate = yield* make(3)
      const account = yield* gate.account
      let entered = false
      const throttled = (seconds: number, pause: number) =>
        Effect.fork(gate.pass(Effect.sleep(seconds * 1000), shown("throttled", pause)))
      yield* throttled(1, 10_000)
      yield* throttled(2, 20_000)
      yield* throttled(3, 5000)
      yield* TestClock.adjust("3 seconds")
      yield* Effect.fork(
        gate.pass(
          Effect.sync(() => {
            entered = true
          }),
          shown("well")
        )
      )
      yield* TestClock.adjust("18999 millis")
      assert.isFalse(entered)
      yield* TestClock.adjust("1 millis")
      assert.isTrue(entered)
      assert.strictEqual((yield* account).waitedMillis, 21_000)
    })
  )

  it.scoped("ends at once though it is closed for long", () =>
    Effect.gen(function* () {
      yield* Effect.scoped(Effect.flatMap(make(1), (gate) => gate.pass(Effect.void, shown("throttled", 86_400_000))))
      assert.strictEqual(yield* TestClock.currentTimeMillis, 0)
    })
  )

  it.scoped("keeps an account from when it is begun to when its scope ends", () =>
    Effect.gen(function* () {
      const gate = yield* make(4)
      gate.size("POST", "/a/", 100)
      const cut = gate.pass(Effect.void, shown("cut"), { method: "POST", path: "/a/", items: 100 })
      yield* cut
      const first = yield* Effect.scoped(
        Effect.gen(function* () {
          const account = yield* gate.account
          yield* gate.pass(Effect.void, shown("well"))
          return yield* account
        })
      )
      assert.deepStrictEqual(first, {
        inFlight: { low: 2, most: 4 },
        batches: [{ method: "POST", path: "/a/", low: 50, most: 100 }],
        slowdowns: [],
        waitedMillis: 0
      })
      const account = yield* gate.account
      yield* gate.pass(Effect.void, shown("failing"))
      const { inFlight, slowdowns } = yield* account
      assert.deepStrictEqual([inFlight.low, slowdowns], [1, [{ reason: "failing", times: 1 }]])
    })
  )

  it.scoped("tells its watcher of every limit", () =>
    Effect.gen(function* () {
      const told: Array<unknown> = []
      const gate = yield* make(2, {
        inFlight: (endpoint, most) => told.push([endpoint, most]),
        batch: (endpoint, method, path, size) => told.push([endpoint, method, path, size]),
        slowed: (endpoint, strain) => told.push([endpoint, strain])
      })
      gate.size("POST", "/a/", 100)
      yield* gate.pass(Effect.void, shown("timeout"), { method: "POST", path: "/a/", items: 100 })
      assert.deepStrictEqual(told, [
        ["lab", 2],
        ["lab", 1],
        ["lab", "POST", "/a/", 50],
        ["lab", "timeout"]
      ])
    })
  )

  it.effect("loses no place, whichever waiting or running requests are interrupted, fail or die", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 4 }),
          fc.array(
            fc.record({
              begins: fc.integer({ min: 0, max: 20 }),
              takes: fc.integer({ min: 0, max: 10 }),
              end: fc.constantFrom("succeed", "fail", "die"),
              sign: fc.constantFrom<Sign>("well", "mute", "cut", "throttled"),
              pause: fc.integer({ min: 0, max: 5 }),
              interruptedAt: fc.option(fc.integer({ min: 0, max: 40 }), { nil: undefined })
            }),
            { minLength: 1, maxLength: 30 }
          ),
          (most, requests) =>
            Effect.gen(function* () {
              const gate = yield* make(most)
              let [inside, peak] = [0, 0]
              const fibers = yield* Effect.forEach(requests, ({ begins, end, interruptedAt, pause, sign, takes }) =>
                Effect.gen(function* () {
                  const body = Effect.acquireUseRelease(
                    Effect.sync(() => {
                      inside += 1
                      peak = Math.max(peak, inside)
                      assert.isAtMost(inside, most)
                    }),
                    () =>
                      Effect.zipRight(
                        Effect.sleep(takes),
                        end === "succeed" ? Effect.void : end === "fail" ? Effect.fail("no") : Effect.die("bug")
                      ),
                    () =>
                      Effect.sync(() => {
                        inside -= 1
                      })
                  )
                  const fiber = yield* Effect.fork(
                    Effect.delay(gate.pass(body, shown(sign, sign === "throttled" ? pause : 0)), begins)
                  )
                  if (interruptedAt === undefined) return fiber
                  return yield* Effect.fork(
                    Effect.zipRight(Effect.sleep(interruptedAt), Effect.asVoid(Fiber.interrupt(fiber)))
                  )
                })
              )
              yield* TestClock.adjust("1 minute")
              for (const fiber of fibers) assert.isTrue(Option.isSome(yield* Fiber.poll(fiber)), "none waits for ever")
              assert.strictEqual(inside, 0)
              // As many as it may have come in at once: no place is lost, and there is none too many.
              let [now, together] = [0, 0]
              yield* Effect.forEach(Array.from({ length: most + 2 }), () =>
                Effect.fork(
                  gate.pass(
                    Effect.gen(function* () {
                      now += 1
                      together = Math.max(together, now)
                      yield* Effect.sleep("1 second")
                      now -= 1
                    }),
                    shown("mute")
                  )
                )
              )
              yield* settle
              assert.strictEqual(now, gate.inFlight())
              yield* TestClock.adjust("1 minute")
              assert.deepStrictEqual([now, together], [0, gate.inFlight()])
            }).pipe(Effect.scoped, Effect.provide(TestContext.TestContext), Effect.runPromise)
        ),
        { numRuns: 60 }
      )
    )
  )
})
