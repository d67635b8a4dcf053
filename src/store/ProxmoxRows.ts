import type Sqlite from "better-sqlite3"
import { Effect, Redacted, Schema } from "effect"
import type { By } from "../domain/By.ts"
import type { Expected } from "./Database.ts"
import * as Rules from "./EndpointRules.ts"
import { EndpointNotFound, EndpointRefused, type ProxmoxConnection } from "./Endpoints.ts"
import { differing, filled, refuse, sealed, type Services, trimmed, updated } from "./EndpointWriting.ts"
import { type ProxmoxChanges, ProxmoxEndpoint, type ProxmoxInput } from "./ProxmoxEndpoint.ts"
import { Flag, insert, remove, update } from "./Rows.ts"

const table = "proxmox_endpoints"

const subjectOf = (id: number) => `endpoint/proxmox/${id}`

const decode = Schema.decodeUnknownSync(
  Schema.Struct({
    ...ProxmoxEndpoint.fields,
    verify_ssl: Flag,
    enabled: Flag,
    allow_writes: Flag,
    allow_packer_template_builds: Flag,
    password: Schema.NullOr(Schema.String),
    token_name: Schema.NullOr(Schema.String),
    token_value: Schema.NullOr(Schema.String)
  })
)
type Stored = ReturnType<typeof decode>

const select = (db: Sqlite.Database): ReadonlyArray<Stored> =>
  db
    .prepare(`SELECT * FROM ${table} ORDER BY id`)
    .all()
    .map((row) => decode(row))

const find = (db: Sqlite.Database, id: number) =>
  Effect.suspend(() => {
    const row = select(db).find((one) => one.id === id)
    return row === undefined ? Effect.fail(new EndpointNotFound({ which: "proxmox", id })) : Effect.succeed(row)
  })

const shown = ({ password: _password, token_name: _name, token_value: _value, ...row }: Stored): ProxmoxEndpoint => row

const isSource = (db: Sqlite.Database) => (source: string) =>
  db.prepare(`SELECT 1 FROM ${table} WHERE source = ?`).get(source) !== undefined

const isName = (db: Sqlite.Database, name: string, but: number | null) =>
  db.prepare(`SELECT 1 FROM ${table} WHERE name = ? AND id IS NOT ?`).get(name, but) !== undefined

const nameTaken = new EndpointRefused({ detail: "Proxmox endpoint name already exists" })

const halfAToken = new EndpointRefused({ detail: "token_name and token_value must be provided together" })

/** Of settings that were not given. */
const defaults = { timeout: 5, max_retries: 0, retry_backoff: 0.5 }

export const make = (services: Services) => {
  const { database, encryption } = services

  const create = (input: ProxmoxInput, by: By) =>
    services.change(by, (db) =>
      Effect.gen(function* () {
        const { password: sentPassword, source: sentSource, token_value: sentValue, ...row } = input
        const password = filled(sentPassword) ?? null
        const value = trimmed(sentValue) ?? null
        const tokenName = (row.token_name ?? "") !== ""
        yield* refuse(Rules.proxmoxProblem(row, { password: password !== null, tokenName, tokenValue: value !== null }))
        if (isName(db, row.name, null)) return yield* nameTaken
        if (sentSource !== undefined && isSource(db)(sentSource)) {
          return yield* new EndpointRefused({ detail: "source is the permanent name of another endpoint" })
        }
        const source = sentSource ?? Rules.sourceOf(row.name, isSource(db))
        const secrets = yield* sealed(services, db, {
          password: { sent: password, stored: null },
          token_value: { sent: value, stored: null }
        })
        const id = insert(db, table, { ...row, ...secrets, source })
        const fields = ["source", ...Object.keys(row), ...Object.keys(secrets)]
        const found = shown(yield* Effect.orDie(find(db, id)))
        return { value: found, changed: [{ subject: subjectOf(id), change: "created", fields }] }
      })
    )

  const change = <E = never>(
    id: number,
    changes: ProxmoxChanges,
    by: By,
    expected: Expected<ProxmoxEndpoint, E> = () => Effect.void
  ) =>
    services.change(by, (db) =>
      Effect.gen(function* () {
        const before = yield* find(db, id)
        yield* expected(shown(before))
        const { password: sentPassword, token_value: sentValue, ...sent } = changes
        const password = filled(sentPassword)
        const value = trimmed(sentValue)
        const after = { ...before, ...sent }
        const named = (after.token_name ?? "") !== ""
        // A stored value is that of the stored name.
        if (named && value === undefined && after.token_name !== before.token_name) return yield* halfAToken
        yield* refuse(
          Rules.proxmoxProblem(after, {
            password: password === undefined ? before.password !== null : password !== null,
            tokenName: named,
            tokenValue: value === undefined ? before.token_value !== null : value !== null
          })
        )
        if (isName(db, after.name, id)) return yield* nameTaken
        const secrets = yield* sealed(services, db, {
          password: { sent: password, stored: before.password },
          token_value: { sent: value, stored: before.token_value }
        })
        const columns = { ...differing(before, sent), ...secrets }
        update(db, table, id, columns)
        return { value: shown(yield* find(db, id)), changed: updated(subjectOf(id), columns) }
      })
    )

  const drop = <E = never>(id: number, by: By, expected: Expected<ProxmoxEndpoint, E> = () => Effect.void) =>
    services.change(by, (db) =>
      Effect.gen(function* () {
        yield* expected(shown(yield* find(db, id)))
        remove(db, table, id)
        return { value: undefined, changed: [{ subject: subjectOf(id), change: "removed", fields: [] }] }
      })
    )

  const authOf = Effect.fnUntraced(function* ({ id, password, token_name, token_value, username }: Stored) {
    if (token_name !== null && token_name !== "" && token_value !== null) {
      const value = yield* encryption.decrypt(token_value, `${subjectOf(id)} token_value`)
      return { token: Redacted.make(Rules.proxmoxTokenOf(username, token_name, Redacted.value(value))) }
    }
    return { username, password: yield* encryption.decrypt(password ?? "", `${subjectOf(id)} password`) }
  })

  const connections = database.steady((db) =>
    Effect.forEach(
      select(db).filter(({ enabled }) => enabled),
      (row) =>
        Effect.map(authOf(row), (auth): ProxmoxConnection => ({
          id: row.id,
          source: row.source,
          name: row.name,
          urls: Rules.proxmoxUrls(row),
          auth,
          tls: { verify: row.verify_ssl },
          timeout: row.timeout ?? defaults.timeout,
          max_retries: row.max_retries ?? defaults.max_retries,
          retry_backoff: row.retry_backoff ?? defaults.retry_backoff,
          endpoint: shown(row)
        }))
    )
  )

  return { list: database.read((db) => select(db).map(shown)), create, change, drop, connections }
}
