import { randomBytes } from "node:crypto"
import type Sqlite from "better-sqlite3"
import { Clock, Effect, Layer, Option, Redacted, Schema } from "effect"
import type { By } from "../domain/By.ts"
import { Database } from "./Database.ts"
import {
  AlreadyBootstrapped,
  ApiKey,
  KeyLimitReached,
  KeyNotFound,
  KeyRefused,
  Keys,
  KeyScope,
  LastActiveKey
} from "./Keys.ts"
import * as KeyVerifier from "./KeyVerifier.ts"
import { maxActiveKeys } from "./Limits.ts"
import { Flag, insert, remove, update } from "./Rows.ts"

const table = "api_keys"

const shortest = 32

const allScopes = KeyScope.literals

const decode = Schema.decodeUnknownSync(
  Schema.Struct({ ...ApiKey.fields, is_active: Flag, scopes: Schema.parseJson(Schema.Array(KeyScope)) })
)

const shownColumns = "id, label, is_active, created_at, scopes, expires_at, last_used_at"

const find = (db: Sqlite.Database, id: number): Option.Option<ApiKey> =>
  Option.map(Option.fromNullable(db.prepare(`SELECT ${shownColumns} FROM ${table} WHERE id = ?`).get(id)), (row) =>
    decode(row)
  )

const count = (db: Sqlite.Database, where: string): number =>
  db.prepare<[], { readonly count: number }>(`SELECT count(*) AS count FROM ${table} WHERE ${where}`).get()?.count ?? 0

/** Keys that can always administer the service. One of them at least stays. */
const guardians = `is_active = 1 AND expires_at IS NULL AND scopes LIKE '%"admin"%'`

const isGuardian = ({ expires_at, is_active, scopes }: ApiKey) =>
  is_active && expires_at === null && scopes.includes("admin")

const isClaimed = (db: Sqlite.Database) => db.prepare("SELECT 1 FROM bootstrap_claim").get() !== undefined

const seconds = Effect.map(Clock.currentTimeMillis, (millis) => millis / 1000)

const tooShort = new KeyRefused({ detail: `API key must be at least ${shortest} characters.` })

const refusal = (raw: string): string | null => {
  if (Buffer.byteLength(raw) > KeyVerifier.longest) return `API key must be at most ${KeyVerifier.longest} bytes.`
  if (!/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(raw)) {
    return "API key must consist of printable ASCII characters, without blanks at its ends, to fit into a header."
  }
  return null
}

const labelled = (label: string): Effect.Effect<string, KeyRefused> =>
  label.length <= 255
    ? Effect.succeed(label)
    : Effect.fail(new KeyRefused({ detail: "Label must be at most 255 characters." }))

const subjectOf = (id: number) => `key/${id}`

const created = ["label", "scopes", "expires_at"]

const make = Effect.gen(function* () {
  const database = yield* Database
  const limit = yield* maxActiveKeys
  const scope = yield* Effect.scope
  const usable = Effect.flatMap(seconds, (now) =>
    database.read((db) =>
      db
        .prepare<[number], KeyVerifier.Hashed>(
          `SELECT id, key_hash AS hash FROM ${table}
           WHERE is_active = 1 AND (expires_at IS NULL OR expires_at > ?)
           ORDER BY last_used_at DESC, id`
        )
        .all(now)
    )
  )
  const verifier = yield* KeyVerifier.make(usable)
  const used = new Map<number, number>()

  const get = (db: Sqlite.Database, id: number) =>
    Effect.suspend(() => Effect.mapError(find(db, id), () => new KeyNotFound({ id })))

  /** Forgets before anybody can know that something changed. */
  const change: (typeof Database.Service)["change"] = (by, body) =>
    Effect.uninterruptible(Effect.ensuring(database.change(by, body), verifier.forget))

  const room = (db: Sqlite.Database) =>
    Effect.suspend(() =>
      count(db, "is_active = 1") < limit ? Effect.void : Effect.fail(new KeyLimitReached({ limit }))
    )

  const spare = (db: Sqlite.Database, key: ApiKey) =>
    Effect.suspend(() =>
      isGuardian(key) && count(db, guardians) <= 1 ? Effect.fail(new LastActiveKey({ id: key.id })) : Effect.void
    )

  const store = Effect.fnUntraced(function* (
    db: Sqlite.Database,
    key: { readonly label: string; readonly hash: string; readonly scopes: ReadonlyArray<KeyScope> },
    expires_at: number | null
  ) {
    const created_at = yield* seconds
    const { hash, label, scopes } = key
    const row = { label, key_hash: hash, is_active: true, created_at, scopes: JSON.stringify(scopes), expires_at }
    const id = insert(db, table, row)
    return { id, key: yield* Effect.orDie(get(db, id)), created_at }
  })

  const bootstrap = Effect.fnUntraced(function* (raw: Redacted.Redacted, label: string, by: By) {
    if ([...Redacted.value(raw)].length < shortest) return yield* tooShort
    // Anybody may ask, so that nothing is hashed once there is a key.
    if (yield* database.read(isClaimed)) return yield* new AlreadyBootstrapped()
    const detail = refusal(Redacted.value(raw))
    if (detail !== null) return yield* new KeyRefused({ detail })
    yield* labelled(label)
    const hash = yield* verifier.hash(raw)
    return yield* change(by, (db) =>
      Effect.gen(function* () {
        if (isClaimed(db)) return yield* new AlreadyBootstrapped()
        const { created_at, id, key } = yield* store(db, { label, hash, scopes: allScopes }, null)
        insert(db, "bootstrap_claim", { id: 1, initialized_at: created_at })
        return { value: key, changed: [{ subject: subjectOf(id), change: "created", fields: created }] }
      })
    )
  })

  const create: (typeof Keys.Service)["create"] = Effect.fnUntraced(function* ({ expires_at, label, scopes }, by) {
    yield* labelled(label)
    if (scopes.length === 0) return yield* new KeyRefused({ detail: "An API key needs at least one scope." })
    if (expires_at !== null && expires_at <= (yield* seconds)) {
      return yield* new KeyRefused({ detail: "The expiry of an API key must be in the future." })
    }
    const raw = yield* Effect.sync(() => Redacted.make(randomBytes(48).toString("base64url")))
    yield* database.steady(room)
    const hash = yield* verifier.hash(raw)
    const distinct = allScopes.filter((one) => scopes.includes(one))
    const key = yield* change(by, (db) =>
      Effect.gen(function* () {
        yield* room(db)
        const { id, key } = yield* store(db, { label, hash, scopes: distinct }, expires_at)
        return { value: key, changed: [{ subject: subjectOf(id), change: "created", fields: created }] }
      })
    )
    return { key, raw }
  })

  const drop = (id: number, by: By) =>
    change(by, (db) =>
      Effect.gen(function* () {
        yield* spare(db, yield* get(db, id))
        remove(db, table, id)
        return { value: undefined, changed: [{ subject: subjectOf(id), change: "removed", fields: [] }] }
      })
    )

  const turn = <E>(
    id: number,
    on: boolean,
    by: By,
    allowed: (db: Sqlite.Database, key: ApiKey) => Effect.Effect<void, E>
  ) =>
    change(by, (db) =>
      Effect.gen(function* () {
        const key = yield* get(db, id)
        if (key.is_active === on) return { value: key, changed: [] }
        yield* allowed(db, key)
        update(db, table, id, { is_active: on })
        const changed = [{ subject: subjectOf(id), change: on ? "activated" : "deactivated", fields: ["is_active"] }]
        return { value: { ...key, is_active: on }, changed }
      })
    )

  /** Once a minute, and behind the back of the request. */
  const touch = Effect.fnUntraced(function* (id: number, now: number) {
    if (now - (used.get(id) ?? 0) < 60) return
    used.set(id, now)
    yield* database
      .write((db) => update(db, table, id, { last_used_at: now }))
      .pipe(
        Effect.catchAll(({ message }) => Effect.logWarning(message)),
        Effect.forkIn(scope)
      )
  })

  const verify = Effect.fnUntraced(function* (raw: Redacted.Redacted) {
    const bytes = Buffer.byteLength(Redacted.value(raw))
    if (bytes === 0 || bytes > KeyVerifier.longest) return Option.none<ApiKey>()
    const id = yield* verifier.verify(raw)
    if (id === null) return Option.none<ApiKey>()
    const now = yield* seconds
    const key = yield* database.read((db) => find(db, id))
    const valid = Option.filter(
      key,
      ({ expires_at, is_active }) => is_active && (expires_at === null || expires_at > now)
    )
    if (Option.isSome(valid)) yield* touch(id, now)
    return valid
  })

  return Keys.of({
    needsBootstrap: database.read((db) => !isClaimed(db)),
    bootstrap,
    list: database.read((db) =>
      db
        .prepare(`SELECT ${shownColumns} FROM ${table} ORDER BY created_at DESC, id DESC`)
        .all()
        .map((row) => decode(row))
    ),
    create,
    remove: drop,
    activate: (id, by) => turn(id, true, by, room),
    deactivate: (id, by) => turn(id, false, by, spare),
    verify,
    load: verifier.load
  })
})

export const layer: Layer.Layer<Keys, never, Database> = Layer.scoped(Keys, make)
