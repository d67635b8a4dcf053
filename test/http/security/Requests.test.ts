import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { open } from "../../support/Raw.ts"
import * as ScriptedServer from "../../support/ScriptedServer.ts"
import { certificate } from "../../support/Certificates.ts"
import * as Support from "../../support/Service.ts"
import { itemsOf, membersOf } from "../../support/V1.ts"

const keyed = `x-proxbox-api-key: ${Support.key}\r\n`

/** The answer to a request whose every byte is the test's. */
const raw = (port: number, head: string, body: string | Buffer = "") =>
  Effect.scoped(
    Effect.gen(function* () {
      const { closed, socket } = yield* open(port)
      socket.write(`${head}connection: close\r\n\r\n`)
      if (body.length > 0) socket.write(body)
      return yield* closed
    })
  )

const get = (port: number, target: string, headers = keyed) =>
  raw(port, `GET ${target} HTTP/1.1\r\nhost: x\r\n${headers}`)

const statusOf = (text: string) => Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1])

const up = [
  "..",
  "%2e%2e",
  "%2E.",
  "..%2f..",
  "%2e%2e%2f%2e%2e",
  "..%5c..",
  "%252e%252e%252f",
  "..;",
  "....//..",
  "%c0%ae%c0%ae"
]

describe("paths", () => {
  it.scopedLive("lead nowhere but to their own endpoint, however they are written", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const pve = yield* ScriptedServer.serve(
        ({ url }, response) => {
          seen.push(url)
          ScriptedServer.json(response, 200, { data: [{ type: "node", name: "pve1", id: "node/pve1", online: 1 }] })
        },
        certificate({ names: "IP:127.0.0.1", days: 30 })
      )
      const { call, port } = yield* Support.start()
      yield* call("/admin/encryption/generate", { method: "POST" })
      const at = { ip_address: "127.0.0.1", port: Number(new URL(pve.url).port), verify_ssl: false }
      const json = {
        name: "pve",
        username: "root@pam",
        token_name: "t",
        token_value: "planted-token-value-5d1c",
        ...at
      }
      assert.strictEqual((yield* call("/v1/endpoints/proxmox", { method: "POST", json })).status, 201)
      for (const part of up) {
        for (const target of [
          `/proxmox/nodes/${part}/network`,
          `/proxmox/nodes/pve1%2f${part}/network`,
          `/proxmox/${part}/qemu/100/config`,
          `/proxmox/pve1/${part}/100/config`,
          `/proxmox/pve1/qemu/${part}/config`,
          `/v1/runs/${part}`,
          `/v1/runs/${part}/events`,
          `/v1/objects/virtualization.virtualmachine/${part}`,
          `/v1/objects/${part}/x`,
          `/v1/endpoints/proxmox/${part}`,
          `/v1/schedules/${part}`,
          `/auth/keys/${part}`,
          `/static/${part}/etc/passwd`,
          `/docs/${part}/${part}/etc/passwd`,
          `/${part}/${part}/etc/passwd`,
          `//${part}`
        ]) {
          const text = yield* get(port, target)
          assert.include([400, 404, 405, 422], statusOf(text), target)
          assert.notInclude(text, "root:")
        }
      }
      for (const url of seen) assert.match(url, /^\/api2\/json\/(cluster\/status|nodes\/pve1\/qemu\/\d+\/config)$/)
    })
  )

  it.scopedLive("that need a key need it however they are written", () =>
    Effect.gen(function* () {
      const { port } = yield* Support.start()
      for (const target of [
        "/auth/keys",
        "/auth/keys/",
        "//auth/keys",
        "/auth//keys",
        "/AUTH/KEYS",
        "/auth/keys?/docs",
        "/auth/keys;/docs",
        "/auth/keys#/docs",
        "/auth/keys%00",
        "/auth%2fkeys",
        "/docs/../auth/keys",
        "/docs/%2e%2e/auth/keys",
        "/docs%2f..%2fauth%2fkeys",
        "/health/..;/auth/keys",
        "/./auth/keys",
        "/v1/../auth/keys",
        "http://x/auth/keys",
        "http://x/docs/../auth/keys",
        "/v1/keys",
        "/v1/journal",
        "/metrics",
        "/admin/logs",
        "/openapi.json/../v1/keys"
      ]) {
        for (const headers of [
          "",
          "x-original-url: /docs\r\n",
          "x-rewrite-url: /docs\r\nx-forwarded-prefix: /docs\r\n"
        ]) {
          const text = yield* get(port, target, headers)
          assert.include([400, 401, 404], statusOf(text), `${target} ${headers}`)
          assert.notInclude(text, '"created_at"')
        }
      }
    })
  )
})

describe("headers", () => {
  it.scopedLive("say nothing that a client wrote: no line of an answer, of the log or of the journal is its own", () =>
    Effect.gen(function* () {
      const { call, port, text } = yield* Effect.map(Support.start(), (service) => ({ ...service, text: service.call }))
      const injected = "a\r\nx-injected: yes\r\n\r\n<html>"
      const encoded = encodeURIComponent(injected)
      const made = yield* call("/v1/keys", { method: "POST", json: { label: injected, scopes: ["admin"] } })
      assert.strictEqual(made.status, 201)
      const key = String(membersOf(made)["raw_key"])
      const headers = (value: string) =>
        ["x-request-id", "x-proxbox-actor", "idempotency-key", "origin", "x-forwarded-for", "if-match", "last-event-id"]
          .map((name) => `${name}: ${value}\r\n`)
          .join("")
      for (const value of [encoded, "a\tb", "a'b\"c", "é\u0085x", "%0d%0aset-cookie:%20a=b"]) {
        const answer = yield* get(
          port,
          `/v1/keys?a=${encoded}&${encoded}=b`,
          `x-proxbox-api-key: ${key}\r\n${headers(value)}`
        )
        assert.strictEqual(statusOf(answer), 200, value)
        const [head = ""] = answer.split("\r\n\r\n")
        assert.notMatch(head, /injected|set-cookie|%0d/i)
        assert.match(head, /\r\nx-request-id: [0-9a-f-]{36}\r\n/)
      }
      for (const value of ["a\u0000b", "a\rb", "a\nb", "\u001b[31mred"]) {
        assert.strictEqual(statusOf(yield* get(port, "/v1/keys", `${keyed}x-request-id: ${value}\r\n`)), 400)
      }
      const schedule = { name: injected, cron: "0 3 * * *" }
      const stored = yield* call("/v1/schedules", { method: "POST", key, json: schedule })
      assert.strictEqual(stored.status, 201, stored.text)
      const journal = yield* text("/v1/journal?type=ConfigurationChanged")
      const actors = itemsOf(journal).map(({ data }) => JSON.stringify(data))
      assert.isTrue(actors.some((data) => data.includes("key 2 (a")))
      yield* call(`/${"x".repeat(10_000)}`, { method: "POST" })
      for (const line of itemsOf(yield* text("/admin/logs?limit=200"), "logs")) {
        assert.isBelow(String(line["message"]).length, 1000)
        assert.notMatch(String(line["message"]), /[\u0000-\u001f\u007f-\u009f]/)
      }
    })
  )

  it.scopedLive("to Proxmox and NetBox hold nothing that a client put into a credential or a query", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const script: ScriptedServer.Script = ({ headers, url }, response) => {
        seen.push(JSON.stringify({ headers, url }))
        ScriptedServer.json(response, 200, { data: [], results: [], next: null })
      }
      const pve = yield* ScriptedServer.serve(script, certificate({ names: "IP:127.0.0.1", days: 30 }))
      const nb = yield* ScriptedServer.serve(script)
      const { call } = yield* Support.start({ env: { PROXBOX_NETBOX_MAX_RETRIES: "0" } })
      yield* call("/admin/encryption/generate", { method: "POST" })
      const at = (url: string) => ({ ip_address: "127.0.0.1", port: Number(new URL(url).port), verify_ssl: false })
      const split = "x\r\nx-injected: yes"
      const proxmox = { name: "pve", token_value: "planted-token-value-5d1c", ...at(pve.url) }
      const statuses = [
        yield* call("/v1/endpoints/netbox", {
          method: "POST",
          json: { name: "n", token: `${"a".repeat(20)}${split}`, ...at(nb.url) }
        }),
        yield* call("/v1/endpoints/proxmox", {
          method: "POST",
          json: { ...proxmox, username: "a@pam", token_name: "t", token_value: `planted-value-3c3c${split}` }
        })
      ].map(({ status }) => status)
      assert.deepStrictEqual(statuses, [422, 422])
      yield* call("/v1/endpoints/netbox", {
        method: "POST",
        json: { name: "n", token: "planted-netbox-token-77aa", ...at(nb.url) }
      })
      for (const [name, rest] of [
        ["one", { username: `root@pam${split}`, token_name: "t" }],
        ["two", { username: "root@pam", token_name: `t${split}` }],
        ["three", { username: `root@pam${split}`, password: `planted-password-1e9d${split}`, token_value: null }]
      ] as const) {
        yield* call("/v1/endpoints/proxmox", { method: "POST", json: { ...proxmox, name, ...rest } })
      }
      for (const path of [
        "/proxmox/cluster/status",
        "/readyz",
        `/full-update?netbox_branch_schema_id=${encodeURIComponent(split)}`,
        `/proxmox/cluster/resources?type=${encodeURIComponent(split)}`,
        "/full-update"
      ]) {
        const told = yield* call(path)
        assert.notInclude(told.text, "planted-")
      }
      for (const one of seen) assert.notInclude(one, '"x-injected"')
    })
  )

  it.scopedLive("that contradict one another are refused", () =>
    Effect.gen(function* () {
      const { call, port } = yield* Support.start()
      const post = (headers: string, body = "{}") =>
        raw(
          port,
          `POST /v1/schedules HTTP/1.1\r\nhost: x\r\n${keyed}content-type: application/json\r\n${headers}`,
          body
        )
      for (const headers of [
        "content-length: 2\r\ncontent-length: 5\r\n",
        "content-length: 2\r\ntransfer-encoding: chunked\r\n",
        "transfer-encoding: gzip, chunked, gzip\r\n",
        "content-length: -1\r\n",
        "content-length: 0x2\r\n",
        "content-length : 2\r\n"
      ]) {
        assert.strictEqual(statusOf(yield* post(headers)), 400, headers)
      }
      const twoKeys = yield* get(port, "/v1/keys", `${keyed}${keyed}`)
      assert.strictEqual(statusOf(twoKeys), 401)
      const twoTypes = yield* raw(
        port,
        `POST /v1/schedules HTTP/1.1\r\nhost: x\r\n${keyed}content-type: text/plain\r\ncontent-type: application/json\r\ncontent-length: 2\r\n`,
        "{}"
      )
      assert.include([415, 422], statusOf(twoTypes))
      assert.strictEqual((yield* call("/v1/keys")).status, 200)
    })
  )
})
