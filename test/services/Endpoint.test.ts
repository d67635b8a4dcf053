import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Fiber, Redacted } from "effect"
import * as Net from "node:net"
import * as Endpoint from "../../src/services/Endpoint.ts"
import { certificate } from "../support/Certificates.ts"
import { json, type Script, serve } from "../support/ScriptedServer.ts"

const good = certificate({ names: "IP:127.0.0.1", days: 2 })
const other = certificate({ names: "IP:127.0.0.1", days: 2 })
const elsewhere = certificate({ names: "DNS:elsewhere.example", days: 2 })
const expired = certificate({ names: "IP:127.0.0.1", days: -1 })

const ok: Script = (_, response) => json(response, 200, { data: 1 })

const connect = (url: string, options: Partial<Endpoint.EndpointOptions> = {}) =>
  Endpoint.make({ name: "lab", url, tls: { verify: true }, permits: 2, ...options })

const get = (path: string): Endpoint.Request => ({ method: "GET", path, deadline: "10 seconds" })
const post: Endpoint.Request = { method: "POST", path: "/", body: { json: {} }, deadline: "10 seconds" }

describe("certificates", () => {
  const judged = (server: { readonly key: string; readonly cert: string }, tls: Endpoint.TlsOptions) =>
    Effect.gen(function* () {
      const { seen, url } = yield* serve(ok, server)
      const endpoint = yield* connect(url, { tls })
      const result = yield* Effect.either(endpoint.send(get("/")))
      if (Either.isRight(result)) return { verdict: "accepted", detail: "" }
      assert.strictEqual(result.left._tag, "TlsRejected")
      assert.strictEqual(seen.length, 0, "a rejected server must not see the request")
      return { verdict: "rejected", detail: result.left.detail }
    })

  const matrix: ReadonlyArray<
    readonly [title: string, server: typeof good, tls: Endpoint.TlsOptions, verdict: string, detail: RegExp]
  > = [
    ["self-signed, verified", good, { verify: true }, "rejected", /self-signed/],
    ["self-signed, not verified", good, { verify: false }, "accepted", /^$/],
    ["its authority is known", good, { verify: true, ca: good.cert }, "accepted", /^$/],
    ["another authority is known", good, { verify: true, ca: other.cert }, "rejected", /self-signed|verify/],
    ["for another host", elsewhere, { verify: true, ca: elsewhere.cert }, "rejected", /does not match/],
    ["expired", expired, { verify: true, ca: expired.cert }, "rejected", /expired/],
    ["pinned", good, { verify: true, fingerprints: [good.fingerprint] }, "accepted", /^$/],
    [
      "pinned, as lower case without colons",
      good,
      { verify: true, fingerprints: [good.fingerprint.replaceAll(":", "").toLowerCase()] },
      "accepted",
      /^$/
    ],
    [
      "the second of two pins",
      good,
      { verify: true, fingerprints: [other.fingerprint, good.fingerprint] },
      "accepted",
      /^$/
    ],
    ["pinned, for another host", elsewhere, { verify: true, fingerprints: [elsewhere.fingerprint] }, "accepted", /^$/],
    ["pinned and expired", expired, { verify: true, fingerprints: [expired.fingerprint] }, "accepted", /^$/],
    [
      "not the pinned one",
      good,
      { verify: true, fingerprints: [other.fingerprint] },
      "rejected",
      new RegExp(good.fingerprint)
    ],
    [
      "not the pinned one, though not verified",
      good,
      { verify: false, fingerprints: [other.fingerprint] },
      "rejected",
      /not pinned/
    ],
    [
      "not the pinned one, though of a known authority",
      good,
      { verify: true, ca: good.cert, fingerprints: [other.fingerprint] },
      "rejected",
      /not pinned/
    ]
  ]
  for (const [title, server, tls, verdict, detail] of matrix) {
    it.scopedLive(title, () =>
      Effect.gen(function* () {
        const result = yield* judged(server, tls)
        assert.strictEqual(result.verdict, verdict)
        assert.match(result.detail, detail)
      })
    )
  }

  it.scopedLive("a port that speaks plain HTTP", () =>
    Effect.gen(function* () {
      const { url } = yield* serve(ok)
      const endpoint = yield* connect(url.replace("http:", "https:"))
      const error = yield* Effect.flip(endpoint.send(get("/")))
      assert.strictEqual(error._tag, "TlsRejected")
      assert.include(error.detail, "perhaps the port speaks http")
    })
  )

  it.scopedLive("plain HTTP to a port that speaks TLS", () =>
    Effect.gen(function* () {
      const { url } = yield* serve(ok, good)
      const endpoint = yield* connect(url.replace("https:", "http:"))
      const error = yield* Effect.flip(endpoint.send(get("/")))
      assert.strictEqual(error._tag, "Cut")
      assert.include(error.detail, "perhaps the port speaks https")
    })
  )

  it.scopedLive("a pin holds on every connection, not only on the first", () =>
    Effect.gen(function* () {
      const { seen, url } = yield* serve((_, response) => json(response, 200, {}, { connection: "close" }), good)
      const endpoint = yield* connect(url, { tls: { verify: true, fingerprints: [good.fingerprint] } })
      yield* Effect.repeatN(endpoint.send(get("/")), 2)
      assert.strictEqual(seen.length, 3)
    })
  )
})

describe("requests", () => {
  it.scopedLive("carry base path, query, secret headers and bodies", () =>
    Effect.gen(function* () {
      const { seen, url } = yield* serve((_, response) => response.writeHead(418, "Short and stout").end("text"))
      const endpoint = yield* connect(`${url}/base/`)
      const answer = yield* endpoint.send({
        ...get("/a"),
        query: [
          ["id", "1"],
          ["id", "2"],
          ["q", "a&b é"]
        ],
        headers: { authorization: Redacted.make("Token x") }
      })
      yield* endpoint.send({
        ...post,
        path: "/form",
        body: { form: { username: "u", password: Redacted.make("p&w") } }
      })
      yield* endpoint.send({ ...post, path: "/json", body: { json: [{ name: "é" }] } })
      assert.deepInclude(answer, { status: 418, reason: "Short and stout", text: "text" })
      assert.strictEqual(seen[0]?.url, "/base/a?id=1&id=2&q=a%26b+%C3%A9")
      assert.strictEqual(seen[0]?.headers.authorization, "Token x")
      assert.strictEqual(seen[1]?.body, "username=u&password=p%26w")
      assert.strictEqual(seen[2]?.body, `[{"name":"é"}]`)
      assert.strictEqual(seen[2]?.headers["content-type"], "application/json")
    })
  )

  it.scopedLive("hold their permit until the body is read", () =>
    Effect.gen(function* () {
      const { peak, url } = yield* serve((_, response) => {
        response.writeHead(200).write("a")
        setTimeout(() => response.end("b"), 20)
      })
      const endpoint = yield* connect(url)
      const answers = yield* Effect.all(
        Array.from({ length: 12 }, () => endpoint.send(get("/"))),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(new Set(answers.map(({ text }) => text)), new Set(["ab"]))
      assert.strictEqual(peak(), 2)
    })
  )

  it.scopedLive("leave no connection waiting for the large body of an error to be read", () =>
    Effect.gen(function* () {
      const { url } = yield* serve((_, response) => response.writeHead(404).end("x".repeat(300_000)))
      const endpoint = yield* connect(url)
      const answers = yield* Effect.forEach(Array.from({ length: 20 }), () => endpoint.send(get("/")), {
        concurrency: "unbounded"
      })
      assert.strictEqual(answers.filter(({ status }) => status === 404).length, 20)
    })
  )

  it.scopedLive("tell of each attempt once", () =>
    Effect.gen(function* () {
      const outcomes: Array<unknown> = []
      const { url } = yield* serve((_, response, count) => (count === 1 ? response.destroy() : response.end()))
      const endpoint = yield* connect(url, {
        recorder: (name, method) => (outcome) => outcomes.push([name, method, outcome])
      })
      yield* endpoint.send(get("/"))
      yield* endpoint.send(get("/"))
      assert.deepStrictEqual(outcomes, [
        ["lab", "GET", 200],
        ["lab", "GET", "Cut"],
        ["lab", "GET", 200]
      ])
    })
  )
})

describe("failures", () => {
  const closedPort = Effect.async<number>((resume) => {
    const server = Net.createServer().listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 0)))
    })
  })

  it.scopedLive("a refused connection and an unknown name: nothing was sent", () =>
    Effect.gen(function* () {
      const refused = yield* connect(`http://127.0.0.1:${yield* closedPort}`)
      const nameless = yield* connect("https://name.invalid")
      const errors = yield* Effect.all([Effect.flip(refused.send(post)), Effect.flip(nameless.send(post))])
      assert.deepStrictEqual(
        errors.map(({ _tag }) => _tag),
        ["Unreachable", "Unreachable"]
      )
      assert.include(errors[0].detail, "ECONNREFUSED")
    })
  )

  it.scopedLive("a server that hangs up during the TLS handshake: nothing was sent", () =>
    Effect.gen(function* () {
      const server = yield* Effect.acquireRelease(
        Effect.async<Net.Server>((resume) => {
          const server = Net.createServer((socket) => socket.destroy())
          server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
        }),
        (server) => Effect.sync(() => server.close())
      )
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      const endpoint = yield* connect(`https://127.0.0.1:${port}`)
      assert.strictEqual((yield* Effect.flip(endpoint.send(post)))._tag, "Unreachable")
    })
  )

  it.scopedLive("a write whose answer is cut is sent once", () =>
    Effect.gen(function* () {
      const { seen, url } = yield* serve((_, response) => response.destroy())
      const endpoint = yield* connect(url)
      assert.strictEqual((yield* Effect.flip(endpoint.send(post)))._tag, "Cut")
      assert.strictEqual(seen.length, 1)
    })
  )

  it.scopedLive("an answer that ends early is cut", () =>
    Effect.gen(function* () {
      const { seen, url } = yield* serve((_, response) => {
        response.writeHead(200, { "content-length": "100" }).write("half", () => response.destroy())
      })
      const endpoint = yield* connect(url)
      assert.strictEqual((yield* Effect.flip(endpoint.send(get("/"))))._tag, "Cut")
      assert.strictEqual(seen.length, 2, "a read is sent again once")
    })
  )

  it.scopedLive("a read goes on when the server closes kept connections", () =>
    Effect.gen(function* () {
      const { seen, url } = yield* serve((_, response, count) =>
        count % 3 === 2 ? response.destroy() : json(response, 200, { count })
      )
      const endpoint = yield* connect(url, { permits: 1 })
      const answers = yield* Effect.forEach(Array.from({ length: 12 }), () => endpoint.send(get("/")))
      assert.isTrue(answers.every(({ status }) => status === 200))
      assert.strictEqual(seen.length, 17)
    })
  )

  it.scopedLive("the deadline covers headers and body, and frees the connection", () =>
    Effect.gen(function* () {
      const { seen, url } = yield* serve(({ url }, response) => {
        if (url === "/body") response.writeHead(200).write("begun")
        else if (url === "/ok") response.end()
      })
      const endpoint = yield* connect(url, { permits: 1 })
      for (const path of ["/silent", "/body"]) {
        const error = yield* Effect.flip(endpoint.send({ ...get(path), deadline: "50 millis" }))
        assert.strictEqual(error._tag, "Cut")
        assert.include(error.detail, "50ms")
      }
      assert.strictEqual((yield* endpoint.send(get("/ok"))).status, 200)
      assert.deepStrictEqual(
        seen.map(({ url }) => url),
        ["/silent", "/body", "/ok"]
      )
    })
  )

  it.scopedLive("an interrupted request gives its permit back", () =>
    Effect.gen(function* () {
      const { url } = yield* serve(({ url }, response) => {
        if (url === "/ok") response.end()
      })
      const endpoint = yield* connect(url, { permits: 1 })
      const fiber = yield* Effect.fork(endpoint.send(get("/silent")))
      yield* Effect.sleep("20 millis")
      yield* Fiber.interrupt(fiber)
      assert.strictEqual((yield* endpoint.send(get("/ok"))).status, 200)
    })
  )

  it.scopedLive("a header that cannot be sent is not shown", () =>
    Effect.gen(function* () {
      const { seen, url } = yield* serve(ok)
      const endpoint = yield* connect(url)
      const headers = { authorization: Redacted.make("Token planted\nsecret") }
      const error = yield* Effect.flip(endpoint.send({ ...get("/"), headers }))
      assert.strictEqual(error._tag, "Unreachable")
      assert.notInclude(JSON.stringify(error) + error.message + String(error.stack), "planted")
      assert.strictEqual(seen.length, 0)
    })
  )
})
