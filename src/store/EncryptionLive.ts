import { randomBytes } from "node:crypto"
import * as Path from "node:path"
import type Sqlite from "better-sqlite3"
import { Clock, Config, Effect, Layer, Option, Redacted } from "effect"
import type { By } from "../domain/By.ts"
import { Database, type StoreFailed } from "./Database.ts"
import {
  CiphertextExists,
  Encryption,
  EncryptionKeyRefused,
  type EncryptionStatus,
  NoEncryptionKey,
  Undecryptable
} from "./Encryption.ts"
import * as Fernet from "./Fernet.ts"
import * as KeyFile from "./KeyFile.ts"
import * as KeyRing from "./KeyRing.ts"
import { type StoredSecret, storedSecrets } from "./StoredSecrets.ts"

const longest = 4096

const chance = Effect.map(Clock.currentTimeMillis, (millis) => ({ iv: randomBytes(16), seconds: millis / 1000 }))

/** A text of 44 characters, as Fernet keys are written. */
const makeKey = Effect.sync(() =>
  Redacted.make(randomBytes(32).toString("base64").replaceAll("+", "-").replaceAll("/", "_"))
)

const usable = Effect.fnUntraced(function* (key: Redacted.Redacted) {
  const text = Redacted.value(key).trim()
  if (text === "")
    return yield* new EncryptionKeyRefused({ detail: "it is empty. Give a text of 32 characters or more" })
  if (Buffer.byteLength(text) > longest || /[\r\n\0]/.test(text)) {
    return yield* new EncryptionKeyRefused({ detail: `it is longer than ${longest} bytes or has more than one line` })
  }
  return Redacted.make(text)
})

const plainAllowed = Config.boolean("PROXBOX_ALLOW_PLAINTEXT_CREDENTIALS").pipe(Effect.orElseSucceed(() => false))

const noneEncrypted = (db: Sqlite.Database): Effect.Effect<void, CiphertextExists> =>
  Effect.suspend(() => {
    const secrets = storedSecrets(db).filter(({ stored }) => Fernet.isSealed(stored)).length
    return secrets === 0 ? Effect.void : Effect.fail(new CiphertextExists({ secrets }))
  })

const changed = (change: string, fields: ReadonlyArray<string> = []) => [{ subject: "encryption", change, fields }]

const make = Effect.fnUntraced(function* (folder: string) {
  const database = yield* Database
  const path = yield* Config.nonEmptyString("PROXBOX_ENCRYPTION_KEY_FILE").pipe(
    Effect.orElseSucceed(() => Path.join(folder, "encryption.key"))
  )
  const file = KeyFile.make(path)
  const env = yield* KeyRing.fromEnvironment
  const allowPlain = yield* plainAllowed
  const candidates = KeyRing.candidates(env, file)

  const activeIn = (db: Sqlite.Database) =>
    Effect.map(candidates, (keys) =>
      KeyRing.active(
        keys,
        storedSecrets(db).map(({ stored }) => stored)
      )
    )

  const statusIn = (db: Sqlite.Database): Effect.Effect<EncryptionStatus, StoreFailed> =>
    Effect.gen(function* () {
      const keys = yield* candidates
      const secrets = storedSecrets(db).map(({ stored }) => stored)
      const found = KeyRing.active(keys, secrets)
      const source = Option.orElse(found, () => Option.fromNullable(keys[0]))
      return {
        configured: Option.isSome(source),
        source: Option.getOrNull(Option.map(source, ({ source }) => source)),
        verified: Option.match(found, {
          onNone: () => false,
          onSome: ({ key }) => secrets.every((stored) => Option.isSome(Fernet.unseal(key, stored)))
        })
      }
    })
  const status = database.steady(statusIn)

  const encrypt = Effect.fnUntraced(function* (db: Sqlite.Database, secret: Redacted.Redacted) {
    const found = yield* activeIn(db)
    if (Option.isSome(found)) return Fernet.seal(found.value.key, Redacted.value(secret), yield* chance)
    const sealed = storedSecrets(db).find(({ stored }) => Fernet.isSealed(stored))
    if (sealed !== undefined) return yield* new Undecryptable({ subject: sealed.subject })
    return allowPlain ? Redacted.value(secret) : yield* new NoEncryptionKey()
  })

  const decryptWith = (
    keys: ReadonlyArray<KeyRing.Candidate>,
    stored: string,
    subject: string
  ): Effect.Effect<Redacted.Redacted, NoEncryptionKey | Undecryptable> => {
    if (!Fernet.isSealed(stored)) return Effect.succeed(Redacted.make(stored))
    if (keys.length === 0) return Effect.fail(new NoEncryptionKey())
    return Effect.mapError(KeyRing.open(keys, stored), () => new Undecryptable({ subject }))
  }

  /** The next key is in its file before the change, and in its place after it. */
  const take = Effect.fnUntraced(function* (key: Redacted.Redacted, change: string, by: By) {
    const text = yield* usable(key)
    yield* database.change(by, (db) =>
      Effect.gen(function* () {
        yield* noneEncrypted(db)
        yield* file.writeNext(text)
        return { value: undefined, changed: changed(change) }
      }).pipe(Effect.onError(() => Effect.ignore(file.dropNext)))
    )
    yield* file.promote
    return yield* status
  }, Effect.uninterruptible)

  /** The text that a rotation goes to, and whether it is to be written to the file. */
  const targetOf = Effect.fnUntraced(function* (present: KeyRing.Candidate, given: Redacted.Redacted | undefined) {
    const isEnv = (text: Redacted.Redacted) =>
      Option.exists(env, (other) => Redacted.value(other).trim() === Redacted.value(text))
    if (given !== undefined) {
      const text = yield* usable(given)
      return { text, made: false, write: !isEnv(text) }
    }
    if (present.source !== "env" && Option.isSome(env)) {
      return { text: yield* usable(env.value), made: false, write: false }
    }
    return { text: yield* makeKey, made: true, write: true }
  })

  const reencrypt = Effect.fnUntraced(function* (
    keys: ReadonlyArray<KeyRing.Candidate>,
    secret: StoredSecret,
    key: Fernet.Key
  ) {
    const plain = yield* decryptWith(keys, secret.stored, secret.subject)
    const stored = Fernet.seal(key, Redacted.value(plain), yield* chance)
    secret.replace(stored)
  })

  const rotateIn = Effect.fnUntraced(function* (db: Sqlite.Database, given: Redacted.Redacted | undefined) {
    const secrets = storedSecrets(db)
    const keys = yield* candidates
    const found = yield* activeIn(db)
    if (Option.isNone(found)) {
      const sealed = secrets.find(({ stored }) => Fernet.isSealed(stored))
      return yield* keys.length === 0 || sealed === undefined
        ? new NoEncryptionKey()
        : new Undecryptable({ subject: sealed.subject })
    }
    // One that was committed and not put in place is, before another one takes the place beside it.
    if (found.value.next) yield* file.promote
    const target = yield* targetOf(found.value, given)
    if (target.write) yield* file.writeNext(target.text)
    const key = Fernet.keyOf(Redacted.value(target.text))
    yield* Effect.forEach(secrets, (secret) => reencrypt(keys, secret, key), { discard: true })
    return {
      value: { ...target, count: secrets.length },
      changed: changed("rotated", [target.write ? "local" : "env"])
    }
  })

  const rotate = Effect.fnUntraced(function* (by: By, given?: Redacted.Redacted) {
    const { count, made, text, write } = yield* database.change(by, (db) => rotateIn(db, given))
    // Where that fails, the file beside is used, and put in place later.
    if (write) yield* Effect.catchAll(file.promote, ({ message }) => Effect.logWarning(message))
    return { status: yield* status, reencrypted: count, key: made ? text : null }
  }, Effect.uninterruptible)

  /** What a crash left: the next key is put in place where it is the one, else it goes. */
  yield* database.steady((db) =>
    Effect.gen(function* () {
      const keys = yield* candidates
      if (!keys.some(({ next }) => next)) return
      const secrets = storedSecrets(db).map(({ stored }) => stored)
      const found = KeyRing.active(keys, secrets)
      if (Option.isSome(found)) yield* found.value.next ? file.promote : file.dropNext
      else if (!secrets.some(Fernet.isSealed)) yield* file.dropNext
    })
  )

  return Encryption.of({
    status,
    encrypt,
    decrypt: (stored, subject) => Effect.flatMap(candidates, (keys) => decryptWith(keys, stored, subject)),
    setKey: (key, by) => take(key, "key set", by),
    generate: (by) =>
      Effect.flatMap(makeKey, (key) => Effect.map(take(key, "key generated", by), (status) => ({ status, key }))),
    removeKey: Effect.fnUntraced(function* (by) {
      yield* database.change(by, (db) =>
        Effect.as(noneEncrypted(db), { value: undefined, changed: changed("key removed") })
      )
      yield* file.remove
      return yield* status
    }, Effect.uninterruptible),
    rotate
  })
})

/** The key file stands in the folder unless PROXBOX_ENCRYPTION_KEY_FILE names another. */
export const layer = (folder: string): Layer.Layer<Encryption, StoreFailed | EncryptionKeyRefused, Database> =>
  Layer.effect(Encryption, make(folder))
