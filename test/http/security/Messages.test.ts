import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { frame, frameHead, greeting, upgraded } from "../../support/Raw.ts"
import * as Support from "../../support/Service.ts"

const paths = ["/", "/ws", "/ws/virtual-machines", "/v1/rpc"]

const most = 65_536

const service = Support.start({ env: { PROXLEDGER_MAX_BODY: String(most) } })

describe("messages of a WebSocket", () => {
  it.scopedLive(
    "that are too long end the connection as soon as their length is announced, before anybody is let in",
    () =>
      Effect.gen(function* () {
        const { call, port } = yield* service
        for (const path of paths) {
          const announced = yield* upgraded(port, path)
          announced.socket.write(frameHead(most + 1))
          yield* announced.closed
          const huge = yield* upgraded(port, path)
          huge.socket.write(frameHead(2 ** 40))
          yield* huge.closed
          const inPieces = yield* upgraded(port, path)
          for (const byte of frameHead(most + 1)) inPieces.socket.write(Uint8Array.of(byte))
          yield* inPieces.closed
          const inFragments = yield* upgraded(port, path)
          inFragments.socket.write(frame("x".repeat(most - 1), { last: false }))
          inFragments.socket.write(frame("xx", { opcode: 0 }))
          yield* inFragments.closed
          const manyFragments = yield* upgraded(port, path)
          manyFragments.socket.write(frame("x", { last: false }))
          manyFragments.socket.write(
            Buffer.concat(Array.from({ length: 600 }, () => frame("x", { last: false, opcode: 0 })))
          )
          yield* manyFragments.closed
        }
        assert.strictEqual((yield* call("/livez")).status, 200)
      })
  )

  it.scopedLive("that are short are heard, with what comes between their fragments", () =>
    Effect.gen(function* () {
      const { port } = yield* service
      const client = yield* upgraded(port, "/ws")
      const half = greeting.length >> 1
      client.socket.write(frame(greeting.slice(0, half), { last: false }))
      client.socket.write(frame("ping", { opcode: 9 }))
      client.socket.write(frame(greeting.slice(half), { opcode: 0 }))
      yield* client.until("Connected 2!")
      const wrong = ["x".repeat(most), "constructor", "toString", "__proto__", "\0", '{"command":"Full Update"}']
      for (const text of wrong) client.socket.write(frame(text))
      client.socket.write(frame("Sync Nodes"))
      const told = yield* client.until("Sync Nodes")
      assert.lengthOf(told.match(/Invalid sync command/g) ?? [], wrong.length)
    })
  )

  it.scopedLive("that are no text in UTF-8 end their own connection alone", () =>
    Effect.gen(function* () {
      const { call, port } = yield* service
      for (const path of paths) {
        const bad = yield* upgraded(port, path)
        bad.socket.write(Buffer.concat([frameHead(4), Buffer.from([0xff, 0xfe, 0xc0, 0x80])]))
        yield* bad.closed
      }
      assert.strictEqual((yield* call("/livez")).status, 200)
    })
  )
})

describe("procedures over a WebSocket", () => {
  const request = (rest: object) => ({ _tag: "Request", id: "1", tag: "Runs", payload: {}, headers: [], ...rest })

  it.scopedLive("are not asked by what is none, and everybody else is answered", () =>
    Effect.gen(function* () {
      const { call, port } = yield* service
      const good = yield* upgraded(port, "/v1/rpc")
      const ask = (id: string) =>
        frame(`${JSON.stringify(request({ id, headers: [["x-proxbox-api-key", Support.key]] }))}\n`)
      for (const [at, wrong] of [
        "null",
        "1",
        "[]",
        "{}",
        "{not json",
        '"text"',
        JSON.stringify({ _tag: "Ack", requestId: "x" }),
        JSON.stringify({ _tag: "Interrupt" }),
        JSON.stringify({ _tag: "Eof" }),
        JSON.stringify(request({ id: {} })),
        JSON.stringify(request({ headers: null })),
        JSON.stringify(request({ headers: [null] })),
        JSON.stringify(request({ headers: [["__proto__", "x"]] })),
        JSON.stringify(request({ tag: "__proto__" })),
        JSON.stringify(request({ tag: "constructor" })),
        JSON.stringify(request({ payload: JSON.parse('{"__proto__": {"limit": 1}}') })),
        JSON.stringify(request({ payload: { limit: "x" } })),
        `{"_tag":"Request","id":"1","tag":"Runs","payload":${"[".repeat(20_000)}`
      ].entries()) {
        const bad = yield* upgraded(port, "/v1/rpc")
        bad.socket.write(frame(`${wrong}\n`))
        good.socket.write(ask(String(at + 1)))
        yield* good.until(`"requestId":"${at + 1}"`)
      }
      assert.include(good.text(), '"items":[]')
      const endless = yield* upgraded(port, "/v1/rpc")
      for (let piece = 0; piece < 3; piece += 1) endless.socket.write(frame("x".repeat(most / 2)))
      yield* endless.until("RPC serialization buffer exceeded")
      assert.strictEqual((yield* call("/livez")).status, 200)
    })
  )

  it.scopedLive("are asked over HTTP as well, but for streams, which nothing would hold back there", () =>
    Effect.gen(function* () {
      const { call } = yield* service
      const post = (tag: string) => call("/v1/rpc", { method: "POST", body: `${JSON.stringify(request({ tag }))}\n` })
      assert.include((yield* post("Runs")).text, '"items":[]')
      assert.include((yield* post("Follow")).text, "Unknown request tag: Follow")
    })
  )
})
