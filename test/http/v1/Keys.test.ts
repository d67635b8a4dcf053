import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { asking, bare, codeOf, itemsOf, membersOf } from "../../support/V1.ts"

describe("/v1/keys", () => {
  it.live("a key opens what its scopes are for, and nothing else", () =>
    Effect.gen(function* () {
      const { ask, service } = yield* bare()
      const keyFor = Effect.fnUntraced(function* (...scopes: ReadonlyArray<string>) {
        const made = yield* ask("POST", "/v1/keys", { label: scopes.join(" "), scopes })
        assert.strictEqual(made.status, 201)
        return asking(service, String(membersOf(made)["raw_key"]))
      })
      const [reader, syncer, writer] = [yield* keyFor("read"), yield* keyFor("sync"), yield* keyFor("write")]
      const endpoint = { name: "lab", ip_address: "127.0.0.1", port: 8006, username: "a@pve", password: "pass-word" }
      const statuses = Effect.fnUntraced(function* (by: typeof reader) {
        const answers = yield* Effect.all([
          by("GET", "/v1/runs"),
          by("POST", "/v1/runs"),
          by("POST", "/v1/endpoints/proxmox", endpoint),
          by("GET", "/v1/keys"),
          by("POST", "/v1/encryption/rotate")
        ])
        return answers.map(({ status }) => status)
      })
      // 409: it was let in, and there is no NetBox to work for.
      assert.deepStrictEqual(yield* statuses(reader), [200, 403, 403, 403, 403])
      assert.deepStrictEqual(yield* statuses(syncer), [200, 409, 403, 403, 403])
      assert.deepStrictEqual(yield* statuses(writer), [200, 403, 201, 403, 403])
      assert.strictEqual(codeOf(yield* reader("GET", "/v1/keys")), "403 forbidden")
    }).pipe(Effect.scoped)
  )

  it.live("are listed without the key, deactivated, activated and deleted; the last one stays", () =>
    Effect.gen(function* () {
      const { ask } = yield* bare()
      const made = yield* ask("POST", "/v1/keys", { label: "temporary", scopes: ["read"], expires_at: 4_000_000_000 })
      const path = String(made.headers["location"])
      const raw = String(membersOf(made)["raw_key"])
      assert.deepInclude((yield* ask("GET", path)).json, {
        label: "temporary",
        expires_at: 4_000_000_000,
        is_active: true
      })
      assert.notInclude((yield* ask("GET", "/v1/keys")).text, raw)
      assert.deepInclude((yield* ask("POST", `${path}/deactivate`)).json, { is_active: false })
      assert.deepInclude((yield* ask("POST", `${path}/activate`)).json, { is_active: true })
      assert.strictEqual((yield* ask("DELETE", path)).status, 204)
      assert.strictEqual(codeOf(yield* ask("GET", path)), "404 not_found")
      const [first] = itemsOf(yield* ask("GET", "/v1/keys"))
      assert.strictEqual(codeOf(yield* ask("DELETE", `/v1/keys/${String(first?.["id"])}`)), "409 conflict")
    }).pipe(Effect.scoped)
  )
})

describe("Idempotency-Key", () => {
  it.live("makes one key of two requests, tells the second from another request, and lasts over a restart", () =>
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const data = yield* files.makeTempDirectoryScoped()
      const header = { "idempotency-key": "make-a-key" }
      const body = { label: "once", scopes: ["read"] }
      const [made, repeated] = yield* Effect.scoped(
        Effect.gen(function* () {
          const { ask } = yield* bare({ data })
          const first = yield* ask("POST", "/v1/keys", body, header)
          const second = yield* ask("POST", "/v1/keys", body, header)
          const other = yield* ask("POST", "/v1/keys", { ...body, label: "twice" }, header)
          assert.strictEqual(codeOf(other), "422 idempotency_mismatch")
          return [first, second] as const
        })
      )
      assert.isString(membersOf(made)["raw_key"])
      assert.deepStrictEqual([repeated.status, repeated.json], [201, { ...membersOf(made), raw_key: null }])
      const { ask } = yield* bare({ data, bootstrap: false })
      const later = yield* ask("POST", "/v1/keys", body, header)
      assert.deepStrictEqual([later.status, later.json], [201, repeated.json])
      assert.lengthOf(itemsOf(yield* ask("GET", "/v1/keys")), 2)
    }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))
  )

  it.live("does not remember what was refused", () =>
    Effect.gen(function* () {
      const { ask } = yield* bare()
      const header = { "idempotency-key": "k" }
      const schedule = { name: "n", cron: "nonsense" }
      assert.strictEqual(codeOf(yield* ask("POST", "/v1/schedules", schedule, header)), "422 invalid_request")
      assert.strictEqual((yield* ask("POST", "/v1/schedules", { ...schedule, cron: "0 3 * * *" }, header)).status, 201)
    }).pipe(Effect.scoped)
  )
})
