import { connect } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Fiber } from "effect"
import { Logs } from "../../src/http/Logs.ts"
import * as Support from "../support/Service.ts"

const securityHeaders = [
  "x-content-type-options",
  "x-frame-options",
  "x-xss-protection",
  "referrer-policy",
  "permissions-policy",
  "strict-transport-security",
  "content-security-policy",
  "x-request-id"
]

/** What comes back on a connection for bytes that are written as they are. */
const raw = (port: number, ...pieces: ReadonlyArray<string>) =>
  Effect.async<string>((resume) => {
    const socket = connect(port, "127.0.0.1")
    let text = ""
    socket.on("data", (piece) => {
      text += piece.toString("utf8")
    })
    socket.on("error", () => {})
    socket.on("close", () => resume(Effect.succeed(text)))
    for (const piece of pieces) socket.write(piece)
    return Effect.sync(() => socket.destroy())
  })

describe("the frame", () => {
  it.scopedLive("answers what no endpoint answers, with bodies and headers", () =>
    Effect.gen(function* () {
      const { call } = yield* Support.start()
      const cases: ReadonlyArray<readonly [string, Support.Sent, number, unknown]> = [
        ["/nope", {}, 404, { detail: "Not Found" }],
        ["/nope", { key: null }, 401, { detail: "API key required. 5 attempts remaining." }],
        ["/auth/keys", { method: "PATCH" }, 405, { detail: "Method Not Allowed" }],
        ["/health", { method: "POST", key: null }, 405, { detail: "Method Not Allowed" }],
        [
          "/proxmox/endpoints",
          { method: "POST", body: "{not json", headers: { "content-type": "application/json" } },
          422,
          undefined
        ],
        [
          "/proxmox/endpoints",
          { method: "POST", body: "a=1", headers: { "content-type": "text/plain" } },
          422,
          undefined
        ],
        ["/proxmox/endpoints", { method: "POST", json: { port: "x" } }, 422, undefined],
        ["/proxmox/endpoints", { method: "POST", body: "x".repeat(1_048_577) }, 413, undefined],
        ["/auth/keys/abc", { method: "DELETE" }, 422, undefined]
      ]
      for (const [path, sent, status, body] of cases) {
        const told = yield* call(path, sent)
        assert.strictEqual(told.status, status, `${sent.method} ${path}`)
        if (body !== undefined) assert.deepStrictEqual(told.json, body)
        assert.isString(told.headers["content-type"])
        for (const header of securityHeaders) assert.isString(told.headers[header], `${path} ${header}`)
      }
      assert.strictEqual((yield* call("/health", { method: "POST", key: null })).headers["allow"], "GET, HEAD")
      const gone = yield* call("/v1/nope")
      assert.strictEqual(gone.status, 404)
      assert.strictEqual(gone.headers["content-type"], "application/problem+json")
      assert.deepInclude(gone.json, { code: "not_found", status: 404, request_id: gone.headers["x-request-id"] })
    })
  )

  it.scopedLive("turns requests without a key away before anything else, and the log tells of none of them", () =>
    Effect.gen(function* () {
      const { call, context } = yield* Support.start()
      const cases: ReadonlyArray<readonly [string, Support.Sent]> = [
        ["/v1/runs", { method: "POST", body: "{not json", headers: { "content-type": "application/json" } }],
        ["/proxmox/endpoints", { method: "POST", body: "x".repeat(1_048_576) }],
        ["/v1/nowhere", { method: "DELETE" }],
        ["/clear-cache/", { method: "HEAD" }],
        ["/metrics", {}],
        ["/auth/keys", { headers: { "x-proxbox-api-key": "" } }]
      ]
      for (const [path, sent] of cases) {
        const told = yield* call(path, { ...sent, key: null })
        assert.strictEqual(told.status, 401, path)
        for (const header of securityHeaders) assert.isString(told.headers[header], `${path} ${header}`)
      }
      const { headers, json } = yield* call("/v1/runs", { key: null })
      assert.deepInclude(json, { code: "unauthorized", request_id: headers["x-request-id"] })
      const kept = { connection: "keep-alive" }
      const ends = [
        yield* call("/v1/runs", { key: null, headers: kept }),
        yield* call("/v1/runs", { method: "POST", key: null, json: {}, headers: kept }),
        yield* call("/v1/runs", { headers: kept })
      ]
      assert.deepStrictEqual(
        ends.map((told) => told.headers["connection"]),
        ["close", "keep-alive", "keep-alive"]
      )
      assert.strictEqual((yield* call("/livez/", { key: null })).status, 200)
      assert.strictEqual((yield* call("/v1/rpc", { method: "POST", key: null, body: "" })).status, 200)
      const lines = yield* Context.get(context, Logs).entries
      assert.deepStrictEqual(
        lines.filter(({ message }) => message.includes("401")),
        []
      )
      yield* call("/auth/keys", { method: "POST", key: "wrong".repeat(8) })
      assert.include((yield* Context.get(context, Logs).entries).at(-1)?.message, "POST /auth/keys 401")
    })
  )

  it.scopedLive("says what is wrong with a body, the known item first, and never what was sent", () =>
    Effect.gen(function* () {
      const { call } = yield* Support.start()
      const secret = "hunter-two-is-long-enough"
      const { json, text } = yield* call("/proxmox/endpoints", {
        method: "POST",
        json: { name: "", ip_address: "10.0.0.1", port: 99_999, username: "root@pam", password: [secret] }
      })
      assert.notInclude(text, secret)
      const { detail } = json as { readonly detail: ReadonlyArray<{ readonly loc: unknown; readonly msg: string }> }
      assert.deepStrictEqual(detail[0], {
        type: "request_validation_error",
        loc: ["body"],
        msg: "Request validation failed."
      } as never)
      assert.sameDeepMembers(
        detail.slice(1).map(({ loc }) => loc),
        [["name"], ["port"], ["password"]]
      )
    })
  )

  it.scopedLive("answers HEAD and either slash as GET, without a redirect", () =>
    Effect.gen(function* () {
      const { call } = yield* Support.start()
      for (const path of [
        "/health/",
        "/admin",
        "/admin/",
        "/auth/keys/",
        "/netbox/endpoint/?limit=5",
        "/docs/",
        "/v1/nope/"
      ]) {
        assert.notInclude([301, 302, 303, 307, 308], (yield* call(path)).status)
      }
      for (const path of ["/health/", "/admin", "/auth/keys/", "/netbox/endpoint/?limit=5"]) {
        assert.strictEqual((yield* call(path)).status, 200, path)
      }
      const head = yield* call("/health", { method: "HEAD" })
      assert.deepInclude(head, { status: 200, text: "" })
      assert.strictEqual(head.headers["content-length"], String((yield* call("/health")).text.length))
      assert.strictEqual((yield* call("/nope", { method: "HEAD" })).status, 404)
    })
  )

  it.scopedLive("keeps the id that a request brings, unless it is no id", () =>
    Effect.gen(function* () {
      const { call } = yield* Support.start()
      const idOf = (id: string) =>
        Effect.map(call("/livez", { headers: { "x-request-id": id } }), ({ headers }) => headers["x-request-id"])
      assert.strictEqual(yield* idOf("abc-123"), "abc-123")
      for (const id of ["a b", "<script>", "x".repeat(129)]) {
        assert.match(String(yield* idOf(id)), /^[0-9a-f]{8}-[0-9a-f]{4}-7/)
      }
    })
  )

  it.scopedLive("answers browsers before any key is looked at", () =>
    Effect.gen(function* () {
      const { call } = yield* Support.start({ env: { PROXBOX_CORS_EXTRA_ORIGINS: "https://ui.example.com" } })
      const preflight = (origin: string) =>
        call("/proxmox/endpoints/1", {
          method: "OPTIONS",
          key: null,
          headers: { origin, "access-control-request-method": "PATCH" }
        })
      yield* call("/admin/encryption/generate", { method: "POST" })
      const allowed = yield* preflight("https://ui.example.com")
      assert.strictEqual(allowed.status, 204)
      assert.include(String(allowed.headers["access-control-allow-methods"]), "PATCH")
      assert.include(String(allowed.headers["access-control-allow-headers"]), "Idempotency-Key")
      assert.strictEqual(allowed.headers["access-control-max-age"], "600")
      assert.strictEqual((yield* preflight("https://netbox.example.com")).status, 400)
      const created = yield* call("/netbox/endpoint", {
        method: "POST",
        json: { name: "n", ip_address: "127.0.0.1", domain: "localhost", port: 8443, token: "a-token-of-nobody-4f1d" }
      })
      assert.strictEqual(created.status, 200)
      for (const origin of [
        "https://localhost",
        "https://localhost:8443",
        "https://localhost:8000",
        "http://localhost:3000"
      ]) {
        assert.strictEqual((yield* preflight(origin)).status, 204, origin)
      }
      const refused = yield* call("/auth/keys", { key: null, headers: { origin: "https://ui.example.com" } })
      assert.strictEqual(refused.status, 401)
      assert.strictEqual(refused.headers["access-control-allow-origin"], "https://ui.example.com")
      assert.isUndefined(
        (yield* call("/health", { headers: { origin: "https://evil.example" } })).headers["access-control-allow-origin"]
      )
    })
  )

  it.scopedLive("limits how much a source asks; what watches over the service is free", () =>
    Effect.gen(function* () {
      const { call } = yield* Support.start({
        env: { PROXBOX_RATE_LIMIT: "5", PROXBOX_TRUSTED_PROXIES: "127.0.0.0/8" }
      })
      const from = (source: string) => call("/version", { headers: { "x-forwarded-for": source } })
      for (let asked = 0; asked < 5; asked += 1) assert.strictEqual((yield* from("198.51.100.1")).status, 200)
      const limited = yield* from("198.51.100.1")
      assert.strictEqual(limited.status, 429)
      assert.deepStrictEqual(limited.json, { detail: "Rate limit exceeded. Please try again later." })
      assert.isAtLeast(Number(limited.headers["retry-after"]), 1)
      assert.isString(limited.headers["x-frame-options"])
      assert.strictEqual((yield* from("198.51.100.2")).status, 200)
      for (const path of ["/health", "/livez", "/auth/bootstrap-status", "/"]) {
        assert.strictEqual((yield* call(path, { headers: { "x-forwarded-for": "198.51.100.1" } })).status, 200, path)
      }
    })
  )

  it.scopedLive("refuses a body that grows too long on the way, and heads that are no HTTP", () =>
    Effect.gen(function* () {
      const { call, port } = yield* Support.start()
      const head = `POST /netbox/endpoint HTTP/1.1\r\nhost: x\r\nx-proxbox-api-key: ${Support.key}\r\ntransfer-encoding: chunked\r\n\r\n`
      const chunk = `10000\r\n${"x".repeat(0x10000)}\r\n`
      const tooLong = yield* raw(port, head, ...Array.from({ length: 17 }, () => chunk))
      assert.match(tooLong, /^HTTP\/1.1 413 /)
      assert.match(tooLong, /x-frame-options: DENY/i)
      const small = '{"name": 5}'
      const read = yield* raw(
        port,
        head.replace("host: x", "host: x\r\nconnection: close"),
        `${small.length.toString(16)}\r\n${small}\r\n0\r\n\r\n`
      )
      assert.match(read, /^HTTP\/1.1 422 /)
      const bad = yield* raw(port, "GET /livez HTTP/1.1\r\nbad header\r\n\r\n")
      assert.match(bad, /^HTTP\/1.1 400 /)
      assert.match(bad, /\{"detail":/)
      assert.match(bad, /x-frame-options: DENY/i)
      const large = yield* raw(port, `GET /livez HTTP/1.1\r\nhost: x\r\nx: ${"y".repeat(20_000)}\r\n\r\n`)
      assert.match(large, /^HTTP\/1.1 431 /)
      assert.strictEqual((yield* call("/livez")).status, 200)
    })
  )

  it.scopedLive("cuts heads that do not end, and answers everybody else meanwhile", () =>
    Effect.gen(function* () {
      const { call, port } = yield* Support.start()
      const slow = yield* Effect.fork(
        Effect.forEach(Array.from({ length: 50 }), () => raw(port, "GET /livez HTTP/1.1\r\nx: "), {
          concurrency: "unbounded"
        })
      )
      assert.strictEqual((yield* call("/livez")).status, 200)
      for (const text of yield* Fiber.join(slow)) assert.match(text, /^HTTP\/1.1 408 /)
    })
  )
})
