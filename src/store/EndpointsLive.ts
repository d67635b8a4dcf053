import { Effect, Layer, Option, Ref } from "effect"
import { Journal } from "../journal/Journal.ts"
import { Database, type StoreFailed } from "./Database.ts"
import { Encryption } from "./Encryption.ts"
import { Endpoints } from "./Endpoints.ts"
import type { Services } from "./EndpointWriting.ts"
import * as NetBoxRows from "./NetBoxRows.ts"
import * as ProxmoxRows from "./ProxmoxRows.ts"
import { storedSecrets } from "./StoredSecrets.ts"

/** What is stored already is kept out of the journal as well; what no key opens cannot get there. */
const concealStored = ({ conceal, database, encryption }: Services) =>
  database
    .steady((db) =>
      Effect.forEach(storedSecrets(db), ({ stored, subject }) => Effect.option(encryption.decrypt(stored, subject)))
    )
    .pipe(Effect.flatMap((secrets) => conceal(secrets.flatMap(Option.toArray))))

const make = Effect.gen(function* () {
  const { conceal } = yield* Journal
  const database = yield* Database
  const revision = yield* Ref.make(0)

  /** Whoever sees the new number sees the new rows, so that nobody keeps clients of the old ones under it. */
  const change: Services["change"] = (by, body) =>
    database
      .change(by, (db) =>
        Effect.map(body(db), ({ changed, value }) => ({ changed, value: { value, any: changed.length > 0 } }))
      )
      .pipe(
        Effect.tap(({ any }) => (any ? Ref.update(revision, (count) => count + 1) : Effect.void)),
        Effect.map(({ value }) => value),
        Effect.uninterruptible
      )

  const services: Services = { database, change, encryption: yield* Encryption, conceal }
  yield* concealStored(services)
  const netbox = NetBoxRows.make(services)
  const proxmox = ProxmoxRows.make(services)
  return Endpoints.of({
    netbox: netbox.list,
    createNetBox: netbox.create,
    updateNetBox: netbox.change,
    removeNetBox: netbox.drop,
    netboxConnection: netbox.connection,
    proxmox: proxmox.list,
    createProxmox: proxmox.create,
    updateProxmox: proxmox.change,
    removeProxmox: proxmox.drop,
    proxmoxConnections: proxmox.connections,
    revision: Ref.get(revision)
  })
})

export const layer: Layer.Layer<Endpoints, StoreFailed, Database | Encryption | Journal> = Layer.effect(Endpoints, make)
