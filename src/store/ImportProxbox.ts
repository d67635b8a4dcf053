import type Sqlite from "better-sqlite3"
import { Effect, Either, Option, Redacted } from "effect"
import type { By } from "../domain/By.ts"
import { Journal } from "../journal/Journal.ts"
import { type Changed, Database } from "./Database.ts"
import { Encryption } from "./Encryption.ts"
import type { NetBoxInput, ProxmoxInput } from "./Endpoints.ts"
import * as Rules from "./EndpointRules.ts"
import { sealed, type Services } from "./EndpointWriting.ts"
import * as Fernet from "./Fernet.ts"
import { KeyScope } from "./Keys.ts"
import * as ProxboxFile from "./ProxboxFile.ts"
import * as ProxboxRows from "./ProxboxRows.ts"
import { insert, type Values } from "./Rows.ts"

/** What became of one thing of the file. */
export interface Imported {
  readonly what: "NetBox endpoint" | "Proxmox endpoint" | "API key" | "table" | "encryption key"
  /** Its name, or its label; never a secret. */
  readonly name: string
  /** `same`: it was here already. */
  readonly outcome: "taken" | "same" | "left out"
  /** Why it was left out, or what is other than in the file; "" where there is nothing to say. */
  readonly detail: string
}

interface Step {
  readonly said: Imported
  readonly changed: ReadonlyArray<Changed>
}

const step = (what: Imported["what"], name: string, outcome: Imported["outcome"], detail = ""): Step => ({
  said: { what, name, outcome, detail },
  changed: []
})

const taken = (said: Step, subject: string, columns: Values): Step => ({
  ...said,
  changed: [{ subject, change: "imported", fields: Object.keys(columns) }]
})

const textOf = (value: unknown): string => (typeof value === "string" ? value : "?")

const isFree = (db: Sqlite.Database, table: string, id: unknown) =>
  typeof id === "number" && db.prepare(`SELECT 1 FROM ${table} WHERE id = ?`).get(id) === undefined

/** Clients know rows by their ids, so that they are kept where nothing else has them. */
const place = (db: Sqlite.Database, table: string, id: unknown, columns: Values): number =>
  insert(db, table, typeof id === "number" && isFree(db, table, id) ? { id, ...columns } : columns)

const plain = (value: Values[string]) => (typeof value === "boolean" ? Number(value) : (value ?? null))

const isSame = (row: object, columns: Values): boolean =>
  Object.entries(columns).every(([column, value]) => Reflect.get(row, column) === plain(value))

const netboxes = Effect.fnUntraced(function* (
  services: Services,
  db: Sqlite.Database,
  file: ProxboxFile.ProxboxFile,
  keys: ReadonlyArray<Fernet.Key>
) {
  const steps: Array<Step> = []
  const table = "netbox_endpoints"
  const ordered = [...file.netbox].sort((a, b) => Number(b["enabled"] !== 0) - Number(a["enabled"] !== 0))
  for (const row of ordered) {
    const name = textOf(row["name"])
    const say = (outcome: Imported["outcome"], detail?: string) => step("NetBox endpoint", name, outcome, detail)
    const converted = ProxboxRows.netBoxInput(row, keys)
    if (Either.isLeft(converted)) {
      steps.push(say("left out", converted.left))
      continue
    }
    const { token, token_key, ...columns }: NetBoxInput = converted.right.input
    const here = db.prepare<[], object>(`SELECT * FROM ${table}`).get()
    if (here !== undefined) {
      const same = isSame(here, columns)
      steps.push(same ? say("same") : say("left out", "there is a NetBox endpoint already, and only one is allowed"))
      continue
    }
    const secrets = yield* sealed(services, db, {
      token: { sent: token, stored: null },
      token_key: { sent: columns.token_version === "v2" ? token_key : null, stored: null }
    })
    const id = place(db, table, row["id"], { ...columns, ...secrets })
    steps.push(taken(say("taken", converted.right.note), `endpoint/netbox/${id}`, { ...columns, ...secrets }))
  }
  return steps
})

const clusters = Effect.fnUntraced(function* (
  services: Services,
  db: Sqlite.Database,
  file: ProxboxFile.ProxboxFile,
  keys: ReadonlyArray<Fernet.Key>
) {
  const steps: Array<Step> = []
  const table = "proxmox_endpoints"
  const isSource = (source: string) => db.prepare(`SELECT 1 FROM ${table} WHERE source = ?`).get(source) !== undefined
  for (const row of file.proxmox) {
    const name = textOf(row["name"])
    const say = (outcome: Imported["outcome"], detail?: string) => step("Proxmox endpoint", name, outcome, detail)
    const converted = ProxboxRows.proxmoxInput(row, keys)
    if (Either.isLeft(converted)) {
      steps.push(say("left out", converted.left))
      continue
    }
    const { password, source: _none, token_value, ...columns }: ProxmoxInput = converted.right.input
    const here = db.prepare<[string], object>(`SELECT * FROM ${table} WHERE name = ?`).get(name)
    if (here !== undefined) {
      steps.push(
        isSame(here, columns) ? say("same") : say("left out", "an endpoint of this name is here, with other settings")
      )
      continue
    }
    const source = Rules.sourceOf(name, isSource)
    const secrets = yield* sealed(services, db, {
      password: { sent: password, stored: null },
      token_value: { sent: token_value, stored: null }
    })
    const id = place(db, table, row["id"], { source, ...columns, ...secrets })
    const detail = [`as source ${source}`, converted.right.note].filter((text) => text !== "").join("; ")
    steps.push(taken(say("taken", detail), `endpoint/proxmox/${id}`, { source, ...columns, ...secrets }))
  }
  return steps
})

/** Old keys open everything, as they did. */
const apiKeys = (db: Sqlite.Database, file: ProxboxFile.ProxboxFile): ReadonlyArray<Step> => {
  const steps = file.keys.map(({ created_at, id, is_active, key_hash, label }) => {
    const name = label === "" ? `${id}` : `${id} (${label})`
    if (db.prepare("SELECT 1 FROM api_keys WHERE key_hash = ?").get(key_hash) !== undefined) {
      return step("API key", name, "same")
    }
    const scopes = JSON.stringify(KeyScope.literals)
    const columns = { label, key_hash, is_active: is_active === 1, created_at, scopes }
    const own = place(db, "api_keys", id, columns)
    return taken(step("API key", name, "taken", is_active === 1 ? "" : "it is not active"), `key/${own}`, {
      label,
      scopes,
      is_active: columns.is_active
    })
  })
  // Whoever has a key here needs no bootstrap, and nobody else may do one.
  const [first] = file.keys
  if (first !== undefined) {
    db.prepare("INSERT OR IGNORE INTO bootstrap_claim (id, initialized_at) VALUES (1, ?)").run(first.created_at)
  }
  return steps
}

const refuseKeys = (file: string, sealedOnes: ReadonlyArray<string>, keys: ReadonlyArray<Fernet.Key>) => {
  if (sealedOnes.length === 0) return Effect.void
  if (keys.length > 0 && sealedOnes.some((stored) => Option.isSome(ProxboxRows.unseal(keys, stored))))
    return Effect.void
  const remedy = "Give the key of that proxbox-api with --key-file, or as PROXBOX_ENCRYPTION_KEY"
  const detail = keys.length === 0 ? "its credentials are encrypted" : "the key opens none of its credentials"
  return Effect.fail(new ProxboxFile.ImportRefused({ file, detail, remedy }))
}

/**
 * Takes endpoints and API keys of a proxbox-api into the database, in one change. `key` opens its credentials; they are stored
 * with the key of this service, or with `key` where it has none. Done again, it takes what has come since.
 */
export const importProxbox = Effect.fn("importProxbox")(function* (
  file: string,
  key: Option.Option<Redacted.Redacted>,
  by: By
) {
  const content = yield* ProxboxFile.read(file)
  const database = yield* Database
  const encryption = yield* Encryption
  const { conceal } = yield* Journal
  const services: Services = { database, change: database.change, encryption, conceal }
  const keys = Option.toArray(key).map((text) => Fernet.keyOf(Redacted.value(text)))
  yield* refuseKeys(file, [...content.netbox, ...content.proxmox].flatMap(ProxboxRows.sealedIn), keys)

  const adopted = Option.isSome(key) && !(yield* encryption.status).configured
  if (adopted) yield* encryption.setKey(key.value, by)
  const steps = yield* database.change(by, (db) =>
    Effect.gen(function* () {
      const value = [
        ...(yield* netboxes(services, db, content, keys)),
        ...(yield* clusters(services, db, content, keys)),
        ...apiKeys(db, content)
      ]
      return { value, changed: value.flatMap(({ changed }) => changed) }
    })
  )
  const others = content.others.map(({ rows, table }) =>
    step("table", table, "left out", `${rows} rows, not of use here`)
  )
  const own = adopted ? [step("encryption key", "that of the file", "taken", "this service had none")] : []
  return [...own, ...steps, ...others].map(({ said }) => said)
})
