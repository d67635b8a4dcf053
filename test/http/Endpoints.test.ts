import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Json } from "../../src/domain/Json.ts"
import * as Support from "../support/Service.ts"

const rowOf = (json: Json) => json as { readonly [name: string]: Json }

const pve = {
  name: "pve (nb:7)",
  ip_address: "127.0.0.1",
  domain: "10.0.0.10",
  port: 8006,
  username: "root@pam",
  token_name: "sync",
  token_value: "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
  password: null,
  verify_ssl: false,
  node_device_name_template: "",
  timeout: 5,
  max_retries: 0,
  retry_backoff: 0.5,
  allow_packer_template_builds: false,
  unknown_to_us: { anything: true }
}

const fresh = (env: Readonly<Record<string, string>> = {}) =>
  Effect.tap(Support.start({ env }), ({ call }) => call("/admin/encryption/generate", { method: "POST" }))

describe("endpoints of the compatible surface", () => {
  it.scopedLive("of NetBox there is one, and it is not asked while it is stored", () =>
    Effect.gen(function* () {
      const { netbox, service } = yield* Support.world()
      const { call } = service
      assert.deepStrictEqual(yield* netbox.requests, [])
      const [row] = (yield* call("/netbox/endpoint")).json as ReadonlyArray<Json>
      assert.hasAllKeys(row, [
        "id",
        "name",
        "ip_address",
        "domain",
        "port",
        "token_version",
        "verify_ssl",
        "enabled",
        "probe"
      ])
      const second = yield* call("/netbox/endpoint", {
        method: "POST",
        json: { name: "two", ip_address: "10.0.0.2", token: "a-token-of-nobody-4f1d" }
      })
      assert.strictEqual(second.status, 400)
      assert.deepStrictEqual(second.json, { detail: "Only one NetBox endpoint is allowed" })
      const same = yield* call("/netbox/endpoint/1", { method: "PUT", json: { name: "netbox" } })
      assert.deepStrictEqual(same.json, row)
      const v2 = yield* call("/netbox/endpoint/1", { method: "PUT", json: { token_version: "v2" } })
      assert.strictEqual(v2.status, 400)
      assert.deepStrictEqual(v2.json, {
        detail: "token_key and token (secret) must both be set for NetBox API token v2"
      })
      assert.deepStrictEqual(yield* netbox.requests, [])

      const probe = yield* call("/netbox/endpoint/1/probe")
      assert.deepInclude(probe.json, { reachable: true, status: "reachable", timeout_seconds: 10 })
      yield* call("/netbox/endpoint/1/probe")
      assert.strictEqual((yield* netbox.requests).length, 1)
      assert.property((yield* call("/netbox/status")).json, "netbox-version")
      assert.strictEqual((yield* call("/netbox/status?netbox_id=7")).status, 400)
      assert.strictEqual((yield* call("/netbox/endpoint/7/probe")).status, 404)

      yield* call("/netbox/endpoint/1", { method: "PUT", json: { port: 1 } })
      const dead = yield* call("/netbox/endpoint/1/probe")
      assert.strictEqual(dead.status, 200)
      assert.deepInclude(dead.json, { reachable: false, status: "connection_error" })
      assert.strictEqual((yield* call("/netbox/status")).status, 400)
      const gone = yield* call("/netbox/endpoint/1", { method: "DELETE" })
      assert.deepStrictEqual(gone.json, { message: "NetBox Endpoint deleted." })
      const nothing = yield* call("/netbox/status")
      assert.strictEqual(nothing.status, 400)
      assert.deepInclude(nothing.json, { message: "No NetBox endpoint found", python_exception: null })
    })
  )

  it.scopedLive("are never at an address that only this machine reaches", () =>
    Effect.gen(function* () {
      const { call } = yield* fresh({ PROXLEDGER_ALLOWED_RANGES: "" })
      for (const domain of ["127.0.0.1", "localhost", "169.254.169.254", "0x7f000001", "0.0.0.0"]) {
        const px = yield* call("/proxmox/endpoints", { method: "POST", json: { ...pve, domain } })
        assert.strictEqual(px.status, 400, domain)
        assert.match(String(rowOf(px.json)["detail"]), /^Invalid (IP address|domain): /)
        const nb = yield* call("/netbox/endpoint", {
          method: "POST",
          json: { name: "n", ip_address: "10.0.0.1", domain, token: "a-token-of-nobody-4f1d" }
        })
        assert.strictEqual(nb.status, 400, domain)
      }
      assert.strictEqual((yield* call("/proxmox/endpoints", { method: "POST", json: pve })).status, 200)
      const moved = yield* call("/proxmox/endpoints/1", { method: "PUT", json: { domain: "169.254.169.254" } })
      assert.strictEqual(moved.status, 400)
      const uncovered = yield* call("/proxmox/endpoints/1", { method: "PUT", json: { domain: null } })
      assert.strictEqual(uncovered.status, 400)
      assert.strictEqual(rowOf((yield* call("/proxmox/endpoints/1")).json)["domain"], "10.0.0.10")
    })
  )
})
