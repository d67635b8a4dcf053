import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import { get } from "node:http"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Exit, Scope } from "effect"
import { endOf, folder, serve } from "../support/Served.ts"
import * as Support from "../support/Service.ts"

/** A stream of events that stays open; resolves with its text once the server ends it. */
const stream = (url: string, key: string) =>
  Effect.async<Effect.Effect<string>>((resume) => {
    const request = get(url, { agent: false, headers: { "x-proxbox-api-key": key } }, (response) => {
      let text = ""
      response.on("data", (piece) => {
        text += String(piece)
      })
      const ended = new Promise<string>((done) => response.once("close", () => done(text)))
      resume(Effect.succeed(Effect.promise(() => ended)))
    })
    request.on("error", () => {})
  })

describe("a service", () => {
  it.scopedLive("that is told to stop does so in 2 seconds, streams open or not, and with code 0", () =>
    Effect.gen(function* () {
      const service = yield* serve(["--data", yield* folder])
      const registered = yield* service.call("/auth/register-key", {
        method: "POST",
        key: null,
        json: { api_key: Support.key }
      })
      assert.strictEqual(registered.status, 201)
      const ends = yield* Effect.forEach([1, 2, 3], () => stream(`${service.url}/admin/logs/stream`, Support.key))
      const began = yield* Clock.currentTimeMillis
      const { code, err } = yield* service.end("SIGTERM")
      const took = (yield* Clock.currentTimeMillis) - began
      assert.strictEqual(code, 0)
      assert.isBelow(took, 2000)
      assert.strictEqual(err, "\nproxledger: stopped\n")
      yield* Effect.all(ends)
    })
  )

  it.scopedLive("says what keeps it from listening", () =>
    Effect.gen(function* () {
      const { port } = yield* Support.start({ bootstrap: false })
      const { code, err } = yield* endOf(["--port", String(port), "--data", yield* folder])
      assert.strictEqual(code, 1)
      assert.strictEqual(
        err,
        `proxledger: Cannot listen on 127.0.0.1:${port}: something else listens there. End it, or give another --port\n`
      )
    })
  )

  it.scopedLive("lives beside another one in the same process", () =>
    Effect.gen(function* () {
      const [one, two] = yield* Effect.all([Support.start(), Support.start({ bootstrap: false })], { concurrency: 2 })
      const secondKey = "b".repeat(40)
      yield* two.call("/auth/register-key", { method: "POST", key: null, json: { api_key: secondKey } })
      assert.notStrictEqual(one.port, two.port)
      assert.strictEqual((yield* one.call("/version")).status, 200)
      assert.strictEqual((yield* two.call("/version")).status, 401)
      assert.strictEqual((yield* two.call("/version", { key: secondKey })).status, 200)
      yield* one.call("/admin/encryption/generate", { method: "POST" })
      assert.deepInclude((yield* one.call("/admin/encryption/status")).json, { configured: true })
      assert.deepInclude((yield* two.call("/admin/encryption/status", { key: secondKey })).json, { configured: false })
      const counted = (text: string) =>
        /http_request_seconds_count\{method="POST",route="\/admin\/encryption\/generate"/.test(text)
      assert.isTrue(counted((yield* one.call("/metrics")).text))
      assert.isFalse(counted((yield* two.call("/metrics", { key: secondKey })).text))
    })
  )

  it.scopedLive("holds its folder alone, and gives it back", () =>
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const data = yield* files.makeTempDirectoryScoped()
      const scope = yield* Scope.make()
      yield* Scope.extend(Support.start({ data }), scope)
      const second = yield* Effect.exit(Support.start({ data }))
      assert.isTrue(Exit.isFailure(second))
      yield* Scope.close(scope, Exit.void)
      const third = yield* Support.start({ data, bootstrap: false })
      assert.strictEqual((yield* third.call("/version")).status, 200)
    }).pipe(Effect.provide(NodeContext.layer))
  )
})
