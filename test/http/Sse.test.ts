import { createServer } from "node:http"
import { connect } from "node:net"
import * as HttpServer from "@effect/platform/HttpServer"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, describe, it } from "@effect/vitest"
import { Context, Deferred, Effect, Layer, Queue, Stream, TestClock } from "effect"
import { type OpenStream, OpenStreams } from "../../src/http/OpenStreams.ts"
import { Shutdown } from "../../src/http/Shutdown.ts"
import { type Frame, sse } from "../../src/http/Sse.ts"

const numbered = (id: number): Frame => ({ event: "step", data: { id }, id })

const textOf = (id: number) => `id: ${id}\nevent: step\ndata: {"id":${id}}\n\n`

interface Heard {
  readonly head: string
  /** The next piece that was written; "" is the end that says that nothing is missing. */
  readonly piece: Effect.Effect<string>
}

/** A client of a server that answers with these frames. */
const listen = Effect.fnUntraced(function* (frames: Stream.Stream<Frame>) {
  const server = yield* Layer.build(NodeHttpServer.layer(() => createServer(), { port: 0, host: "127.0.0.1" }))
  yield* Effect.provide(HttpServer.serveEffect(sse(frames)), server)
  const { address } = Context.get(server, HttpServer.HttpServer)
  const pieces = yield* Queue.unbounded<string>()
  const head = yield* Deferred.make<string>()
  let text = ""
  const take = (data: Buffer) => {
    text += data.toString("latin1")
    for (;;) {
      const end = text.indexOf("\r\n\r\n")
      if (text.startsWith("HTTP/") && end > 0) {
        Deferred.unsafeDone(head, Effect.succeed(text.slice(0, end)))
        text = text.slice(end + 4)
      }
      const size = /^([\da-f]+)\r\n/.exec(text)
      if (size === null) return
      const from = size[0].length
      const to = from + Number.parseInt(size[1] ?? "", 16)
      if (text.length < to + 2) return
      pieces.unsafeOffer(text.slice(from, to))
      text = text.slice(to + 2)
    }
  }
  yield* Effect.acquireRelease(
    Effect.sync(() => {
      const socket = connect(address._tag === "TcpAddress" ? address.port : 0, "127.0.0.1")
      socket.on("data", take).on("error", () => {})
      socket.write("GET / HTTP/1.1\r\nhost: tests\r\nconnection: close\r\n\r\n")
      return socket
    }),
    (socket) => Effect.sync(() => socket.destroy())
  )
  const heard: Heard = { head: yield* Deferred.await(head), piece: Queue.take(pieces) }
  return heard
})

const services = OpenStreams.Default.pipe(Layer.provideMerge(Shutdown.Default))

describe("a stream of events", () => {
  it.scopedLive("opens at once, has a frame a piece, and ends with its events", () =>
    Effect.gen(function* () {
      const queue = yield* Queue.unbounded<Frame>()
      const frames = Stream.concat(
        Stream.take(Stream.fromQueue(queue), 1),
        Stream.make(numbered(2), { event: "log", data: "a\nb" })
      )
      const { head, piece } = yield* listen(frames)
      assert.match(head, /^content-type: text\/event-stream; charset=utf-8$/im)
      yield* Queue.offer(queue, numbered(1))
      assert.strictEqual(yield* piece, textOf(1))
      assert.strictEqual(yield* piece, textOf(2))
      assert.strictEqual(yield* piece, 'event: log\ndata: "a\\nb"\n\n')
      assert.strictEqual(yield* piece, "")
    }).pipe(Effect.provide(services))
  )

  it.scopedLive("has its data in one line, whatever a client takes for the end of one", () =>
    Effect.gen(function* () {
      const { piece } = yield* listen(Stream.make({ event: "log", data: "a\u0085b\u2028c\u2029d" }))
      assert.strictEqual(yield* piece, 'event: log\ndata: "a\\u0085b\\u2028c\\u2029d"\n\n')
    }).pipe(Effect.provide(services))
  )

  it.scopedLive("tells its client that it lives between two frames, in whole", () =>
    Effect.gen(function* () {
      const queue = yield* Queue.unbounded<Frame>()
      const open = yield* Deferred.make<OpenStream>()
      const hold: OpenStreams["hold"] = (stream) => Effect.as(Deferred.succeed(open, stream), () => {})
      const { piece } = yield* Effect.provideService(
        listen(Stream.fromQueue(queue)),
        OpenStreams,
        OpenStreams.make({ hold })
      )
      yield* Queue.offer(queue, numbered(1))
      assert.strictEqual(yield* piece, textOf(1))
      const { keepAlive } = yield* Deferred.await(open)
      keepAlive()
      assert.strictEqual(yield* piece, ": keepalive\n\n")
      yield* Queue.offer(queue, numbered(2))
      assert.strictEqual(yield* piece, textOf(2))
    })
  )

  it.scoped("is told to live after 15 seconds of silence, each time", () =>
    Effect.gen(function* () {
      const { hold } = yield* OpenStreams
      let told = 0
      const spoken = yield* hold({ keepAlive: () => (told += 1) })
      const pass = (seconds: number) => TestClock.adjust(`${seconds} seconds`)
      yield* pass(10)
      spoken()
      yield* pass(14)
      assert.strictEqual(told, 0)
      yield* pass(1)
      assert.strictEqual(told, 1)
      yield* pass(30)
      assert.strictEqual(told, 3)
    }).pipe(Effect.provide(services))
  )

  it.scopedLive("ends as a whole when the service stops", () =>
    Effect.gen(function* () {
      const { begun } = yield* Shutdown
      const { piece } = yield* listen(Stream.concat(Stream.make(numbered(1)), Stream.never))
      assert.strictEqual(yield* piece, textOf(1))
      yield* Deferred.succeed(begun, undefined)
      assert.strictEqual(yield* piece, "")
    }).pipe(Effect.provide(services))
  )
})
