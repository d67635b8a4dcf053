import type Sqlite from "better-sqlite3"
import { Effect, Option, Redacted, Schema } from "effect"
import type { By } from "../domain/By.ts"
import type { Expected } from "./Database.ts"
import * as Rules from "./EndpointRules.ts"
import { EndpointNotFound, EndpointRefused, type NetBoxConnection } from "./Endpoints.ts"
import { differing, refuse, sealed, type Services, trimmed, updated } from "./EndpointWriting.ts"
import { type NetBoxChanges, NetBoxEndpoint, type NetBoxInput } from "./NetBoxEndpoint.ts"
import { Flag, insert, remove, update } from "./Rows.ts"

const table = "netbox_endpoints"

const subjectOf = (id: number) => `endpoint/netbox/${id}`

const decode = Schema.decodeUnknownSync(
  Schema.Struct({
    ...NetBoxEndpoint.fields,
    verify_ssl: Flag,
    enabled: Flag,
    token_key: Schema.NullOr(Schema.String),
    token: Schema.String
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
    return row === undefined ? Effect.fail(new EndpointNotFound({ which: "netbox", id })) : Effect.succeed(row)
  })

const shown = ({ token: _token, token_key: _key, ...row }: Stored): NetBoxEndpoint => row

const normalVersion = (version: string): string => version.trim().toLowerCase()

/** The one NetBox. */
export const make = (services: Services) => {
  const { database, encryption } = services

  const create = (input: NetBoxInput, by: By) =>
    services.change(by, (db) =>
      Effect.gen(function* () {
        if (select(db).length > 0) return yield* new EndpointRefused({ detail: "Only one NetBox endpoint is allowed" })
        const { token: sentToken, token_key: sentKey, ...rest } = input
        const row = { ...rest, token_version: normalVersion(rest.token_version) }
        const token = trimmed(sentToken) ?? null
        const key = row.token_version === "v2" ? (trimmed(sentKey) ?? null) : null
        yield* refuse(Rules.netBoxProblem(row, { token: token !== null, key: key !== null }))
        const secrets = yield* sealed(services, db, {
          token: { sent: token, stored: null },
          token_key: { sent: key, stored: null }
        })
        const id = insert(db, table, { ...row, ...secrets })
        const fields = [...Object.keys(row), ...Object.keys(secrets)]
        const value = shown(yield* Effect.orDie(find(db, id)))
        return { value, changed: [{ subject: subjectOf(id), change: "created", fields }] }
      })
    )

  const change = <E = never>(
    id: number,
    changes: NetBoxChanges,
    by: By,
    expected: Expected<NetBoxEndpoint, E> = () => Effect.void
  ) =>
    services.change(by, (db) =>
      Effect.gen(function* () {
        const before = yield* find(db, id)
        yield* expected(shown(before))
        const { token: sentToken, token_key: sentKey, ...sent } = changes
        const version = normalVersion(sent.token_version ?? before.token_version)
        // Credentials of one version are of no use to the other.
        const moved = version !== before.token_version
        const token = moved ? (trimmed(sentToken) ?? null) : trimmed(sentToken)
        const key = version === "v1" ? null : moved ? (trimmed(sentKey) ?? null) : trimmed(sentKey)
        const after = { ...before, ...sent, token_version: version }
        yield* refuse(
          Rules.netBoxProblem(after, {
            token: token !== null,
            key: key === undefined ? before.token_key !== null : key !== null
          })
        )
        const secrets = yield* sealed(services, db, {
          token: { sent: token, stored: before.token },
          token_key: { sent: key, stored: before.token_key }
        })
        const columns = { ...differing(before, { ...sent, token_version: version }), ...secrets }
        update(db, table, id, columns)
        return { value: shown(yield* find(db, id)), changed: updated(subjectOf(id), columns) }
      })
    )

  const drop = <E = never>(id: number, by: By, expected: Expected<NetBoxEndpoint, E> = () => Effect.void) =>
    services.change(by, (db) =>
      Effect.gen(function* () {
        yield* expected(shown(yield* find(db, id)))
        remove(db, table, id)
        return { value: undefined, changed: [{ subject: subjectOf(id), change: "removed", fields: [] }] }
      })
    )

  const connection = database.steady((db) =>
    Effect.gen(function* () {
      const row = select(db).find(({ enabled }) => enabled)
      if (row === undefined) return Option.none<NetBoxConnection>()
      const { id, name, token_key, token_version } = row
      const secret = yield* encryption.decrypt(row.token, `${subjectOf(id)} token`)
      const key = token_key === null ? null : yield* encryption.decrypt(token_key, `${subjectOf(id)} token_key`)
      const text = Rules.netBoxTokenOf(token_version, key === null ? "" : Redacted.value(key), Redacted.value(secret))
      const tls = { verify: row.verify_ssl }
      return Option.some<NetBoxConnection>({ id, name, url: Rules.netBoxUrl(row), token: Redacted.make(text), tls })
    })
  )

  return { list: database.read((db) => select(db).map(shown)), create, change, drop, connection }
}
