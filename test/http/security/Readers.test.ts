import { subscribe } from "node:diagnostics_channel"
import type { Socket } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect } from "effect"
import type { Event } from "../../../src/domain/Event.ts"
import { Journal } from "../../../src/journal/Journal.ts"
import { started } from "../../journal/events.ts"
import { frame, open, upgraded } from "../../support/Raw.ts"
import * as Support from "../../support/Service.ts"

/** Connections of clients, as this process has them on the side of the service. */
const served = new Map<number, Socket>()

subscribe("net.server.socket", (message) => {
  const { socket } = message as { readonly socket: Socket }
  served.set(socket.remotePort ?? 0, socket)
})

const run = "a-run-of-the-tests"

const pages = 30

const perPage = 500

const noise = "x".repeat(1000)

const keyed = `x-proxbox-api-key: ${Support.key}\r\n`

const warning = (at: number): Event => ({ _tag: "WarningRaised", scope: `guest/${at}`, detail: noise })

/** A service whose journal has a run of fifteen megabytes, more than the buffers of the system hold. */
const prepared = Effect.gen(function* () {
  const service = yield* Support.start()
  const { append } = Context.get(service.context, Journal)
  let version = yield* append(run, 0, [started()])
  for (let page = 0; page < pages; page += 1) {
    version = yield* append(
      run,
      version,
      Array.from({ length: perPage }, (_, at) => warning(page * perPage + at))
    )
  }
  return service
})

/** The most that ever waited in this process for a client that does not read, while something is at work. */
const waiting = (socket: Socket | undefined) =>
  Effect.gen(function* () {
    let most = 0
    let same = 0
    // Nothing more is sent when nothing was sent for a while.
    for (let last = -1; same < 60;) {
      yield* Effect.sleep("50 millis")
      most = Math.max(most, socket?.writableLength ?? 0)
      const now = (socket?.bytesWritten ?? 0) + (socket?.writableLength ?? 0)
      same = now === last ? same + 1 : 0
      last = now
    }
    return { most, sent: socket?.bytesWritten ?? 0, isOpen: socket?.destroyed === false }
  })

/** A page of events and what an answer has around them. */
const bound = 2 * perPage * noise.length

describe("a client that stops reading", () => {
  it.scopedLive("has a page of events wait for it, and is told the rest once it reads again", () =>
    Effect.gen(function* () {
      const { call, context, port } = yield* prepared
      const { closed, socket } = yield* open(port)
      socket.pause()
      socket.write(`GET /v1/runs/${run}/events HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${keyed}\r\n`)
      const { most, sent } = yield* waiting(served.get(socket.localPort ?? 0))
      assert.isAbove(most, 0)
      assert.isBelow(most, bound)
      assert.isBelow(sent + most, pages * perPage * noise.length)
      assert.strictEqual((yield* call("/livez")).status, 200)
      yield* Context.get(context, Journal).append(run, 1 + pages * perPage, [
        {
          _tag: "RunCompleted",
          outcome: "succeeded",
          ok: 0,
          failed: 0,
          skipped: 0,
          requests: 0,
          pace: null,
          detail: ""
        }
      ])
      socket.resume()
      const ids = [...(yield* closed).matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))
      assert.lengthOf(ids, pages * perPage + 2)
      assert.isTrue(ids.every((id, at) => at === 0 || id > (ids[at - 1] ?? 0)))
    })
  )

  it.scopedLive("of procedures has a page of events wait for it, and is cut when it says that it has read them", () =>
    Effect.gen(function* () {
      const { call, port } = yield* prepared
      const { socket } = yield* upgraded(port, "/v1/rpc")
      socket.pause()
      const say = (message: object) => socket.write(frame(`${JSON.stringify(message)}\n`))
      const headers = [["x-proxbox-api-key", Support.key]]
      say({ _tag: "Request", id: "1", tag: "Follow", payload: { run }, headers })
      const other = served.get(socket.localPort ?? 0)
      const stopped = yield* waiting(other)
      assert.isAbove(stopped.sent, noise.length)
      assert.isBelow(stopped.sent, bound)
      assert.isTrue(stopped.isOpen)
      for (let count = 0; count < 2 * pages; count += 1) {
        say({ _tag: "Ack", requestId: "1" })
        yield* Effect.sleep("10 millis")
      }
      const lying = yield* waiting(other)
      assert.isBelow(lying.most, 4 * 1024 * 1024 + bound)
      assert.isFalse(lying.isOpen)
      assert.strictEqual((yield* call("/livez")).status, 200)
    })
  )
})
