import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { isJsonObject, type Json, type JsonObject } from "../../../src/domain/Json.ts"
import { open } from "../../support/Raw.ts"
import * as Support from "../../support/Service.ts"
import { bare, membersOf } from "../../support/V1.ts"

const keyed = `x-proxbox-api-key: ${Support.key}\r\n`

const statusOf = (text: string) => Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1])

const head = (method: string, path: string, headers: string) =>
  `${method} ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${headers}\r\n`

const endpoint = {
  name: "lab",
  ip_address: "10.0.0.1",
  port: 8006,
  username: "a@pve",
  password: "planted-password-0a7e"
}

/** Every operation of the service that reads a body, as it says itself. */
const bodied = Effect.fnUntraced(function* (call: Support.RunningService["call"]) {
  const { paths } = (yield* call("/openapi.json")).json as { readonly paths: JsonObject }
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(isJsonObject(item) ? item : {}).flatMap(([method, operation]) =>
      isJsonObject(operation) && operation["requestBody"] !== undefined
        ? [{ method: method.toUpperCase(), path: path.replaceAll(/\{\w+\}/g, "1") }]
        : []
    )
  )
})

describe("bodies", () => {
  it.scopedLive("of ten megabytes are refused before they are sent, and while they are", () =>
    Effect.gen(function* () {
      const { call, port } = yield* Support.start()
      const routes = [
        ...(yield* bodied(call)),
        { method: "POST", path: "/v1/schedules/" },
        { method: "POST", path: "/v1/rpc" },
        { method: "POST", path: "/nope" },
        { method: "GET", path: "/health" }
      ]
      assert.isAbove(routes.length, 15)
      for (const { method, path } of routes) {
        for (const key of [keyed, ""]) {
          const announced = yield* open(port)
          // Nothing of the body follows, so that nothing of it can be kept.
          announced.socket.write(head(method, path, `${key}content-length: 10485760\r\n`))
          assert.strictEqual(statusOf(yield* announced.closed), 413, `${method} ${path}`)
        }
        if (path === "/nope" || method === "GET") continue
        const chunked = yield* open(port)
        chunked.socket.write(head(method, path, `${keyed}transfer-encoding: chunked\r\n`))
        const chunk = `10000\r\n${"x".repeat(0x10000)}\r\n`
        // Its end never comes.
        for (let piece = 0; piece < 17; piece += 1) chunked.socket.write(chunk)
        // Procedures are cut off without an answer.
        assert.match(yield* chunked.closed, path === "/v1/rpc" ? /^$/ : /^HTTP\/1\.1 413 /, `${method} ${path}`)
      }
      assert.strictEqual((yield* call("/livez")).status, 200)
    })
  )

  it.scopedLive("that come a byte at a time are cut, with a key or without one, and everybody else is answered", () =>
    Effect.gen(function* () {
      const { call, port } = yield* Support.start()
      const body = JSON.stringify(endpoint)
      const slow = (start: string, rest: string) =>
        Effect.gen(function* () {
          const { closed, socket } = yield* open(port)
          socket.write(start)
          const dripping = yield* Effect.fork(
            Effect.forEach([...rest], (sign) =>
              Effect.andThen(
                Effect.sync(() => socket.write(sign)),
                Effect.sleep("1 second")
              )
            )
          )
          const text = yield* closed
          yield* Fiber.interrupt(dripping)
          return text
        })
      const length = `content-length: ${body.length}\r\n`
      const slowly = yield* Effect.fork(
        Effect.all(
          [
            slow(head("POST", "/proxmox/endpoints", `${keyed}${length}`), body),
            slow(head("POST", "/v1/endpoints/proxmox", `${keyed}${length}`), body),
            slow(head("POST", "/v1/endpoints/proxmox", `${keyed}transfer-encoding: chunked\r\n`), body),
            slow(head("POST", "/v1/rpc", length), body),
            slow("GET /livez HTTP/1.1\r\n", `x: ${"y".repeat(100)}`),
            slow("", "G".repeat(100))
          ],
          { concurrency: "unbounded" }
        )
      )
      for (let count = 0; count < 20; count += 1) {
        assert.strictEqual((yield* call("/livez")).status, 200)
        assert.strictEqual((yield* call("/proxmox/endpoints")).text, "[]")
        yield* Effect.sleep("1 second")
      }
      for (const text of yield* Fiber.join(slowly)) assert.match(text, /^HTTP\/1.1 (408|400) |^$/)
    })
  )

  it.scopedLive(
    "that are odd are refused with a reason, and never break anything",
    () =>
      Effect.gen(function* () {
        const { call, port } = yield* Support.start()
        const deep = "[".repeat(500_000)
        const odd: ReadonlyArray<readonly [what: string, body: string | Buffer]> = [
          ["no end", '{"name": '],
          ["deep, without end", deep],
          ["deep", `${deep}${"]".repeat(500_000)}`],
          ["deep within a member", `{"name": ${"[".repeat(5000)}${"]".repeat(5000)}}`],
          ["deep objects", `{"scope": ${'{"a":'.repeat(5000)}1${"}".repeat(5000)}}`],
          [
            "no UTF-8",
            Buffer.concat([
              Buffer.from('{"name": "'),
              Buffer.from([0xff, 0xc0, 0x80, 0xed, 0xa0, 0x80]),
              Buffer.from('"}')
            ])
          ],
          ["a byte order mark", `\ufeff{}`],
          ["UTF-16", Buffer.from('{"name": "x"}', "utf16le")],
          ["half of a pair", '{"name": "\\ud800"}'],
          ["a NUL", '{"name": "a\\u0000b"}'],
          ["null", "null"],
          ["a list", "[]"],
          ["a number", "1e999"],
          ["NaN", '{"port": NaN}'],
          ["a large number", '{"port": 1e400, "limit": 99999999999999999999}'],
          [
            "a prototype",
            '{"__proto__": {"enabled": true, "admin": true}, "constructor": {"prototype": {"admin": true}}}'
          ],
          ["many members", `{${Array.from({ length: 20_000 }, (_, at) => `"m${at}": ${at}`).join()}}`]
        ]
        const post = Effect.fnUntraced(function* (method: string, path: string, body: string | Buffer) {
          const { closed, socket } = yield* open(port)
          socket.write(
            head(method, path, `${keyed}connection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`)
          )
          socket.write(body)
          return yield* closed
        })
        for (const { method, path } of yield* bodied(call)) {
          for (const [what, body] of odd) {
            for (const end of what === "deep" ? ["", "/"] : [""]) {
              const text = yield* post(method, `${path}${end}`, body)
              assert.notMatch(text, /^HTTP\/1\.1 5(?!03)/, `${method} ${path}${end} ${what}: ${text.slice(-300)}`)
              assert.match(text, /^HTTP\/1\.1 \d{3} /, `${method} ${path}${end} ${what}`)
            }
          }
        }
        assert.isUndefined(({} as { readonly admin?: boolean }).admin)
        assert.strictEqual((yield* call("/livez")).status, 200)
      }),
    300_000
  )

  it.scopedLive("cannot smuggle members in: the last of two is taken, and a prototype is nobody's", () =>
    Effect.gen(function* () {
      const { ask, service } = yield* bare()
      const twice = `{"port": 1, ${JSON.stringify(endpoint).slice(1, -1)}}`
      const proto = `{"__proto__": {"enabled": false, "allow_writes": true}, ${JSON.stringify({ ...endpoint, name: "other" }).slice(1)}`
      const post = (path: string, body: string) =>
        service.call(path, { method: "POST", body, headers: { "content-type": "application/json" } })
      const first = yield* post("/proxmox/endpoints", twice)
      assert.deepInclude(first.json, { port: 8006 })
      const legacy = yield* post("/proxmox/endpoints", proto)
      assert.deepInclude(legacy.json, { name: "other", enabled: true, allow_writes: false })
      const strict = yield* post("/v1/endpoints/proxmox", proto)
      assert.strictEqual(strict.status, 422)
      assert.include(JSON.stringify(membersOf(strict)["errors"] as Json), "__proto__")
      for (const query of [
        "__proto__=1",
        "limit=1&limit=2",
        "constructor=1",
        "__proto__[x]=1&limit=1",
        "limit=%ff%fe",
        "limit=1&=&&&"
      ]) {
        for (const path of [
          "/v1/runs",
          "/v1/journal",
          "/proxmox/endpoints",
          "/admin/logs",
          "/full-update?dry_run=true&"
        ]) {
          const told = yield* ask("GET", `${path}${path.includes("?") ? "" : "?"}${query}`)
          assert.notInclude([500, 501, 502, 504], told.status, `${path} ${query}`)
        }
      }
    })
  )
})
