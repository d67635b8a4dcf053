import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Ref, TestClock } from "effect"
import type { Request } from "../../src/services/Endpoint.ts"
import {
  Cut,
  Denied,
  type EndpointError,
  Refused,
  Throttled,
  TlsRejected,
  Undecodable,
  Unreachable,
  Upstream
} from "../../src/services/EndpointError.ts"
import { delay, isRetried, retry } from "../../src/services/Retry.ts"

const endpoint = "lab"
const request = "GET /"
const refused = new Unreachable({ endpoint, detail: "connect ECONNREFUSED 10.0.0.1:443" })
const lost = new Unreachable({ endpoint, detail: "getaddrinfo ENOTFOUND lab" })
const cut = new Cut({ endpoint, detail: "other side closed" })
const throttled = new Throttled({ endpoint, retryAfterMillis: 0 })
const upstream = (status: number, detail = "oops") => new Upstream({ endpoint, status, request, detail })
const slots = upstream(500, "OperationalError: remaining connection slots are reserved")

const base = Duration.seconds(2)
const seconds = (attempt: number, error: EndpointError, random = 0) =>
  Duration.toSeconds(delay(base, attempt, error, random))

describe("delay", () => {
  it("doubles, and spreads over half as much again", () => {
    const bounds = [0, 1, 2, 3, 4].map((attempt) => [seconds(attempt, cut), seconds(attempt, cut, 1)])
    assert.deepStrictEqual(bounds, [
      [2, 3],
      [4, 6],
      [8, 12],
      [16, 24],
      [32, 48]
    ])
  })
  it("is at least 10 s for refused connections, 30 s for an overwhelmed server", () => {
    assert.strictEqual(seconds(0, refused), 10)
    assert.strictEqual(seconds(3, refused), 16)
    assert.strictEqual(seconds(0, lost), 2)
    assert.strictEqual(seconds(0, upstream(503)), 30)
    assert.strictEqual(seconds(0, slots), 30)
    assert.strictEqual(seconds(4, slots), 32)
    assert.strictEqual(seconds(0, slots, 1), 45)
  })
  it("is never shorter than what the server asks for", () => {
    const asked = new Throttled({ endpoint, retryAfterMillis: 60_000 })
    assert.strictEqual(seconds(0, asked), 60)
    assert.strictEqual(seconds(0, asked, 1), 61)
    assert.strictEqual(seconds(5, asked), 64)
  })
  it("has floors that follow the base", () => {
    assert.strictEqual(Duration.toMillis(delay(Duration.millis(2), 0, refused, 0)), 10)
    assert.strictEqual(Duration.toMillis(delay(Duration.millis(2), 0, slots, 0)), 30)
  })
})

describe("classes", () => {
  const always: ReadonlyArray<EndpointError> = [refused, lost, throttled]
  const reads: ReadonlyArray<EndpointError> = [
    cut,
    upstream(502),
    upstream(503),
    upstream(504),
    upstream(500, ""),
    slots
  ]
  const never: ReadonlyArray<EndpointError> = [
    upstream(500, "IntegrityError: duplicate key"),
    upstream(500, "DataError: too long"),
    new TlsRejected({ endpoint, detail: "expired" }),
    new Denied({ endpoint, status: 403, request, detail: "no" }),
    new Refused({ endpoint, status: 400, request, detail: "no", items: [] }),
    new Undecodable({ endpoint, request, detail: "no" })
  ]
  it("a read is repeated after all that may pass", () => {
    assert.isTrue([...always, ...reads].every(isRetried("GET")))
    assert.isFalse(never.some(isRetried("GET")))
  })
  const writes: ReadonlyArray<Request["method"]> = ["POST", "PUT", "PATCH", "DELETE"]
  for (const method of writes) {
    it(`${method} is repeated only where nothing can have been written`, () => {
      assert.isTrue(always.every(isRetried(method)))
      assert.isFalse([...reads, ...never].some(isRetried(method)))
    })
  }
})

describe("retry", () => {
  const failing = (error: EndpointError) =>
    Effect.gen(function* () {
      const tries = yield* Ref.make(0)
      const reasons: Array<string> = []
      const effect = Effect.zipRight(
        Ref.update(tries, (n) => n + 1),
        Effect.fail(error)
      ).pipe(
        retry({ maxRetries: 5, base, onRetry: ({ _tag }) => Effect.sync(() => reasons.push(_tag)) }, "GET"),
        Effect.flip
      )
      return { tries: Ref.get(tries), reasons, effect }
    })

  it.effect("tries six times and fails with the last error", () =>
    Effect.gen(function* () {
      const { effect, reasons, tries } = yield* failing(cut)
      const fiber = yield* Effect.fork(effect)
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual(yield* Fiber.join(fiber), cut)
      assert.strictEqual(yield* tries, 6)
      assert.deepStrictEqual(reasons, ["Cut", "Cut", "Cut", "Cut", "Cut"])
    })
  )
  it.effect("waits for the whole floor, and not longer than half as much again", () =>
    Effect.gen(function* () {
      const { effect, tries } = yield* failing(upstream(503))
      const fiber = yield* Effect.fork(effect)
      yield* TestClock.adjust("29999 millis")
      assert.strictEqual(yield* tries, 1)
      yield* TestClock.adjust("15001 millis")
      assert.strictEqual(yield* tries, 2)
      yield* Fiber.interrupt(fiber)
    })
  )
  it.effect("does not repeat what will not pass", () =>
    Effect.gen(function* () {
      const { effect, reasons, tries } = yield* failing(new Denied({ endpoint, status: 403, request, detail: "no" }))
      yield* effect
      assert.strictEqual(yield* tries, 1)
      assert.deepStrictEqual(reasons, [])
    })
  )
})
