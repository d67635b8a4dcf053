import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Json } from "../../src/domain/Json.ts"
import * as Support from "../support/Service.ts"

const wrong = "a-wrong-key-0123456789abcdefghijklmnopqrstuvwxyz"

const idOf = (json: Json) => (json as { readonly id: number }).id
const rawOf = (json: Json) => (json as { readonly raw_key: string }).raw_key

describe("keys of the compatible surface", () => {
  it.scopedLive("are registered once, and let in", () =>
    Effect.gen(function* () {
      const { call } = yield* Support.start({ bootstrap: false })
      const status = (needs: boolean) => ({ needs_bootstrap: needs, has_db_keys: !needs })
      assert.deepStrictEqual((yield* call("/auth/bootstrap-status", { key: null })).json, status(true))
      const before = yield* call("/version")
      assert.strictEqual(before.status, 401)
      assert.deepStrictEqual(before.json, {
        detail: "No API key configured. Register a key via POST /auth/register-key or use an existing key."
      })
      const register = (api_key: string) =>
        call("/auth/register-key", { method: "POST", key: null, json: { api_key, label: "plugin" } })
      const short = yield* register("short")
      assert.strictEqual(short.status, 400)
      assert.deepStrictEqual(short.json, { detail: "API key must be at least 32 characters." })
      const long = yield* register("ü".repeat(40))
      assert.strictEqual(long.status, 400)
      const done = yield* register(Support.key)
      assert.strictEqual(done.status, 201)
      assert.deepStrictEqual(done.json, { detail: "API key registered." })
      const again = yield* register(wrong)
      assert.strictEqual(again.status, 409)
      assert.deepStrictEqual(again.json, { detail: "An API key is already configured." })
      assert.deepStrictEqual((yield* call("/auth/bootstrap-status", { key: null })).json, status(false))
      const { json } = yield* call("/auth/keys")
      const { keys } = json as { readonly keys: ReadonlyArray<Record<string, unknown>> }
      assert.strictEqual(keys.length, 1)
      assert.deepInclude(keys[0], { id: 1, label: "plugin", is_active: true })
      assert.isNumber(keys[0]?.["created_at"])
      assert.sameMembers(Object.keys(keys[0] ?? {}), ["id", "label", "is_active", "created_at"])
    })
  )

  it.scopedLive("are made, turned off and on, and removed; the last one stays", () =>
    Effect.gen(function* () {
      const { call } = yield* Support.start()
      const made = yield* call("/auth/keys", { method: "POST" })
      assert.strictEqual(made.status, 201)
      assert.match(rawOf(made.json), /^[\w-]{64}$/)
      const id = idOf(made.json)
      const key = rawOf(made.json)
      assert.strictEqual((yield* call("/version", { key })).status, 200)
      const off = yield* call(`/auth/keys/${id}/deactivate`, { method: "POST" })
      assert.deepInclude(off.json, { id, is_active: false })
      assert.strictEqual((yield* call("/version", { key })).status, 401)
      const last = yield* call("/auth/keys/1/deactivate", { method: "POST" })
      assert.strictEqual(last.status, 409)
      assert.nestedPropertyVal(last.json, "detail.code", "last_active_api_key_required")
      assert.strictEqual((yield* call("/auth/keys/1", { method: "DELETE" })).status, 409)
      assert.deepInclude((yield* call(`/auth/keys/${id}/activate`, { method: "POST" })).json, { id, is_active: true })
      assert.strictEqual((yield* call("/version", { key })).status, 200)
      const gone = yield* call(`/auth/keys/${id}`, { method: "DELETE" })
      assert.deepInclude(gone, { status: 204, text: "" })
      assert.strictEqual((yield* call("/version", { key })).status, 401)
      const unknown = yield* call("/auth/keys/99", { method: "DELETE" })
      assert.strictEqual(unknown.status, 404)
      assert.deepStrictEqual(unknown.json, { detail: "API key not found." })
    })
  )

  it.scopedLive("that are wrong lock themselves out, and nobody else", () =>
    Effect.gen(function* () {
      const { call } = yield* Support.start()
      for (const left of [4, 3, 2, 1]) {
        const told = yield* call("/version", { key: wrong })
        assert.strictEqual(told.status, 401)
        assert.deepStrictEqual(told.json, { detail: `Invalid API key. ${left} attempts remaining.` })
      }
      assert.deepStrictEqual((yield* call("/version", { key: wrong })).json, { detail: "Invalid API key." })
      const locked = yield* call("/version", { key: wrong })
      assert.strictEqual(locked.status, 429)
      assert.deepStrictEqual(locked.json, {
        detail: "Too many failed authentication attempts. Please try again later."
      })
      assert.isAtLeast(Number(locked.headers["retry-after"]), 1)
      assert.isAtMost(Number(locked.headers["retry-after"]), 300)
      const problem = yield* call("/metrics", { key: wrong })
      assert.strictEqual(problem.status, 429)
      assert.isString(problem.headers["retry-after"])
      assert.deepInclude(problem.json, { code: "locked_out", retryable: true })
      assert.strictEqual((yield* call("/version")).status, 200)
    })
  )

  it.scopedLive("are let in whatever number of requests comes without one", () =>
    Effect.gen(function* () {
      const { call } = yield* Support.start()
      const statuses = yield* Effect.forEach(
        Array.from({ length: 500 }, () => "/admin/logs"),
        (path) => Effect.map(call(path, { key: null }), ({ json, status }) => `${status} ${JSON.stringify(json)}`),
        { concurrency: 20 }
      )
      assert.deepStrictEqual([...new Set(statuses)], ['401 {"detail":"API key required. 5 attempts remaining."}'])
      assert.strictEqual((yield* call("/version")).status, 200)
    })
  )
})

describe("encryption of the compatible surface", () => {
  it.scopedLive("says where its key is, and protects what it has encrypted", () =>
    Effect.gen(function* () {
      const { call } = yield* Support.start()
      const none = {
        configured: false,
        source: null,
        attestation_version: 1,
        active_key_source: null
      }
      assert.deepInclude((yield* call("/admin/encryption/status")).json, none)
      const endpoint = {
        name: "pve",
        ip_address: "10.0.0.10",
        port: 8006,
        username: "root@pam",
        password: "hunter-two"
      }
      const refused = yield* call("/proxmox/endpoints", { method: "POST", json: endpoint })
      assert.strictEqual(refused.status, 400)
      assert.hasAllKeys(refused.json, ["message", "detail", "python_exception"])
      const made = yield* call("/admin/encryption/generate", { method: "POST" })
      assert.strictEqual(made.status, 200)
      assert.deepInclude(made.json, { configured: true, source: "local" })
      assert.strictEqual((made.json as { readonly key: string }).key.length, 44)
      const stored = yield* call("/proxmox/endpoints", { method: "POST", json: endpoint })
      assert.strictEqual(stored.status, 200)
      assert.notInclude(stored.text, "hunter-two")
      assert.deepInclude((yield* call("/admin/encryption/status")).json, {
        active_key_source: "local",
        encrypted_credentials_verified: true
      })
      for (const [path, method] of [
        ["key", "DELETE"],
        ["generate", "POST"]
      ] as const) {
        assert.strictEqual((yield* call(`/admin/encryption/${path}`, { method })).status, 409)
      }
      const other = yield* call("/admin/encryption/key", { method: "POST", json: { key: "another" } })
      assert.strictEqual(other.status, 409)
      assert.strictEqual((yield* call("/admin/encryption/key", { method: "POST", json: { key: "" } })).status, 422)
      yield* call("/proxmox/endpoints/1", { method: "DELETE" })
      assert.deepInclude((yield* call("/admin/encryption/key", { method: "DELETE" })).json, { configured: false })
    })
  )
})
