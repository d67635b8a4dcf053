import { assert, describe, it } from "@effect/vitest"
import { Context, Deferred, Effect, Fiber } from "effect"
import { Database } from "../../../src/store/Database.ts"
import type { Told } from "../../support/Service.ts"
import { bare, codeOf, itemsOf, membersOf } from "../../support/V1.ts"

const lab = { name: "lab", ip_address: "127.0.0.1", port: 8006, username: "a@pve", password: "a-secret-that-stays" }

const etagOf = ({ headers }: Told): string => String(headers["etag"])

describe("/v1/endpoints", () => {
  it.live("are created, read, changed by who has read them, and deleted", () =>
    Effect.gen(function* () {
      const { ask } = yield* bare()
      const created = yield* ask("POST", "/v1/endpoints/proxmox", lab)
      assert.strictEqual(created.status, 201)
      const { location = "" } = created.headers
      assert.strictEqual(location, `/v1/endpoints/proxmox/${String(membersOf(created)["id"])}`)
      assert.include(membersOf(created), { source: "lab", enabled: true, allow_writes: false })

      const read = yield* ask("GET", String(location))
      assert.deepStrictEqual([read.status, read.json, etagOf(read)], [200, created.json, etagOf(created)])
      assert.strictEqual(codeOf(yield* ask("PATCH", String(location), { port: 8007 })), "428 precondition_required")
      const changed = yield* ask("PATCH", String(location), { port: 8007 }, { "if-match": etagOf(read) })
      assert.deepInclude(changed.json, { port: 8007, name: "lab" })
      const late = { "if-match": etagOf(read) }
      assert.strictEqual(codeOf(yield* ask("PATCH", String(location), { port: 1 }, late)), "412 precondition_failed")
      assert.strictEqual(codeOf(yield* ask("DELETE", String(location), undefined, late)), "412 precondition_failed")

      const gone = yield* ask("DELETE", String(location), undefined, { "if-match": etagOf(changed) })
      assert.deepStrictEqual([gone.status, gone.text], [204, ""])
      assert.strictEqual(codeOf(yield* ask("GET", String(location))), "404 not_found")
      assert.lengthOf(itemsOf(yield* ask("GET", "/v1/endpoints/proxmox")), 0)
    }).pipe(Effect.scoped)
  )

  it.live("change only as they were read, also where an old route changes them while they wait", () =>
    Effect.gen(function* () {
      const { ask, service } = yield* bare()
      const path = String((yield* ask("POST", "/v1/endpoints/proxmox", lab)).headers["location"])
      const old = path.replace("/v1/endpoints/proxmox", "/proxmox/endpoints")
      const match = { "if-match": etagOf(yield* ask("GET", path)) }
      const gate = yield* Deferred.make<void>()
      const { change } = Context.get(service.context, Database)
      const held = change({ actor: "test", requestId: null }, () =>
        Effect.as(Deferred.await(gate), { value: undefined, changed: [] })
      )
      /** Each waits behind the one before. */
      const queued = <A, E>(request: Effect.Effect<A, E>) =>
        Effect.tap(Effect.fork(request), () => Effect.sleep("300 millis"))
      yield* queued(held)
      const put = yield* queued(ask("PUT", old, { port: 8007 }))
      const patch = yield* queued(ask("PATCH", path, { port: 8008 }, match))
      const remove = yield* queued(ask("DELETE", path, undefined, match))
      yield* Deferred.succeed(gate, undefined)
      assert.strictEqual((yield* Fiber.join(put)).status, 200)
      assert.strictEqual(codeOf(yield* Fiber.join(patch)), "412 precondition_failed")
      assert.strictEqual(codeOf(yield* Fiber.join(remove)), "412 precondition_failed")
      assert.deepInclude((yield* ask("GET", path)).json, { port: 8007 })
    }).pipe(Effect.scoped)
  )

  it.live("one NetBox and no second one; a second Proxmox of one name is refused", () =>
    Effect.gen(function* () {
      const { ask } = yield* bare()
      const netbox = { name: "netbox", ip_address: "127.0.0.1", port: 8000, token: "0123456789", verify_ssl: false }
      assert.strictEqual((yield* ask("POST", "/v1/endpoints/netbox", netbox)).status, 201)
      const second = yield* ask("POST", "/v1/endpoints/netbox", { ...netbox, name: "other" })
      assert.strictEqual(codeOf(second), "409 already_exists")
      yield* ask("POST", "/v1/endpoints/proxmox", lab)
      assert.strictEqual(codeOf(yield* ask("POST", "/v1/endpoints/proxmox", lab)), "400 refused")
    }).pipe(Effect.scoped)
  )

  it.live("what is wrong is told by field, all of it, and never what was sent", () =>
    Effect.gen(function* () {
      const { ask } = yield* bare()
      const wrong = { ...lab, port: 0, ip_address: "not-an-address-7c1", typo: "a-value-8d2" }
      const told = yield* ask("POST", "/v1/endpoints/proxmox", wrong)
      assert.strictEqual(codeOf(told), "422 invalid_request")
      for (const field of ["port", "ip_address", "typo"])
        assert.include(JSON.stringify(membersOf(told)["errors"]), field)
      for (const sent of ["not-an-address-7c1", "a-value-8d2", lab.password]) assert.notInclude(told.text, sent)
    }).pipe(Effect.scoped)
  )

  it.live("the journal says who changed what, by which request, without values", () =>
    Effect.gen(function* () {
      const { ask } = yield* bare()
      yield* ask("POST", "/v1/endpoints/proxmox", lab, { "x-request-id": "req-1" })
      const page = yield* ask("GET", "/v1/journal?type=ConfigurationChanged")
      const told = itemsOf(page).map(({ data }) => data)
      const created = told.find((data) => JSON.stringify(data).includes("endpoint/proxmox/"))
      assert.deepInclude(created, { change: "created", requestId: "req-1" })
      assert.notInclude(page.text, lab.password)
    }).pipe(Effect.scoped)
  )
})

describe("/v1/schedules", () => {
  it.live("are created, changed and deleted; what the service writes down does not change the ETag", () =>
    Effect.gen(function* () {
      const { ask } = yield* bare()
      const made = yield* ask("POST", "/v1/schedules", {
        name: "nightly",
        cron: "0 3 * * *",
        timezone: "Europe/Berlin"
      })
      assert.strictEqual(made.status, 201)
      assert.isNumber(membersOf(made)["next_at"])
      const path = String(made.headers["location"])
      assert.strictEqual(codeOf(yield* ask("PATCH", path, { enabled: false })), "428 precondition_required")
      const off = yield* ask("PATCH", path, { enabled: false }, { "if-match": etagOf(made) })
      assert.deepInclude(off.json, { enabled: false, next_at: null, cron: "0 3 * * *" })
      assert.notStrictEqual(etagOf(off), etagOf(made))
      assert.lengthOf(itemsOf(yield* ask("GET", "/v1/schedules")), 1)
      assert.strictEqual((yield* ask("DELETE", path, undefined, { "if-match": "*" })).status, 204)
      assert.strictEqual(codeOf(yield* ask("GET", path)), "404 not_found")
    }).pipe(Effect.scoped)
  )

  it.live("an expression, a zone or a name that cannot be used is told", () =>
    Effect.gen(function* () {
      const { ask } = yield* bare()
      for (const wrong of [{ cron: "every day" }, { timezone: "Mars/Base" }, { scope: { kind: ["x"] } }]) {
        const told = yield* ask("POST", "/v1/schedules", { name: "n", cron: "0 3 * * *", ...wrong })
        assert.strictEqual(codeOf(told), "422 invalid_request")
        assert.include(JSON.stringify(membersOf(told)["errors"]), Object.keys(wrong).join())
      }
    }).pipe(Effect.scoped)
  )
})

describe("/v1/encryption", () => {
  it.live("rotates in place; the new key is shown once", () =>
    Effect.gen(function* () {
      const { ask } = yield* bare()
      yield* ask("POST", "/v1/endpoints/proxmox", lab)
      const again = { "idempotency-key": "rotate-1" }
      const rotated = yield* ask("POST", "/v1/encryption/rotate", undefined, again)
      assert.deepInclude(rotated.json, { configured: true, verified: true, reencrypted: 1 })
      const { key } = membersOf(rotated)
      assert.isString(key)
      const repeated = yield* ask("POST", "/v1/encryption/rotate", undefined, again)
      assert.deepStrictEqual(repeated.json, { ...membersOf(rotated), key: null })
      assert.strictEqual(repeated.headers["idempotent-replayed"], "true")
      assert.deepInclude((yield* ask("GET", "/v1/encryption")).json, { configured: true, verified: true })
    }).pipe(Effect.scoped)
  )
})
