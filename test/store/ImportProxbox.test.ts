import * as Fs from "node:fs"
import * as Path from "node:path"
import { assert, beforeAll, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import { Effect, Option, Redacted } from "effect"
import type { Journal } from "../../src/journal/Journal.ts"
import type { Database } from "../../src/store/Database.ts"
import { Encryption } from "../../src/store/Encryption.ts"
import { Endpoints } from "../../src/store/Endpoints.ts"
import * as Fernet from "../../src/store/Fernet.ts"
import { type Imported, importProxbox } from "../../src/store/ImportProxbox.ts"
import { Keys } from "../../src/store/Keys.ts"
import { workplace } from "../support/Cli.ts"
import { by, everything, fresh, inFolder, netbox, proxmox, said } from "./folder.ts"
import { makeDatabase, proxboxApi } from "./proxboxApi.ts"

const oldKey = "the key of the old service"
const old = Option.some(Redacted.make(oldKey))

const within = <A, E>(
  effect: Effect.Effect<A, E, Endpoints | Encryption | Keys | Database | Journal>,
  folder = fresh(),
  env: Readonly<Record<string, string>> = { PROXBOX_ENCRYPTION_KEY: "our own key" }
) => Effect.provide(effect, inFolder(folder, env))

const lines = (all: ReadonlyArray<Imported>) =>
  all.map(({ detail, name, outcome, what }) => `${outcome}: ${what} ${name}${detail === "" ? "" : `: ${detail}`}`)

/** The built program, whose configuration is not needed here. */
const { run } = workplace({
  netbox: { url: "http://127.0.0.1:9", token: "none" },
  proxmox: { urls: ["https://127.0.0.1:9"], token: "none" }
})
const proxledger = (args: ReadonlyArray<string>) => Effect.promise(() => run(args))

const refusal = (file: string, key: Option.Option<Redacted.Redacted> = old) =>
  Effect.map(Effect.flip(importProxbox(file, key, by)), ({ message }) => message)

const found = await proxboxApi()
const missing = "missing" in found ? found.missing : ""
if (missing !== "") process.stderr.write(`Databases of proxbox-api are not tested: ${missing}\n`)

describe.skipIf("missing" in found)("a database that proxbox-api 0.0.30.post2 made", () => {
  const file = Path.join(fresh(), "database.db")
  beforeAll(async () => {
    if ("python" in found) await makeDatabase(found.python, file, oldKey)
  }, 120_000)

  it.live("is taken with its secrets, ids and keys", () => {
    const folder = fresh()
    return Effect.gen(function* () {
      const expected = [
        "taken: NetBox endpoint netbox",
        "taken: Proxmox endpoint lab (nb:7): as source lab",
        "taken: Proxmox endpoint edge: as source edge; its ip_address is a name and became the domain",
        "left out: Proxmox endpoint no auth: Provide password or both token_name/token_value",
        "taken: API key 1 (netbox-fastapi-1)",
        "taken: API key 2: it is not active",
        "left out: table pbsendpoint: 1 rows, not of use here"
      ]
      yield* within(
        Effect.gen(function* () {
          assert.deepStrictEqual(lines(yield* importProxbox(file, old, by)), expected)
          const endpoints = yield* Endpoints
          const connection = Option.getOrThrow(yield* endpoints.netboxConnection)
          assert.strictEqual(connection.url, "http://netbox.example.com:8000")
          assert.strictEqual(Redacted.value(connection.token), "nbt_netboxkey.netbox-half-s3cret")
          const [lab, ...others] = yield* endpoints.proxmoxConnections
          assert.deepStrictEqual(others, [])
          assert.deepStrictEqual([lab?.id, lab?.name, lab?.timeout], [3, "lab (nb:7)", 30])
          assert.isTrue(
            lab !== undefined &&
              "password" in lab.auth &&
              Redacted.value(lab.auth.password) === "pässword-s3cret with blanks"
          )
          yield* endpoints.updateProxmox(5, { enabled: true }, by)
          const edge = (yield* endpoints.proxmoxConnections)[1]
          assert.isTrue(
            edge !== undefined &&
              "token" in edge.auth &&
              Redacted.value(edge.auth.token) === "sync@pve!proxbox=2a1b4c-token-s3cret"
          )
          assert.deepStrictEqual(edge?.urls, ["https://pve-edge.example.com:443"])
          yield* endpoints.updateProxmox(5, { enabled: false }, by)
          assert.isTrue((yield* (yield* Encryption).status).verified)

          const keys = yield* Keys
          assert.isFalse(yield* keys.needsBootstrap)
          const opens = (raw: string) => Effect.map(keys.verify(Redacted.make(raw)), Option.isSome)
          assert.isTrue(yield* opens("an-api-key-of-the-old-service-0123456789"))
          assert.isFalse(yield* opens("a-retired-key-of-the-old-service-0123456"))
          assert.deepStrictEqual(
            (yield* said).filter((one) => one.endsWith("imported")),
            ["endpoint/netbox/1", "endpoint/proxmox/3", "endpoint/proxmox/5", "key/1", "key/2"].map(
              (one) => `${one} imported`
            )
          )
        }),
        folder
      )
      yield* within(
        Effect.gen(function* () {
          const before = (yield* said).length
          const again = lines(yield* importProxbox(file, old, by))
          assert.deepStrictEqual(
            again.filter((line) => !line.startsWith("left out")),
            [
              "same: NetBox endpoint netbox",
              "same: Proxmox endpoint lab (nb:7)",
              "same: Proxmox endpoint edge",
              "same: API key 1 (netbox-fastapi-1)",
              "same: API key 2"
            ]
          )
          assert.strictEqual((yield* said).length, before)
        }),
        folder
      )
      assert.notMatch(everything(folder), /s3cret|old-service/)
    })
  })

  it.live("is refused with another key, or none, and nothing is taken", () =>
    within(
      Effect.gen(function* () {
        assert.match(yield* refusal(file, Option.none()), /its credentials are encrypted\. Give the key .* --key-file/)
        assert.match(yield* refusal(file, Option.some(Redacted.make("wr0ng-s3cret"))), /the key opens none of its cred/)
        assert.deepStrictEqual(yield* (yield* Endpoints).proxmox, [])
        assert.isTrue(yield* (yield* Keys).needsBootstrap)
      })
    )
  )

  it.live(
    "is what `import-proxbox` takes, with a key from a file that becomes that of the service",
    () =>
      Effect.gen(function* () {
        const folder = fresh()
        const keyFile = Path.join(fresh(), "key")
        Fs.writeFileSync(keyFile, `${oldKey}\n`)
        const data = Path.join(folder, "data")
        const args = ["import-proxbox", file, "--data", data, "--key-file", keyFile]
        const first = yield* proxledger(args)
        assert.strictEqual(first.code, 3)
        assert.match(first.out, /taken +encryption key that of the file: this service had none/)
        assert.match(first.out, /taken +Proxmox endpoint lab \(nb:7\): as source lab/)
        assert.match(first.out, /left out +Proxmox endpoint no auth/)
        assert.strictEqual(Fs.readFileSync(Path.join(data, "encryption.key"), "utf8"), oldKey)
        const second = yield* proxledger([...args, "--json"])
        assert.strictEqual(second.code, 3)
        const { imported } = JSON.parse(second.out) as { imported: ReadonlyArray<Imported> }
        assert.strictEqual(imported.filter(({ outcome }) => outcome === "same").length, 5)
        const none = yield* proxledger(["import-proxbox", file, "--data", Path.join(folder, "other")])
        assert.strictEqual(none.code, 1)
        assert.match(none.err, /its credentials are encrypted/)
        for (const { err, out } of [first, second, none]) assert.notMatch(out + err, /s3cret|old-service/)
      }),
    120_000
  )
})

/** The columns of release 0.0.19. */
const older = (rows: string): string => {
  const file = Path.join(fresh(), "database.db")
  const db = new Sqlite(file)
  db.exec(`
    CREATE TABLE netboxendpoint (id INTEGER PRIMARY KEY, name TEXT, ip_address TEXT, domain TEXT, port INTEGER,
      token_version TEXT, token_key TEXT, token TEXT, verify_ssl BOOLEAN, enabled BOOLEAN);
    CREATE TABLE proxmoxendpoint (id INTEGER PRIMARY KEY, name TEXT UNIQUE, ip_address TEXT, domain TEXT, port INTEGER,
      username TEXT, password TEXT, verify_ssl BOOLEAN, allow_writes BOOLEAN, access_methods TEXT, enabled BOOLEAN,
      token_name TEXT, token_value TEXT, timeout INTEGER, max_retries INTEGER, retry_backoff FLOAT, site_id INTEGER,
      site_slug TEXT, site_name TEXT, tenant_id INTEGER, tenant_slug TEXT, tenant_name TEXT);
    CREATE TABLE authlockout (ip_address TEXT PRIMARY KEY, attempts INTEGER, first_attempt_time FLOAT);
    CREATE TABLE apikey (id INTEGER PRIMARY KEY, label TEXT, key_hash TEXT, is_active BOOLEAN, created_at FLOAT);
    INSERT INTO authlockout VALUES ('10.0.0.1', 3, 1.5);
    ${rows}`)
  db.close()
  return file
}

const cluster = (id: number, name: string, password: string, address = "10.0.0.1") =>
  `INSERT INTO proxmoxendpoint (id, name, ip_address, port, username, password, verify_ssl, allow_writes, access_methods, enabled)
   VALUES (${id}, '${name}', '${address}', 8006, 'root@pam', '${password}', 1, 0, 'api_ssh', 1);`

const sealed = (text: string, key = oldKey) =>
  Fernet.seal(Fernet.keyOf(key), text, { iv: new Uint8Array(16), seconds: 1 })

describe("a database of the older release", () => {
  it.live("is taken, and its plain secrets are encrypted", () => {
    const folder = fresh()
    return Effect.gen(function* () {
      const file = older(
        `INSERT INTO netboxendpoint VALUES (2, 'second', '10.0.0.6', '', 443, 'v1', NULL, 'pl4in-token', 1, 0);
         INSERT INTO netboxendpoint VALUES (4, 'first', '10.0.0.5', '', 443, 'v1', NULL, '${sealed("token")}', 1, 1);
         ${cluster(1, "a", "pl4in-password")}${cluster(2, "b", sealed("b"))}`
      )
      yield* within(
        Effect.gen(function* () {
          assert.deepStrictEqual(lines(yield* importProxbox(file, old, by)), [
            "taken: NetBox endpoint first",
            "left out: NetBox endpoint second: there is a NetBox endpoint already, and only one is allowed",
            "taken: Proxmox endpoint a: as source a",
            "taken: Proxmox endpoint b: as source b"
          ])
          const { proxmox } = yield* Endpoints
          assert.deepStrictEqual(
            (yield* proxmox).map(({ access_methods, id, ssh_port }) => [id, access_methods, ssh_port]),
            [
              [1, "api_ssh", 22],
              [2, "api_ssh", 22]
            ]
          )
          assert.isTrue((yield* (yield* Encryption).status).verified)
          // It had no key of the API, so that the first one is still to be registered.
          assert.isTrue(yield* (yield* Keys).needsBootstrap)
        }),
        folder
      )
      assert.notInclude(everything(folder), "pl4in")
    })
  })

  it.live("leaves out what is damaged or here already, and keeps what is here as it is", () =>
    within(
      Effect.gen(function* () {
        const endpoints = yield* Endpoints
        yield* endpoints.createNetBox(netbox(), by)
        yield* endpoints.createProxmox(proxmox("a"), by)
        const file = older(
          [
            cluster(1, "a", sealed("other")),
            cluster(2, "b", sealed("of another key", "another key")),
            cluster(3, "c", sealed("fine")),
            cluster(4, "d", sealed("fine"), "not an address")
          ].join("\n")
        )
        assert.deepStrictEqual(lines(yield* importProxbox(file, old, by)), [
          "left out: Proxmox endpoint a: an endpoint of this name is here, with other settings",
          "left out: Proxmox endpoint b: the key does not open its password",
          "taken: Proxmox endpoint c: as source c",
          "left out: Proxmox endpoint d: ip_address must be an IPv4 or IPv6 address"
        ])
        assert.deepStrictEqual(
          (yield* endpoints.proxmox).map(({ id, name }) => [id, name]),
          [
            [1, "a"],
            [3, "c"]
          ]
        )
      })
    )
  )

  it.live("is not taken without a key to store its secrets with", () =>
    within(
      Effect.gen(function* () {
        assert.match(yield* refusal(older(cluster(1, "a", "plain")), Option.none()), /No encryption key is configured/)
        assert.deepStrictEqual(yield* (yield* Endpoints).proxmox, [])
      }),
      fresh(),
      {}
    )
  )
})

describe("what is no database of proxbox-api", () => {
  it.live("is refused by name, unchanged", () =>
    within(
      Effect.gen(function* () {
        assert.match(yield* refusal("/nowhere/database.db"), /it does not exist\. Give the SQLite file/)
        const text = Path.join(fresh(), "text")
        Fs.writeFileSync(text, "no database at all ".repeat(60))
        assert.match(yield* refusal(text), /it is not a database/)
        const photos = Path.join(fresh(), "photos.db")
        const db = new Sqlite(photos)
        db.exec("CREATE TABLE photos (name TEXT)")
        db.close()
        assert.match(yield* refusal(photos), /not a database of proxbox-api/)
      })
    )
  )
})
