import * as Fs from "node:fs"
import * as Path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Layer, Random, Redacted } from "effect"
import type { Journal } from "../../src/journal/Journal.ts"
import type { Database } from "../../src/store/Database.ts"
import { Encryption } from "../../src/store/Encryption.ts"
import { Endpoints } from "../../src/store/Endpoints.ts"
import { child } from "../journal/child.ts"
import { behind, by, everything, fresh, inFolder, proxmox, said } from "./folder.ts"

type Env = Readonly<Record<string, string>>

const within = <A, E>(
  folder: string,
  env: Env,
  effect: Effect.Effect<A, E, Encryption | Endpoints | Database | Journal>
) => Effect.provide(effect, inFolder(folder, env))

const file = (folder: string) => Path.join(folder, "encryption.key")
const keyIn = (folder: string) => Fs.readFileSync(file(folder), "utf8")
const put = (name: string, text: string) => Fs.writeFileSync(name, text)

const add = (name: string) => Effect.flatMap(Endpoints, ({ createProxmox }) => createProxmox(proxmox(name), by))

/** Every password, which is that of its endpoint. */
const opened = Effect.gen(function* () {
  const connections = yield* (yield* Endpoints).proxmoxConnections
  for (const { auth, name } of connections) {
    assert.isTrue("password" in auth && Redacted.value(auth.password) === `password of ${name}`, name)
  }
  return connections.length
})

const status = Effect.flatMap(Encryption, ({ status }) => status)

const tag = <A, E extends { readonly _tag: string }, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(effect), ({ _tag }) => _tag)

const env = { PROXBOX_ENCRYPTION_KEY: "from the environment" }

describe("encryption", () => {
  it.live("refuses secrets without a key, unless plain ones are allowed", () =>
    Effect.gen(function* () {
      const folder = fresh()
      yield* within(
        folder,
        {},
        Effect.gen(function* () {
          assert.deepStrictEqual(yield* status, { configured: false, source: null, verified: false })
          const refused = yield* Effect.flip(add("lab"))
          assert.match(refused.message, /not stored\. Set PROXBOX_ENCRYPTION_KEY/)
          assert.deepStrictEqual(yield* (yield* Endpoints).proxmox, [])
          assert.deepStrictEqual(yield* said, [])
        })
      )
      yield* within(
        folder,
        { PROXBOX_ALLOW_PLAINTEXT_CREDENTIALS: "1" },
        Effect.gen(function* () {
          yield* add("lab")
          assert.strictEqual(yield* opened, 1)
        })
      )
      // Read as it is once there is a key, and encrypted by the rotation.
      yield* within(
        folder,
        env,
        Effect.gen(function* () {
          assert.strictEqual(yield* opened, 1)
          assert.deepStrictEqual(yield* status, { configured: true, source: "env", verified: false })
          const { reencrypted } = yield* (yield* Encryption).rotate(by, Redacted.make("another key"))
          assert.strictEqual(reencrypted, 1)
          assert.isTrue((yield* status).verified)
          assert.strictEqual(yield* opened, 1)
        })
      )
      assert.notInclude(everything(folder), "password of lab")
    })
  )

  it.live(
    "takes the key of the environment before that of the file, and keeps to the one that opens what is stored",
    () =>
      Effect.gen(function* () {
        const folder = fresh()
        put(file(folder), "from the file\n")
        yield* within(
          folder,
          env,
          Effect.zipRight(
            add("lab"),
            Effect.map(status, ({ source }) => assert.strictEqual(source, "env"))
          )
        )
        yield* within(
          folder,
          {},
          Effect.gen(function* () {
            assert.deepStrictEqual(yield* status, { configured: true, source: "local", verified: false })
            const failed = yield* Effect.flip((yield* Endpoints).proxmoxConnections)
            assert.match(failed.message, /does not open endpoint\/proxmox\/1 password/)
            // Two keys in one database would leave nobody who opens all of it.
            assert.strictEqual(yield* tag(add("more")), "Undecryptable")
          })
        )
        put(file(folder), "from the environment")
        yield* within(
          folder,
          { PROXBOX_ENCRYPTION_KEY: "of something else" },
          Effect.gen(function* () {
            assert.deepStrictEqual(yield* status, { configured: true, source: "local", verified: true })
            yield* add("more")
            assert.strictEqual(yield* opened, 2)
          })
        )
      })
  )

  it.live("sets, makes and removes the local key, which only this user may read, while nothing needs it", () =>
    Effect.gen(function* () {
      const folder = fresh()
      yield* within(
        folder,
        {},
        Effect.gen(function* () {
          const encryption = yield* Encryption
          assert.strictEqual(yield* tag(encryption.setKey(Redacted.make(" \n"), by)), "EncryptionKeyRefused")
          assert.strictEqual(yield* tag(encryption.setKey(Redacted.make("a\nb"), by)), "EncryptionKeyRefused")
          yield* encryption.setKey(Redacted.make("  mine  "), by)
          assert.strictEqual(keyIn(folder), "mine")
          assert.strictEqual(Fs.statSync(file(folder)).mode & 0o777, 0o600)
          const { key } = yield* encryption.generate(by)
          assert.match(Redacted.value(key), /^[A-Za-z0-9_-]{43}=$/)
          assert.strictEqual(keyIn(folder), Redacted.value(key))
          yield* add("lab")
          assert.strictEqual(yield* tag(encryption.setKey(Redacted.make("other"), by)), "CiphertextExists")
          assert.strictEqual(yield* tag(encryption.generate(by)), "CiphertextExists")
          assert.strictEqual(yield* tag(encryption.removeKey(by)), "CiphertextExists")
          assert.strictEqual(keyIn(folder), Redacted.value(key))
          yield* (yield* Endpoints).removeProxmox(1, by)
          assert.deepStrictEqual(yield* encryption.removeKey(by), { configured: false, source: null, verified: false })
          assert.isFalse(Fs.existsSync(file(folder)))
          const all = yield* said
          assert.deepStrictEqual(all.slice(0, 2), ["encryption key set", "encryption key generated"])
          assert.strictEqual(all.at(-1), "encryption key removed")
        })
      )
    })
  )

  it.live("makes the database and the key file for this user alone", () =>
    Effect.gen(function* () {
      const folder = fresh()
      const elsewhere = Path.join(fresh(), "deep", "key")
      yield* within(
        folder,
        { PROXBOX_ENCRYPTION_KEY_FILE: elsewhere },
        Effect.gen(function* () {
          yield* (yield* Encryption).generate(by)
          yield* add("lab")
          for (const name of ["service.db", "service.db-wal", "service.db-shm"]) {
            assert.strictEqual(Fs.statSync(Path.join(folder, name)).mode & 0o777, 0o600, name)
          }
        })
      )
      assert.isTrue(Fs.existsSync(elsewhere))
      assert.isFalse(Fs.existsSync(file(folder)))
    })
  )
})

describe("rotation", () => {
  it.live("encrypts everything again, and shows a key that it made", () =>
    Effect.gen(function* () {
      const folder = fresh()
      yield* within(
        folder,
        {},
        Effect.gen(function* () {
          const encryption = yield* Encryption
          assert.strictEqual(yield* tag(encryption.rotate(by)), "NoEncryptionKey")
          yield* encryption.setKey(Redacted.make("first"), by)
          yield* Effect.forEach(["a", "b", "c"], add)
          const { key, reencrypted, status } = yield* encryption.rotate(by)
          assert.strictEqual(reencrypted, 3)
          assert.deepStrictEqual(status, { configured: true, source: "local", verified: true })
          assert.strictEqual(keyIn(folder), Redacted.value(key ?? Redacted.make("")))
          const given = yield* encryption.rotate(by, Redacted.make("third"))
          assert.isNull(given.key)
          assert.strictEqual(keyIn(folder), "third")
          assert.strictEqual(yield* opened, 3)
          assert.strictEqual((yield* said).filter((one) => one === "encryption rotated").length, 2)
        })
      )
      // To the key of the environment, which stands in no file.
      yield* within(
        folder,
        env,
        Effect.gen(function* () {
          assert.strictEqual((yield* status).source, "local")
          const { key, status: after } = yield* (yield* Encryption).rotate(by)
          assert.isNull(key)
          assert.deepStrictEqual(after, { configured: true, source: "env", verified: true })
        })
      )
      assert.strictEqual(keyIn(folder), "third")
      yield* within(
        folder,
        env,
        Effect.map(opened, (count) => assert.strictEqual(count, 3))
      )
    })
  )

  it.live("does nothing where one credential is not to be opened", () =>
    Effect.gen(function* () {
      const folder = fresh()
      yield* within(folder, env, Effect.forEach(["a", "b"], add))
      behind(
        folder,
        "UPDATE proxmox_endpoints SET password = substr(password, 1, 60) || 'AAAA' || substr(password, 65) WHERE name = 'b'"
      )
      yield* within(
        folder,
        env,
        Effect.gen(function* () {
          assert.strictEqual(yield* tag((yield* Encryption).rotate(by)), "Undecryptable")
          assert.deepStrictEqual(yield* status, { configured: true, source: "env", verified: false })
          yield* (yield* Endpoints).updateProxmox(2, { password: Redacted.make("password of b") }, by)
          assert.isTrue((yield* status).verified)
          assert.strictEqual(yield* opened, 2)
        })
      )
    })
  )

  it.live("goes on while endpoints are made, each with a key that opens it", () =>
    within(
      fresh(),
      env,
      Effect.gen(function* () {
        const { rotate } = yield* Encryption
        const names = Array.from({ length: 12 }, (_, index) => `cluster ${index}`)
        yield* Effect.all(
          [
            Effect.forEach(names, add, { concurrency: 4 }),
            Effect.forEach(names, () => rotate(by), { concurrency: 2 }),
            Effect.forEach(names, () => opened, { concurrency: 2 })
          ],
          { concurrency: "unbounded" }
        )
        assert.strictEqual(yield* opened, 12)
        assert.isTrue((yield* status).verified)
      })
    )
  )

  it.live("is finished or undone at the next start, whatever file a crash left beside", () =>
    Effect.gen(function* () {
      const folder = fresh()
      put(file(folder), "first")
      yield* within(folder, {}, add("lab"))
      // Before the commit: the next key opens nothing.
      put(`${file(folder)}.next`, "second")
      yield* within(
        folder,
        {},
        Effect.map(opened, (count) => assert.strictEqual(count, 1))
      )
      assert.deepStrictEqual([keyIn(folder), Fs.existsSync(`${file(folder)}.next`)], ["first", false])
      // After the commit: the next key opens everything, the present one nothing.
      Fs.renameSync(file(folder), `${file(folder)}.next`)
      put(file(folder), "older")
      yield* within(
        folder,
        {},
        Effect.map(opened, (count) => assert.strictEqual(count, 1))
      )
      assert.deepStrictEqual([keyIn(folder), Fs.existsSync(`${file(folder)}.next`)], ["first", false])
    })
  )

  it.live(
    "survives kill -9 at any moment",
    () =>
      Effect.gen(function* () {
        const folder = fresh()
        put(file(folder), "first")
        yield* within(folder, {}, Effect.forEach(["a", "b", "c"], add))
        let rotations = 0
        for (let round = 0; round < 6; round += 1) {
          const after = yield* Random.nextIntBetween(1, 6)
          const wait = yield* Random.nextIntBetween(0, 12)
          const { lines } = yield* child("../store/worker.ts", ["rotate", folder], {
            line: (() => {
              let seen = 0
              return (_line: string, kill: () => void) => {
                seen += 1
                if (seen === after) setTimeout(kill, wait)
              }
            })()
          })
          rotations += lines.length
          yield* within(
            folder,
            {},
            Effect.gen(function* () {
              assert.strictEqual(yield* opened, 3)
              assert.deepStrictEqual(yield* status, { configured: true, source: "local", verified: true })
            })
          )
        }
        assert.isAtLeast(rotations, 6)
      }),
    120_000
  )
})

describe("the database", () => {
  it.live("belongs to one process", () =>
    Effect.gen(function* () {
      const folder = fresh()
      yield* within(
        folder,
        env,
        Effect.gen(function* () {
          const second = yield* Effect.either(Effect.scoped(Layer.build(inFolder(folder, env))))
          assert.isTrue(Either.isLeft(second))
          assert.match(Either.isLeft(second) ? second.left.message : "", /in use by another proxledger process/)
        })
      )
    })
  )

  it.live("of something else, or of a newer engine, is left alone", () =>
    Effect.gen(function* () {
      const refusal = (folder: string) =>
        Effect.map(Effect.flip(Effect.scoped(Layer.build(inFolder(folder)))), ({ message }) => message)
      const other = fresh()
      behind(other, "CREATE TABLE photos (name TEXT)")
      assert.match(yield* refusal(other), /not a database of this service.*import-proxbox/)
      const text = fresh()
      put(Path.join(text, "service.db"), "no database at all ".repeat(60))
      assert.match(yield* refusal(text), /not a database/)
      const newer = fresh()
      yield* within(newer, {}, status)
      behind(newer, "INSERT INTO effect_sql_migrations (migration_id, name) VALUES (99, 'future')")
      assert.match(yield* refusal(newer), /newer proxledger wrote it/)
      assert.match(yield* refusal("/proc/nowhere"), /cannot be opened|cannot be written/)
    })
  )
})
