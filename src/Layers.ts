import { hostname } from "node:os"
import * as FileSystem from "@effect/platform/FileSystem"
import { Config as EffectConfig, Effect, Layer } from "effect"
import { rulesDigestInput, secretsOf, type TlsConfig } from "./domain/Config.ts"
import { JournalFailed } from "./journal/Journal.ts"
import * as JournalSqlite from "./journal/JournalSqlite.ts"
import type { Loaded } from "./services/ConfigFile.ts"
import type { TlsOptions } from "./services/Endpoint.ts"
import { EngineSettings } from "./services/EngineSettings.ts"
import { Metrics } from "./services/Metrics.ts"
import * as NetBoxLive from "./services/NetBoxLive.ts"
import { NetBoxSettings } from "./services/NetBoxSettings.ts"
import * as ProxmoxLive from "./services/ProxmoxLive.ts"
import * as Reconciler from "./services/Reconciler.ts"
import { version } from "./Version.ts"

const tlsOf = ({ authorities }: Loaded, { caFile, fingerprint = [], verify }: TlsConfig): TlsOptions => {
  const ca = caFile === undefined ? undefined : authorities.get(caFile)
  return { verify, fingerprints: [fingerprint].flat(), ...(ca === undefined ? {} : { ca }) }
}

const proxmox = (loaded: Loaded) =>
  Layer.unwrapEffect(
    Effect.map(Metrics, ({ recorder, watcher }) =>
      ProxmoxLive.layer(
        loaded.config.proxmox.map(({ auth, name, osInfo, tls, urls }) => ({
          name,
          urls,
          auth,
          osInfo,
          tls: tlsOf(loaded, tls)
        })),
        { recorder, watcher }
      )
    )
  )

const netbox = (loaded: Loaded) => {
  const { tls, token, url } = loaded.config.netbox
  return NetBoxLive.layer({ url, token, tls: tlsOf(loaded, tls) })
}

/** Both clients. */
export const clients = (loaded: Loaded) =>
  Layer.mergeAll(netbox(loaded), proxmox(loaded)).pipe(Layer.provideMerge(Metrics.Default))

const settings = ({ config }: Loaded) =>
  Layer.effect(
    EngineSettings,
    Effect.gen(function* () {
      const netBoxSettings = yield* Effect.orDie(NetBoxSettings)
      const user = yield* EffectConfig.string("USER").pipe(Effect.orElseSucceed(() => "unknown"))
      return {
        sources: config.proxmox.map(({ name, nodeName, site, temporaryAddresses }) => ({
          name,
          temporaryAddresses,
          ...(site === undefined ? {} : { site }),
          ...(nodeName === undefined ? {} : { nodeName })
        })),
        rules: config.rules,
        rulesText: rulesDigestInput(config),
        removal: {
          deletes: config.removal.policy === "delete",
          grace: config.removal.grace,
          limitCount: config.removal.limitCount,
          limitPercent: config.removal.limitPercent
        },
        dispatch: {
          settle: config.netbox.settle,
          retryDelay: netBoxSettings.retryDelay,
          attempts: netBoxSettings.maxRetries + 1
        },
        observe: config.observe,
        actor: `cli ${user}@${hostname()}`,
        engine: version
      }
    })
  )

const journal = ({ config }: Loaded) => JournalSqlite.layer({ file: config.journal, secrets: secretsOf(config) })

/** The engine and all it stands on; one process at a time has it for a journal. */
export const engine = (loaded: Loaded) =>
  Reconciler.layer.pipe(Layer.provideMerge(Layer.mergeAll(journal(loaded), clients(loaded), settings(loaded))))

/** The journal for those who only look; another process may be writing it. */
export const journalReadOnly = ({ config: { journal: file } }: Loaded) =>
  Layer.unwrapEffect(
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      if (yield* Effect.orElseSucceed(files.exists(file), () => true)) return JournalSqlite.layerReadOnly(file)
      return yield* new JournalFailed({ file, detail: "it does not exist", remedy: "The first plan or sync makes it" })
    })
  )

export const journalWritable = (loaded: Loaded) => journal(loaded)
