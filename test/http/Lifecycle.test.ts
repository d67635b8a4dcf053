import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import { spawn } from "node:child_process"
import { mkdtempSync } from "node:fs"
import { get } from "node:http"
import { tmpdir } from "node:os"
import * as Path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Exit, Scope } from "effect"
import { ask } from "../support/Ask.ts"
import * as Support from "../support/Service.ts"

const program = Path.join(import.meta.dirname, "..", "..", "dist", "main.js")

/** The built program, serving, with its first key. */
const served = Effect.acquireRelease(
  Effect.async<{ readonly child: ReturnType<typeof spawn>; readonly url: string }>((resume) => {
    const data = mkdtempSync(Path.join(tmpdir(), "proxledger-"))
    const child = spawn(process.execPath, [program, "serve", "--port", "0", "--data", data], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, PROXBOX_LOG_LEVEL: "ERROR" }
    })
    let out = ""
    child.stdout.on("data", (piece) => {
      out += String(piece)
      const url = /http:\/\/[\d.]+:\d+/.exec(out)?.[0]
      if (url !== undefined) resume(Effect.succeed({ child, url }))
    })
    child.once("exit", (code) => resume(Effect.dieMessage(`the service ended with ${code}: ${out}`)))
  }),
  ({ child }) => Effect.sync(() => child.kill("SIGKILL"))
)

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
      const { child, url } = yield* served
      const registered = yield* ask(`${url}/auth/register-key`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ api_key: Support.key })
      })
      assert.strictEqual(registered.status, 201)
      const ends = yield* Effect.forEach([1, 2, 3], () => stream(`${url}/admin/logs/stream`, Support.key))
      const exited = new Promise<number | null>((done) => child.once("exit", (code) => done(code)))
      const began = yield* Clock.currentTimeMillis
      child.kill("SIGTERM")
      const code = yield* Effect.promise(() => exited)
      const took = (yield* Clock.currentTimeMillis) - began
      assert.strictEqual(code, 0)
      assert.isBelow(took, 2000)
      yield* Effect.all(ends)
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
