import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, FastCheck, JSONSchema, Option, Random, Redacted, Schema } from "effect"
import { Journal } from "../../src/journal/Journal.ts"
import { Database } from "../../src/store/Database.ts"
import { Endpoints, NetBoxChanges, NetBoxInput, ProxmoxChanges, ProxmoxInput } from "../../src/store/Endpoints.ts"
import * as Rules from "../../src/store/EndpointRules.ts"
import { child } from "../journal/child.ts"
import { behind, by, changes, everything, fresh, inFolder, key, netbox, proxmox, said } from "./folder.ts"

const env = { PROXBOX_ENCRYPTION_KEY: key }

const within = <A, E>(effect: Effect.Effect<A, E, Endpoints | Database | Journal>, folder = fresh()) =>
  Effect.provide(effect, inFolder(folder, env))

const detail = <A, E extends { readonly message: string }, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(effect), ({ message }) => message)

const secret = (text: string) => Redacted.make(text)

describe("the NetBox endpoint", () => {
  it.live("is one, under its name, without its secrets", () =>
    within(
      Effect.gen(function* () {
        const endpoints = yield* Endpoints
        assert.deepStrictEqual(yield* endpoints.netbox, [])
        const made = yield* endpoints.createNetBox(netbox({ name: "  NetBox é (main) " }), by)
        assert.deepStrictEqual(made, {
          id: 1,
          name: "  NetBox é (main) ",
          ip_address: "10.0.0.5/24",
          domain: "",
          port: 8000,
          token_version: "v1",
          verify_ssl: false,
          enabled: true
        })
        assert.deepStrictEqual(yield* endpoints.netbox, [made])
        assert.strictEqual(
          yield* detail(endpoints.createNetBox(netbox({ name: "other" }), by)),
          "Only one NetBox endpoint is allowed"
        )
      })
    )
  )

  it.live("asks for the credentials of its version", () =>
    within(
      Effect.gen(function* () {
        const endpoints = yield* Endpoints
        const refused = (changes: Partial<NetBoxInput>) => detail(endpoints.createNetBox(netbox(changes), by))
        assert.match(yield* refused({ token_version: "v3" }), /Must be 'v1' or 'v2'/)
        assert.strictEqual(yield* refused({ token: secret(" ") }), "token is required for NetBox API token v1")
        assert.match(yield* refused({ token_version: "v2" }), /token_key and token \(secret\) must both be set/)
        assert.match(yield* refused({ ip_address: "" }), /ip_address or domain/)
        yield* endpoints.createNetBox(netbox({ token_key: secret("not of v1") }), by)

        const change = (sent: NetBoxChanges) => endpoints.updateNetBox(1, sent, by)
        assert.match(yield* detail(change({ token_version: "v2", token_key: secret("abc") })), /must both be set/)
        yield* change({ token_version: "V2", token_key: secret("nbt_abc"), token: secret("half") })
        const token = Effect.map(endpoints.netboxConnection, (found) => Redacted.value(Option.getOrThrow(found).token))
        assert.strictEqual(yield* token, "nbt_abc.half")
        yield* change({ token_key: secret("abd") })
        assert.strictEqual(yield* token, "nbt_abd.half")
        assert.match(yield* detail(change({ token_version: "v1" })), /token is required/)
        yield* change({ token_version: "v1", token: secret("whole") })
        assert.strictEqual(yield* token, "whole")
        assert.match(yield* detail(change({ token: null })), /token is required/)
      })
    )
  )

  it.live("changes what is sent, and nothing where that is the same", () =>
    within(
      Effect.gen(function* () {
        const endpoints = yield* Endpoints
        yield* endpoints.createNetBox(netbox(), by)
        const before = yield* endpoints.revision
        const { token } = netbox()
        yield* endpoints.updateNetBox(1, { name: "netbox", port: 8000, token, token_version: "v1" }, by)
        assert.strictEqual(yield* endpoints.revision, before)
        const changed = yield* endpoints.updateNetBox(1, { enabled: false }, by)
        assert.isFalse(changed.enabled)
        assert.isAbove(yield* endpoints.revision, before)
        assert.isTrue(Option.isNone(yield* endpoints.netboxConnection))
        assert.strictEqual(yield* detail(endpoints.updateNetBox(2, {}, by)), "There is no NetBox endpoint 2")
        yield* endpoints.removeNetBox(1, by)
        assert.strictEqual((yield* endpoints.createNetBox(netbox(), by)).id, 2)
        assert.deepStrictEqual(yield* said, [
          "endpoint/netbox/1 created",
          "endpoint/netbox/1 updated",
          "endpoint/netbox/1 removed",
          "endpoint/netbox/2 created"
        ])
        const [, updated] = yield* changes
        assert.deepStrictEqual(updated?.fields, ["enabled"])
        assert.deepStrictEqual([updated?.actor, updated?.requestId], ["test", "request-1"])
      })
    )
  )

  it("has the address that its port, its certificate and its hosts give", () => {
    const url = (port: number, verify_ssl: boolean, domain: string, ip_address = "10.0.0.5/24") =>
      Rules.netBoxUrl({ port, verify_ssl, domain, ip_address })
    assert.strictEqual(url(443, false, ""), "https://10.0.0.5:443")
    assert.strictEqual(url(8000, true, ""), "https://10.0.0.5:8000")
    assert.strictEqual(url(8000, false, "netbox.lan"), "http://netbox.lan:8000")
    assert.strictEqual(url(80, false, "", "2001:db8::5/64"), "http://[2001:db8::5]:80")
  })
})

describe("Proxmox endpoints", () => {
  it.live("keep their names as they are, and have a permanent one", () =>
    within(
      Effect.gen(function* () {
        const endpoints = yield* Endpoints
        const named = (name: string) => Effect.map(endpoints.createProxmox(proxmox(name), by), ({ source }) => source)
        assert.strictEqual(yield* named("lab (nb:3)"), "lab")
        assert.strictEqual(yield* named("LAB"), "LAB-2")
        assert.strictEqual(yield* named("Rechenzentrum Süd / 1 (nb:12)"), "Rechenzentrum-S-d-1")
        assert.strictEqual(yield* named("日本"), "proxmox")
        assert.match(yield* detail(endpoints.createProxmox(proxmox("lab (nb:3)"), by)), /name already exists/)
        const moved = yield* endpoints.updateProxmox(1, { name: "other (nb:3)" }, by)
        assert.deepStrictEqual([moved.name, moved.source], ["other (nb:3)", "lab"])
        assert.match(yield* detail(endpoints.updateProxmox(1, { name: "LAB" }, by)), /name already exists/)
        assert.match(yield* detail(endpoints.createProxmox(proxmox("x", { source: "Lab" }), by)), /permanent name/)
      })
    )
  )

  it.live("ask for a password or a whole token, as the row is after the change", () =>
    within(
      Effect.gen(function* () {
        const endpoints = yield* Endpoints
        const together = "token_name and token_value must be provided together"
        const create = (changes: Partial<ProxmoxInput>) => endpoints.createProxmox(proxmox("lab", changes), by)
        assert.match(yield* detail(create({ password: null })), /Provide password or both/)
        assert.match(yield* detail(create({ password: secret("") })), /Provide password or both/)
        assert.strictEqual(yield* detail(create({ token_name: "sync" })), together)
        assert.strictEqual(yield* detail(create({ token_value: secret("value") })), together)
        assert.match(yield* detail(create({ ssh_host: "pve1" })), /missing ssh_target_node, ssh_username/)
        yield* create({})

        const change = (sent: ProxmoxChanges) => endpoints.updateProxmox(1, sent, by)
        const auth = Effect.map(endpoints.proxmoxConnections, ([one]) => {
          assert.isDefined(one)
          return "token" in one.auth ? Redacted.value(one.auth.token) : Redacted.value(one.auth.password)
        })
        assert.strictEqual(yield* auth, "password of lab")
        assert.strictEqual(yield* detail(change({ token_name: "sync" })), together)
        yield* change({ token_name: "sync", token_value: secret("one") })
        assert.strictEqual(yield* auth, "sync@pve!sync=one")
        // The value alone is enough where the name is stored, and the name alone where it is the same.
        yield* change({ token_value: secret("two") })
        yield* change({ token_name: "sync" })
        assert.strictEqual(yield* auth, "sync@pve!sync=two")
        assert.strictEqual(yield* detail(change({ token_name: "another" })), together)
        yield* change({ token_name: "root@pam!whole", token_value: secret("three") })
        assert.strictEqual(yield* auth, "root@pam!whole=three")
        yield* change({ password: null })
        assert.match(yield* detail(change({ token_name: null, token_value: null })), /Provide password or both/)
        yield* change({ token_name: null, token_value: null, password: secret("again") })
        assert.strictEqual(yield* auth, "again")
      })
    )
  )

  it.live("give clients what they need, of those that are enabled", () =>
    within(
      Effect.gen(function* () {
        const endpoints = yield* Endpoints
        yield* endpoints.createProxmox(proxmox("a", { domain: "a.lan", timeout: 7, retry_backoff: 0.25 }), by)
        yield* endpoints.createProxmox(proxmox("b", { enabled: false }), by)
        const [a, ...others] = yield* endpoints.proxmoxConnections
        assert.deepStrictEqual(others, [])
        assert.deepStrictEqual(a?.urls, ["https://a.lan:8006", "https://10.0.0.1:8006"])
        assert.deepStrictEqual([a?.timeout, a?.max_retries, a?.retry_backoff, a?.tls.verify], [7, 0, 0.25, true])
        assert.deepStrictEqual(a?.endpoint, (yield* endpoints.proxmox)[0])
        assert.deepStrictEqual(Rules.proxmoxUrls({ ip_address: "127.0.0.1", domain: "a.lan", port: 1 }), [
          "https://a.lan:1"
        ])
        assert.deepStrictEqual(Rules.proxmoxUrls({ ip_address: "127.0.0.1", domain: null, port: 1 }), [
          "https://127.0.0.1:1"
        ])
      })
    )
  )

  it.live("are written by many at once, each change in the journal, none lost", () =>
    within(
      Effect.gen(function* () {
        const endpoints = yield* Endpoints
        const names = Array.from({ length: 30 }, (_, index) => `cluster ${index}`)
        const made = yield* Effect.forEach(names, (name) => endpoints.createProxmox(proxmox(name), by), {
          concurrency: "unbounded"
        })
        const one = yield* Effect.forEach(names, () => Effect.either(endpoints.createProxmox(proxmox("the one"), by)), {
          concurrency: "unbounded"
        })
        assert.strictEqual(one.filter(Either.isRight).length, 1)
        yield* Effect.forEach(made, ({ id }) => endpoints.updateProxmox(id, { port: 9000 + id }, by), {
          concurrency: "unbounded"
        })
        const rows = yield* endpoints.proxmox
        assert.strictEqual(rows.length, 31)
        assert.isTrue(rows.every(({ id, name, port }) => name === "the one" || port === 9000 + id))
        assert.strictEqual((yield* changes).length, 61)
        assert.strictEqual(new Set(rows.map(({ source }) => source)).size, 31)
      })
    )
  )
})

describe("secrets", () => {
  it.live("are nowhere in the files, and open after a restart", () => {
    const folder = fresh()
    const planted = { password: "pl4nted-password", token: "pl4nted-value", netbox: "pl4nted-netbox" }
    const fill = Effect.gen(function* () {
      const endpoints = yield* Endpoints
      yield* endpoints.createNetBox(netbox({ token: secret(planted.netbox) }), by)
      yield* endpoints.createProxmox(proxmox("lab", { password: secret(planted.password) }), by)
      yield* endpoints.updateProxmox(1, { token_name: "t", token_value: secret(planted.token) }, by)
      const journal = yield* Journal
      const detail = `a note that holds ${planted.token} and ${planted.netbox}`
      yield* journal.append("run", 0, [{ _tag: "RunInterrupted", detail }])
    })
    return Effect.gen(function* () {
      yield* within(fill, folder)
      assert.notMatch(everything(folder), /pl4nted/)
      yield* within(
        Effect.gen(function* () {
          const journal = yield* Journal
          yield* journal.append("again", 0, [{ _tag: "RunInterrupted", detail: planted.netbox }])
          const [one] = yield* (yield* Endpoints).proxmoxConnections
          assert.isTrue(one !== undefined && "token" in one.auth)
          assert.notInclude(JSON.stringify(one), "pl4nted")
        }),
        folder
      )
      assert.notMatch(everything(folder), /pl4nted/)
    })
  })

  it.live("are refused where they would look encrypted, or not fit into a header", () =>
    Effect.sync(() => {
      const refused = (schema: Schema.Schema.AnyNoContext, body: object) =>
        assert.isTrue(Either.isLeft(Schema.decodeUnknownEither(schema)(body)), JSON.stringify(body))
      for (const token of ["enc:abc", "two words", "line\nbreak"]) refused(NetBoxChanges, { token })
      refused(ProxmoxChanges, { password: "enc:abc" })
      assert.isTrue(Either.isRight(Schema.decodeUnknownEither(ProxmoxChanges)({ password: "with blanks, and é" })))
    })
  )
})

describe("bodies", () => {
  const base = { name: "lab", ip_address: "10.0.0.1", port: 8006, username: "root@pam", password: "x" }
  const decode = Schema.decodeUnknownEither(ProxmoxInput)

  it("have the defaults of the contract, and pass over what is not known", () => {
    const input = Either.getOrThrow(decode({ ...base, mode: "cluster" }))
    assert.notProperty(input, "mode")
    assert.deepInclude(input, {
      verify_ssl: true,
      enabled: true,
      allow_writes: false,
      access_methods: "api",
      ssh_port: 22
    })
    const { domain, port, token_version } = Schema.decodeUnknownSync(NetBoxInput)({
      name: "n",
      ip_address: "::1",
      token: "t"
    })
    assert.deepStrictEqual([domain, port, token_version], ["", 443, "v1"])
  })

  it("are refused with the field, never with its value", () => {
    const wrong = [
      { name: null },
      { name: "" },
      { name: "x".repeat(256) },
      { ip_address: "not-an-address" },
      { ip_address: "10.0.0.300" },
      { domain: "https://pve1" },
      { domain: "pve1/path" },
      { port: 0 },
      { port: 65536 },
      { port: 1.5 },
      { access_methods: "ssh" },
      { timeout: 0 },
      { max_retries: 101 },
      { retry_backoff: -1 },
      { site_id: 0 },
      { node_device_name_template: "{cluster}" },
      { node_device_name_template: "{node}{secret}" }
    ]
    for (const fields of wrong) {
      assert.isTrue(Either.isLeft(decode({ ...base, ...fields })), JSON.stringify(fields))
      const changes = Schema.decodeUnknownEither(ProxmoxChanges)(fields)
      assert.isTrue(Either.isLeft(changes), JSON.stringify(fields))
    }
    const secrets = [
      { password: "enc:s3cret" },
      { password: ["s3cret"] },
      { token_value: "a s3cret b" },
      { port: "s3cret" },
      { ip_address: "s3cret.lan" },
      { name: { of: "s3cret" } }
    ]
    for (const fields of secrets) {
      const left = Either.flip(decode({ ...base, ...fields }))
      assert.notInclude(String(Either.getOrThrow(left)), "s3cret", JSON.stringify(fields))
    }
  })

  it("are described for the document of the API", () => {
    const made = [NetBoxInput, NetBoxChanges, ProxmoxInput, ProxmoxChanges].map((schema: Schema.Schema.AnyNoContext) =>
      JSON.stringify(JSONSchema.make(schema))
    )
    for (const text of made) {
      assert.match(text, /"maximum":65535/)
      assert.match(text, /"maxLength":1000/)
    }
  })

  it.prop(
    "with a permanent name that fits, whatever the name",
    [FastCheck.string(), FastCheck.array(FastCheck.string())],
    ([name, taken]) => {
      const sources = new Set<string>()
      for (const one of [...taken, name]) {
        const source = Rules.sourceOf(one, (candidate) => sources.has(candidate))
        assert.match(source, /^[A-Za-z0-9][A-Za-z0-9_.-]*$/)
        assert.isFalse(sources.has(source))
        sources.add(source)
      }
    }
  )
})

describe("kill -9", () => {
  it.live(
    "leaves what was acknowledged, and a journal that says what is there",
    () =>
      Effect.gen(function* () {
        const folder = fresh()
        const acknowledged: Array<number> = []
        for (let round = 0; round < 5; round += 1) {
          const wait = yield* Random.nextIntBetween(0, 40)
          let seen = 0
          yield* child("../store/worker.ts", ["create", folder], {
            line: (line, kill) => {
              acknowledged.push(Number(line))
              seen += 1
              if (seen === 3) setTimeout(kill, wait)
            }
          })
          yield* within(
            Effect.gen(function* () {
              const ids = (yield* (yield* Endpoints).proxmox).map(({ id }) => `endpoint/proxmox/${id}`)
              for (const id of acknowledged) assert.include(ids, `endpoint/proxmox/${id}`)
              // An id may be given again after its first row was undone: the last word counts.
              const last = new Map((yield* changes).map(({ change, subject }) => [subject, change]))
              const there = [...last].filter(([, change]) => change === "created").map(([subject]) => subject)
              assert.deepStrictEqual(there.sort(), ids.sort())
            }),
            folder
          )
        }
        assert.isAtLeast(acknowledged.length, 15)
      }),
    120_000
  )
})

describe("a refused append", () => {
  it.live("undoes the row, and a row that was lost is said", () => {
    const folder = fresh()
    return Effect.gen(function* () {
      yield* within(
        Effect.gen(function* () {
          yield* (yield* Endpoints).createProxmox(proxmox("kept"), by)
          yield* (yield* Endpoints).createProxmox(proxmox("lost"), by)
        }),
        folder
      )
      // As after a crash between the append and the commit, or a database that was restored from a copy.
      behind(folder, "DELETE FROM proxmox_endpoints WHERE name = 'lost'; UPDATE journaled SET version = 1")
      yield* within(
        Effect.gen(function* () {
          const expected = ["endpoint/proxmox/1 created", "endpoint/proxmox/2 created", "endpoint/proxmox/2 undone"]
          assert.deepStrictEqual(yield* said, expected)
        }),
        folder
      )
      yield* within(
        Effect.map(said, (all) => assert.strictEqual(all.length, 3)),
        folder
      )
    })
  })
})
