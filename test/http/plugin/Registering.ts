import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { Shape } from "../contract/Shape.ts"
import { assertLooks } from "./Client.ts"
import { key, World } from "./World.ts"

export const finds = Effect.gen(function* () {
  const { plugin } = yield* World
  const bare = { key: null } as const
  const root = yield* plugin.call("GET", "/", bare)
  assert.strictEqual(root.status, 200, "H1")
  assertLooks(root.body, { message: /^Proxbox Backend/, "*": "any" }, "H2")
  const health = yield* plugin.call("GET", "/health", bare)
  assert.deepStrictEqual([health.status, health.body], [200, { status: "ready", init_ok: true }], "H3")
  assert.strictEqual((yield* plugin.call("GET", "/openapi.json", bare)).status, 200, "H1")
  for (const path of ["/version", "/auth/keys", "/proxmox/endpoints", "/netbox/endpoint", "/proxmox/nodes/"]) {
    assert.strictEqual((yield* plugin.call("GET", path, bare)).status, 401, `H1: ${path}`)
  }
})

export const registers = Effect.gen(function* () {
  const { plugin } = yield* World
  const bootstrap = plugin.call("GET", "/auth/bootstrap-status", { key: null })
  const register = { key: null, json: { api_key: key, label: "netbox-fastapi-1" } }
  assert.deepStrictEqual((yield* bootstrap).body, { needs_bootstrap: true, has_db_keys: false }, "H4")
  const registered = yield* plugin.call("POST", "/auth/register-key", register)
  assert.strictEqual(registered.status, 201, "H5")
  assertLooks(registered.body, { detail: "text" }, "H5")
  assert.strictEqual((yield* plugin.call("POST", "/auth/register-key", register)).status, 409, "H5")
  assert.deepStrictEqual((yield* bootstrap).body, { needs_bootstrap: false, has_db_keys: true }, "H4")
})

export const proves = Effect.gen(function* () {
  const { plugin } = yield* World
  const one: Shape = { id: "int", label: "=netbox-fastapi-1", is_active: true, created_at: "number" }
  assertLooks(yield* plugin.read("/auth/keys"), { keys: [one] }, "H6")
  const refused = yield* plugin.call("GET", "/auth/keys", { key: "another key that nobody knows of" })
  assert.strictEqual(refused.status, 401, "H20")
  assertLooks(refused.body, { detail: /API key/ }, "H20")
  assertLooks(yield* plugin.read("/version"), { version: /^\d+\.\d+\.\d+/, "*": "any" }, "version")
})
