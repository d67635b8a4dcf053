import { lookup } from "node:dns"
import { createServer, type LookupFunction } from "node:net"
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Names } from "../../../src/http/AddressGuard.ts"
import type { Json } from "../../../src/domain/Json.ts"
import { certificate } from "../../support/Certificates.ts"
import * as ScriptedServer from "../../support/ScriptedServer.ts"
import * as Support from "../../support/Service.ts"
import { codeOf, membersOf } from "../../support/V1.ts"

/** Where only the service's own machine or its cloud answers, in the ways that clients of HTTP understand. */
const refused = [
  "127.0.0.1",
  "127.1",
  "127.0.0.1.",
  "127.8.9.10",
  "2130706433",
  "0x7f000001",
  "0x7f.0.0.1",
  "0177.0.0.1",
  "017700000001",
  "localhost",
  "LOCALHOST",
  "localhost.",
  "::1",
  "0:0:0:0:0:0:0:1",
  "::ffff:127.0.0.1",
  "::ffff:7f00:1",
  "::127.0.0.1",
  "64:ff9b::7f00:1",
  "64:ff9b::a9fe:a9fe",
  "2002:7f00:1::",
  "0.0.0.0",
  "0",
  "::",
  "169.254.169.254",
  "::ffff:169.254.169.254",
  "0xa9fea9fe",
  "2852039166",
  "169.254.170.2",
  "fe80::1",
  "fd00:ec2::254",
  "fd20:ce::254",
  "100.100.100.200",
  "168.63.129.16",
  "192.0.0.192",
  "224.0.0.1",
  "ff02::1",
  "255.255.255.255",
  "240.0.0.1",
  "inside.test",
  "both.test",
  "nobody.test"
]

/** No host names: a URL may not be smuggled in, either. */
const malformed = [
  "127.0.0.1:80",
  "http://127.0.0.1",
  "a@127.0.0.1",
  "127.0.0.1/..",
  "127.0.0.1#",
  "fe80::1%lo",
  "[::1]",
  "１２７.0.0.1"
]

/** A server that counts who comes, whatever they speak. */
const counting = Effect.acquireRelease(
  Effect.async<{ readonly port: number; readonly came: () => number; readonly close: () => void }>((resume) => {
    let came = 0
    const server = createServer((socket) => {
      came += 1
      socket.destroy()
    })
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      resume(Effect.succeed({ port, came: () => came, close: () => server.close() }))
    })
  }),
  ({ close }) => Effect.sync(close)
)

/** Names that lead where a test wants, and may lead elsewhere at any time. */
const naming = (names: { readonly [name: string]: ReadonlyArray<string> }) => {
  const known = new Map(Object.entries(names))
  const asked: Array<string> = []
  const find: LookupFunction = (host, options, done) => {
    const found = known.get(host)
    if (found === undefined) return lookup(host, options, done)
    asked.push(host)
    const addresses = found.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }))
    setImmediate(() => (options.all === true ? done(null, addresses) : done(null, addresses[0]?.address ?? "", 4)))
  }
  return { find, asked, move: (name: string, to: ReadonlyArray<string>) => void known.set(name, to) }
}

const folder = Effect.flatMap(FileSystem.FileSystem, (files) => Effect.orDie(files.makeTempDirectoryScoped())).pipe(
  Effect.provide(NodeContext.layer)
)

const credentials = { username: "root@pam", password: "planted-password-6b1f" }

const token = "91f6cafe91f6cafe91f6cafe91f6cafe91f6cafe"

type Row = { readonly [name: string]: Json }

const proxmox: Row = { name: "pve", port: 8006, ip_address: "203.0.113.10", ...credentials }

const netbox: Row = { name: "netbox", port: 8000, ip_address: "203.0.113.10", token, verify_ssl: false }

const world = (names: ReturnType<typeof naming>, env: Readonly<Record<string, string>> = {}) =>
  Support.start({
    env: { PROXLEDGER_ALLOWED_RANGES: "", PROXBOX_NETBOX_MAX_RETRIES: "0", ...env }
  }).pipe(
    Effect.provideService(Names, names.find),
    Effect.tap(({ call }) => call("/admin/encryption/generate", { method: "POST" }))
  )

describe("addresses that only the service reaches", () => {
  it.scopedLive(
    `are refused on both surfaces, created or changed: ${refused.length} of them`,
    () =>
      Effect.gen(function* () {
        const names = naming({
          "inside.test": ["127.0.0.1"],
          "both.test": ["203.0.113.10", "::1"],
          "nobody.test": []
        })
        names.move("nobody.test", ["169.254.169.254"])
        const { call } = yield* world(names)
        const kept = yield* call("/v1/endpoints/proxmox", {
          method: "POST",
          json: { ...proxmox, domain: "203.0.113.11" }
        })
        assert.strictEqual(kept.status, 201, kept.text)
        const keptNetBox = yield* call("/v1/endpoints/netbox", { method: "POST", json: netbox })
        assert.strictEqual(keptNetBox.status, 201, keptNetBox.text)
        const match = { "if-match": "*" }
        for (const domain of refused) {
          const tries: ReadonlyArray<readonly [method: string, path: string, json: Row]> = [
            ["POST", "/proxmox/endpoints", { ...proxmox, name: "other", domain }],
            ["PUT", "/proxmox/endpoints/1", { domain }],
            ["PUT", "/netbox/endpoint/1", { domain }],
            ["POST", "/v1/endpoints/proxmox", { ...proxmox, name: "other", domain }],
            ["PATCH", "/v1/endpoints/proxmox/1", { domain }],
            ["PATCH", "/v1/endpoints/netbox/1", { domain }]
          ]
          for (const [method, path, json] of tries) {
            const told = yield* call(path, { method, json, headers: match })
            assert.strictEqual(told.status, 400, `${method} ${path} ${domain}: ${told.text}`)
            const { detail } = membersOf(told)
            assert.match(String(detail), /^Invalid (IP address|domain): /, domain)
            assert.include(String(detail), domain)
            assert.include(String(detail), "PROXLEDGER_ALLOWED_RANGES")
            if (path.startsWith("/v1")) assert.strictEqual(codeOf(told), "400 refused")
          }
        }
        for (const domain of malformed) {
          for (const path of ["/proxmox/endpoints", "/v1/endpoints/proxmox"]) {
            const told = yield* call(path, { method: "POST", json: { ...proxmox, name: "other", domain } })
            assert.strictEqual(told.status, 422, `${path} ${domain}`)
          }
        }
        const rows = yield* call("/v1/endpoints/proxmox")
        assert.include(rows.text, '"domain":"203.0.113.11"')
        assert.lengthOf((membersOf(rows)["items"] ?? []) as ReadonlyArray<Json>, 1)
        yield* call("/netbox/endpoint/1", { method: "DELETE" })
        for (const domain of refused) {
          for (const path of ["/netbox/endpoint", "/v1/endpoints/netbox"]) {
            const told = yield* call(path, { method: "POST", json: { ...netbox, domain } })
            assert.strictEqual(told.status, 400, `${path} ${domain}: ${told.text}`)
          }
        }
        assert.deepStrictEqual((yield* call("/netbox/endpoint")).json, [])
      }),
    60_000
  )

  it.scopedLive(
    "are not connected to by a name that was fine when it was stored and leads there now",
    () =>
      Effect.gen(function* () {
        const inside = yield* counting
        const names = naming({ "moving.test": ["203.0.113.10"] })
        const { call } = yield* world(names)
        const at = { domain: "moving.test", ip_address: "", port: inside.port }
        const stored = [
          yield* call("/v1/endpoints/netbox", { method: "POST", json: { ...netbox, ...at } }),
          yield* call("/v1/endpoints/proxmox", { method: "POST", json: { ...proxmox, ...at } })
        ]
        assert.deepStrictEqual(
          stored.map(({ status }) => status),
          [201, 201]
        )
        const before = names.asked.length
        names.move("moving.test", ["127.0.0.1"])
        const probe = yield* call("/netbox/endpoint/1/probe")
        assert.deepInclude(probe.json, { reachable: false, status: "connection_error" })
        assert.match(probe.text, /moving\.test leads to 127\.0\.0\.1.*PROXLEDGER_ALLOWED_RANGES/)
        assert.strictEqual(names.asked.length, before + 1)
        for (const path of ["/netbox/status", "/netbox/openapi"]) assert.strictEqual((yield* call(path)).status, 400)
        const inventory = yield* call("/proxmox/cluster/status")
        assert.strictEqual(inventory.status, 502)
        assert.match(inventory.text, /moving\.test leads to 127\.0\.0\.1/)
        assert.match((yield* call("/readyz", { key: null })).text, /moving\.test leads to 127\.0\.0\.1/)
        const sync = yield* call("/full-update", { method: "POST" })
        assert.notStrictEqual(sync.status, 200)
        names.move("moving.test", ["203.0.113.10", "127.0.0.1"])
        yield* call("/netbox/status")
        assert.strictEqual(inside.came(), 0)
      }),
    60_000
  )

  it.scopedLive(
    "are not connected to although a row has them, as one of a time when they were allowed",
    () =>
      Effect.gen(function* () {
        const inside = yield* counting
        const allowed = { PROXLEDGER_ALLOWED_RANGES: "127.0.0.0/8,::1" }
        const data = yield* folder
        yield* Effect.scoped(
          Effect.gen(function* () {
            const { call } = yield* Support.start({ data, env: allowed })
            yield* call("/admin/encryption/generate", { method: "POST" })
            const at = { ip_address: "127.0.0.1", port: inside.port }
            assert.strictEqual(
              (yield* call("/netbox/endpoint", { method: "POST", json: { ...netbox, ...at } })).status,
              200
            )
            for (const [name, host] of [
              ["v4", { ip_address: "127.0.0.1" }],
              ["v6", { ip_address: "::1" }],
              ["name", { ip_address: "", domain: "localhost" }]
            ] as const) {
              const json = { ...proxmox, name, port: inside.port, ...host }
              assert.strictEqual((yield* call("/proxmox/endpoints", { method: "POST", json })).status, 200)
            }
            yield* call("/netbox/endpoint/1/probe")
          })
        )
        const came = inside.came()
        assert.isAbove(came, 0)
        const { call } = yield* Support.start({
          data,
          bootstrap: false,
          env: { PROXLEDGER_ALLOWED_RANGES: "", PROXBOX_NETBOX_MAX_RETRIES: "0" }
        })
        assert.include((yield* call("/netbox/endpoint/1/probe")).text, "127.0.0.1 is no address of a server")
        const ready = yield* call("/readyz", { key: null })
        for (const told of ["127.0.0.1 is no", "::1 is no", "localhost leads to"]) assert.include(ready.text, told)
        yield* call("/proxmox/cluster/status")
        yield* call("/full-update", { method: "POST" })
        assert.strictEqual(inside.came(), came)
      }),
    60_000
  )

  it.scopedLive(
    "are not reached by a redirect, as no redirect is followed",
    () =>
      Effect.gen(function* () {
        const inside = yield* counting
        const redirecting: ScriptedServer.Script = ({ url }, response) =>
          void response.writeHead(302, { location: `http://127.0.0.1:${inside.port}${url}` }).end()
        const one = yield* ScriptedServer.serve(redirecting)
        const other = yield* ScriptedServer.serve(redirecting, certificate({ names: "IP:127.0.0.1", days: 30 }))
        const { call } = yield* world(naming({}), { PROXLEDGER_ALLOWED_RANGES: "127.0.0.0/8" })
        const at = (url: string) => ({ ip_address: "127.0.0.1", port: Number(new URL(url).port), verify_ssl: false })
        yield* call("/v1/endpoints/netbox", { method: "POST", json: { ...netbox, ...at(one.url) } })
        yield* call("/v1/endpoints/proxmox", { method: "POST", json: { ...proxmox, ...at(other.url) } })
        assert.strictEqual((yield* call("/netbox/status")).status, 400)
        assert.strictEqual((yield* call("/proxmox/cluster/status")).status, 502)
        yield* call("/readyz", { key: null })
        yield* call("/full-update", { method: "POST" })
        assert.isAbove(one.seen.length, 1)
        assert.isAbove(other.seen.length, 1)
        assert.strictEqual(inside.came(), 0)
      }),
    60_000
  )
})
