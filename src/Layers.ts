import { hostname } from "node:os"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import { Config as EffectConfig, Duration, Effect, Layer } from "effect"
import { secretsOf, shapeOf, type SourceConfig, type TlsConfig } from "./domain/Config.ts"
import * as JournalSqlite from "./journal/JournalSqlite.ts"
import { ConfigInvalid, type Loaded } from "./services/ConfigFile.ts"
import type { TlsOptions } from "./services/Endpoint.ts"
import { EngineSettings } from "./services/EngineSettings.ts"
import { Metrics } from "./services/Metrics.ts"
import * as NetBoxLive from "./services/NetBoxLive.ts"
import { NetBoxSettings } from "./services/NetBoxSettings.ts"
import * as ProxmoxLive from "./services/ProxmoxLive.ts"
import * as Reconciler from "./services/Reconciler.ts"
import { version } from "./Version.ts"

const tlsOf = Effect.fnUntraced(function* (loaded: Loaded, key: string, tls: TlsConfig) {
  const files = yield* FileSystem.FileSystem
  const paths = yield* Path.Path
  const fingerprints = (typeof tls.fingerprint === "string" ? [tls.fingerprint] : (tls.fingerprint ?? [])).map((text) =>
    text.toUpperCase()
  )
  const options: TlsOptions = { verify: tls.verify, ...(fingerprints.length === 0 ? {} : { fingerprints }) }
  if (tls.caFile === undefined) return options
  const path = paths.resolve(loaded.folder, tls.caFile)
  const ca = yield* files.readFileString(path).pipe(
    Effect.mapError(() => {
      const problem = `names ${path}, which cannot be read`
      return new ConfigInvalid({ file: loaded.file, problems: [{ line: null, key: `${key}.tls.caFile`, problem }] })
    })
  )
  return { ...options, ca }
})

const authOf = ({ password, token, username }: SourceConfig): ProxmoxLive.ProxmoxSource["auth"] => {
  if (token !== undefined) return { token }
  if (username !== undefined && password !== undefined) return { username, password }
  throw new Error("A source without credentials passed the check of the configuration")
}

const proxmox = (loaded: Loaded) =>
  Layer.unwrapEffect(
    Effect.gen(function* () {
      const metrics = yield* Metrics
      const sources = yield* Effect.forEach(loaded.config.proxmox, (source, index) =>
        Effect.map(tlsOf(loaded, `proxmox[${index}]`, source.tls), (tls): ProxmoxLive.ProxmoxSource => ({
          name: source.name,
          urls: source.urls,
          auth: authOf(source),
          tls,
          osInfo: source.osInfo
        }))
      )
      return ProxmoxLive.layer(sources, { recorder: metrics.recorder })
    })
  )

const netbox = (loaded: Loaded) =>
  Layer.unwrapEffect(
    Effect.map(tlsOf(loaded, "netbox", loaded.config.netbox.tls), (tls) => {
      const { token, url } = loaded.config.netbox
      return NetBoxLive.layer({ url, token, tls })
    })
  )

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
        sources: config.proxmox.map(({ name, nodeName, site }) => ({
          name,
          ...(site === undefined ? {} : { site: String(site) }),
          ...(nodeName === undefined ? {} : { nodeName })
        })),
        rules: config.rules,
        rulesText: shapeOf(config),
        removal: {
          deletes: config.removal.policy === "delete",
          grace: config.removal.grace,
          limitCount: config.removal.limitCount,
          limitPercent: config.removal.limitPercent
        },
        dispatch: {
          concurrency: netBoxSettings.maxConcurrent,
          settle: Duration.decode(config.netbox.settle),
          retryDelay: netBoxSettings.retryDelay,
          attempts: netBoxSettings.maxRetries + 1
        },
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
export const journalReadOnly = ({ config }: Pick<Loaded, "config">) => JournalSqlite.layerReadOnly(config.journal)

export const journalWritable = (loaded: Loaded) => journal(loaded)
