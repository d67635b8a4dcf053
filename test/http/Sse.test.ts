import type * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Deferred, Effect, Fiber, Queue, Stream, TestClock } from "effect"
import { Shutdown } from "../../src/http/Shutdown.ts"
import { type Frame, sse } from "../../src/http/Sse.ts"

const decoder = new TextDecoder()

const bodyOf = ({ body }: HttpServerResponse.HttpServerResponse) =>
  body._tag === "Stream"
    ? Stream.map(Stream.orDie(body.stream), (bytes) => decoder.decode(bytes))
    : Stream.dieMessage("the answer is no stream")

const numbered = (id: number): Frame => ({ event: "step", data: { id }, id })

const textOf = (id: number) => `id: ${id}\nevent: step\ndata: {"id":${id}}\n\n`

describe("a stream of events", () => {
  it.effect("opens at once, has a frame a piece, and ends with its events", () =>
    Effect.gen(function* () {
      const response = yield* sse(Stream.make(numbered(1), { event: "log", data: "a\nb" }))
      const pieces = Chunk.toReadonlyArray(yield* Stream.runCollect(bodyOf(response)))
      assert.deepStrictEqual(pieces, ["", textOf(1), 'event: log\ndata: "a\\nb"\n\n'])
      assert.strictEqual(response.headers["content-type"], "text/event-stream; charset=utf-8")
    }).pipe(Effect.provide(Shutdown.Default))
  )

  it.effect("has its data in one line, whatever a client takes for the end of one", () =>
    Effect.gen(function* () {
      const data = "a\u0085b\u2028c\u2029d"
      const [, piece = ""] = yield* Stream.runCollect(bodyOf(yield* sse(Stream.make({ event: "log", data }))))
      assert.strictEqual(piece, 'event: log\ndata: "a\\u0085b\\u2028c\\u2029d"\n\n')
    }).pipe(Effect.provide(Shutdown.Default))
  )

  it.effect("says after 15 seconds of silence that it lives, and goes on without a loss", () =>
    Effect.gen(function* () {
      const queue = yield* Queue.unbounded<Frame>()
      const heard: Array<string> = []
      const response = yield* sse(Stream.fromQueue(queue))
      const listening = yield* Effect.fork(
        Stream.runForEach(bodyOf(response), (piece) => Effect.sync(() => heard.push(piece)))
      )
      const pass = (seconds: number) => TestClock.adjust(`${seconds} seconds`)
      yield* pass(10)
      yield* Queue.offer(queue, numbered(1))
      yield* pass(14)
      assert.deepStrictEqual(heard, ["", textOf(1)])
      yield* pass(2)
      assert.deepStrictEqual(heard, ["", textOf(1), ": keepalive\n\n"])
      yield* pass(30)
      yield* Queue.offer(queue, numbered(2))
      yield* pass(1)
      assert.deepStrictEqual(heard.slice(3), [": keepalive\n\n", ": keepalive\n\n", textOf(2)])
      yield* Fiber.interrupt(listening)
    }).pipe(Effect.provide(Shutdown.Default))
  )

  it.effect("ends when the service stops", () =>
    Effect.gen(function* () {
      const { begun } = yield* Shutdown
      const response = yield* sse(Stream.never)
      const listening = yield* Effect.fork(Stream.runDrain(bodyOf(response)))
      yield* TestClock.adjust("1 second")
      yield* Deferred.succeed(begun, undefined)
      yield* Fiber.join(listening)
    }).pipe(Effect.provide(Shutdown.Default))
  )
})
