import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import Sqlite from "better-sqlite3"
import { ConfigProvider, Effect, Layer, Redacted, Stream } from "effect"
import type { By } from "../../src/domain/By.ts"
import type { EventOf } from "../../src/domain/Event.ts"
import { Journal } from "../../src/journal/Journal.ts"
import type { NetBoxInput, ProxmoxInput } from "../../src/store/Endpoints.ts"
import * as Store from "../../src/store/Store.ts"

/** A folder of data that holds nothing yet. */
export const fresh = (): string => Fs.mkdtempSync(Path.join(Os.tmpdir(), "proxledger-store-"))

/** The store of a folder; the environment is what is given. */
export const inFolder = (folder: string, env: Readonly<Record<string, string>> = {}) =>
  Store.layer(folder).pipe(Layer.provide(Layer.setConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(env))))))

export const by: By = { actor: "test", requestId: "request-1" }

export const key = "a key of the tests"

export const netbox = (changes: Partial<NetBoxInput> = {}): NetBoxInput => ({
  name: "netbox",
  ip_address: "10.0.0.5/24",
  domain: "",
  port: 8000,
  token_version: "v1",
  token_key: null,
  token: Redacted.make("0123456789abcdef0123456789abcdef01234567"),
  verify_ssl: false,
  enabled: true,
  ...changes
})

export const proxmox = (name: string, changes: Partial<ProxmoxInput> = {}): ProxmoxInput => ({
  name,
  ip_address: "10.0.0.1",
  domain: null,
  port: 8006,
  username: "sync@pve",
  password: Redacted.make(`password of ${name}`),
  token_name: null,
  token_value: null,
  verify_ssl: true,
  enabled: true,
  allow_writes: false,
  access_methods: "api",
  site_id: null,
  site_slug: null,
  site_name: null,
  tenant_id: null,
  tenant_slug: null,
  tenant_name: null,
  timeout: null,
  max_retries: null,
  retry_backoff: null,
  node_device_name_template: "",
  allow_packer_template_builds: false,
  ssh_target_node: null,
  ssh_host: null,
  ssh_username: null,
  ssh_port: 22,
  ssh_identity_file: null,
  ssh_known_host_fingerprint: null,
  ...changes
})

/** What the journal says of the configuration, in order. */
export const changes = Effect.gen(function* () {
  const journal = yield* Journal
  const events: Array<EventOf<"ConfigurationChanged">> = []
  yield* Stream.runForEach(journal.read({ after: 0, stream: "configuration" }), ({ event }) =>
    Effect.sync(() => {
      if (event._tag === "ConfigurationChanged") events.push(event)
    })
  )
  return events
})

/** As `endpoint/proxmox/1 created`. */
export const said = Effect.map(changes, (events) => events.map(({ change, subject }) => `${subject} ${change}`))

/** The bytes of every file of a folder, as one text: what is secret is nowhere in it. */
export const everything = (folder: string): string =>
  Fs.readdirSync(folder)
    .map((name) => Fs.readFileSync(Path.join(folder, name), "latin1"))
    .join("\n")

/** Does something to the database while no service has it. */
export const behind = (folder: string, sql: string): void => {
  const db = new Sqlite(Path.join(folder, "service.db"))
  db.exec(sql)
  db.close()
}
