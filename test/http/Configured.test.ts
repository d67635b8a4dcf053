import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import * as Path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit } from "effect"
import * as Support from "../support/Service.ts"

const token = "0123456789abcdef0123456789abcdef01234567"

const configuration = (text: string): string => {
  const file = Path.join(mkdtempSync(Path.join(tmpdir(), "proxledger-")), "proxledger.yaml")
  writeFileSync(file, text)
  return file
}

const whole = `netbox:
  url: https://netbox.example.com:8443
  token: nbt_abcdefghijkl.${token}
proxmox:
  - name: lab
    urls: [https://pve1.example.com:8006, https://10.0.0.11:8006]
    token: root@pam!sync=aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee
    site: Berlin
    nodeName: "{node}.example.com"
  - name: home
    urls: [https://10.0.0.12:8006]
    username: root@pam
    password: hunter-two
    tls: { verify: false }
rules:
  - name: servers
    match: { name: "^web" }
    set: { role: web }
`

describe("a service with a configuration file", () => {
  it.scopedLive("makes the endpoints that are missing, and leaves alone what is there", () =>
    Effect.gen(function* () {
      const first = yield* Effect.scoped(
        Effect.gen(function* () {
          const service = yield* Support.start({
            config: configuration(whole),
            data: mkdtempSync(Path.join(tmpdir(), "proxledger-"))
          })
          const netbox = yield* service.call("/netbox/endpoint")
          assert.deepInclude((netbox.json as ReadonlyArray<object>)[0], {
            domain: "netbox.example.com",
            ip_address: "",
            port: 8443,
            token_version: "v2",
            verify_ssl: true
          })
          const proxmox = (yield* service.call("/proxmox/endpoints")).json as ReadonlyArray<object>
          assert.deepInclude(proxmox[0], {
            name: "lab",
            source: "lab",
            domain: "pve1.example.com",
            ip_address: "10.0.0.11",
            username: "root@pam",
            site_name: "Berlin",
            node_device_name_template: "{node}.example.com",
            verify_ssl: true
          })
          assert.deepInclude(proxmox[1], { name: "home", domain: null, ip_address: "10.0.0.12", verify_ssl: false })
          assert.deepInclude((yield* service.call("/admin/encryption/status")).json, {
            source: "local",
            encrypted_credentials_verified: true
          })
          const changed = yield* service.call("/proxmox/endpoints/1", { method: "PUT", json: { port: 8007 } })
          assert.strictEqual(changed.status, 200)
          assert.strictEqual((yield* service.call("/proxmox/endpoints/2", { method: "DELETE" })).status, 200)
          return service
        })
      )
      const again = yield* Support.start({ config: configuration(whole), data: first.data, bootstrap: false })
      const rows = (yield* again.call("/proxmox/endpoints")).json as ReadonlyArray<{
        readonly name: string
        readonly port: number
      }>
      assert.deepStrictEqual(
        rows.map(({ name, port }) => [name, port]),
        [
          ["lab", 8007],
          ["home", 8006]
        ]
      )
    })
  )

  it.scopedLive("needs neither endpoints nor a journal in it", () =>
    Effect.gen(function* () {
      const { call } = yield* Support.start({ config: configuration("removal: { policy: delete, grace: 7 days }\n") })
      assert.deepStrictEqual((yield* call("/proxmox/endpoints")).json, [])
      assert.deepStrictEqual((yield* call("/netbox/endpoint")).json, [])
    })
  )

  for (const [problem, text, said] of [
    ["a path", "netbox: { url: https://example.com/netbox, token: x }", /netbox\.url has a path/],
    [
      "no certificate to trust",
      "netbox: { url: 'https://example.com:8443', token: x, tls: { verify: false } }",
      /tls\.verify or tls\.fingerprint/
    ],
    ["a key that nobody knows", "netbx: {}", /netbx is not a known key/],
    [
      "a Proxmox without TLS",
      "proxmox: [{ name: a, urls: ['http://pve:8006'], token: 'a@b!c=d' }]",
      /proxmox\[0\]\.urls must begin with https/
    ]
  ] as const) {
    it.scopedLive(`does not start with ${problem}, and says so`, () =>
      Effect.gen(function* () {
        const exit = yield* Effect.exit(Support.start({ config: configuration(text) }))
        assert.isTrue(Exit.isFailure(exit))
        if (Exit.isFailure(exit)) assert.match(String(Cause.squash(exit.cause)), said)
      })
    )
  }

  it.scopedLive("has engines by the settings it was started with", () =>
    Effect.gen(function* () {
      const { service } = yield* Support.world({ env: { PROXBOX_NETBOX_GET_CACHE_MAX_ENTRIES: "77" } })
      const cache = yield* service.call("/cache")
      assert.deepNestedInclude(cache.json, { "netbox_get_cache_metrics.max_entries": 77 })
    })
  )
})
