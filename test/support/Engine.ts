import { Duration, Effect, Layer, Redacted, Stream } from "effect"
import type { SourceSettings } from "../../src/domain/mapping/Facts.ts"
import type { Rule } from "../../src/domain/Rules.ts"
import type { Journal, JournalFailed, JournalLocked } from "../../src/journal/Journal.ts"
import { layerMemory } from "../../src/journal/JournalSqlite.ts"
import type { Projections } from "../../src/journal/Projections.ts"
import type { SimulatedProxmox } from "../../src/demo/SimulatedProxmox.ts"
import * as Endpoint from "../../src/services/Endpoint.ts"
import { EngineSettings } from "../../src/services/EngineSettings.ts"
import { Metrics } from "../../src/services/Metrics.ts"
import * as NetBoxLive from "../../src/services/NetBoxLive.ts"
import { defaults, type NetBoxSettings } from "../../src/services/NetBoxSettings.ts"
import { Proxmox } from "../../src/services/Proxmox.ts"
import * as ProxmoxClient from "../../src/services/ProxmoxClient.ts"
import * as ProxmoxObserver from "../../src/services/ProxmoxObserver.ts"
import * as ProxmoxSession from "../../src/services/ProxmoxSession.ts"
import * as Reconciler from "../../src/services/Reconciler.ts"

/** How Proxmox is read. */
interface Reading {
  /** Whether agents are asked for the operating system. */
  readonly osInfo?: boolean
  /** Of every call to Proxmox, and of all that one guest is asked. */
  readonly deadlines?: { readonly call: Duration.DurationInput; readonly agent: Duration.DurationInput }
}

const observerOf = (source: string, simulated: EngineSource["proxmox"], { deadlines, osInfo = false }: Reading) =>
  Effect.gen(function* () {
    const endpoints = yield* Effect.forEach(simulated.urls, (url) =>
      Endpoint.make({ name: url, url: `${url}/api2/json`, tls: { verify: false }, permits: 16 })
    )
    const sessions = yield* Effect.forEach(endpoints, (endpoint) =>
      ProxmoxSession.make(endpoint, { token: Redacted.make(simulated.token) })
    )
    const client = yield* ProxmoxClient.make(source, sessions, deadlines && { deadline: deadlines.call })
    const { read } = ProxmoxObserver.make(client, {
      agentDeadline: deadlines?.agent ?? "2 seconds",
      agentPause: Duration.zero,
      osInfo
    })
    return { client, read }
  })

const proxmox = (sources: ReadonlyArray<EngineSource>, options: Reading) =>
  Layer.scoped(
    Proxmox,
    Effect.gen(function* () {
      const observers = new Map(
        yield* Effect.forEach(sources, ({ name, proxmox: simulated }) =>
          Effect.map(observerOf(name, simulated, options), (observer) => [name, observer] as const)
        )
      )
      const named = (source: string) => {
        const observer = observers.get(source)
        return observer === undefined ? Effect.dieMessage(`no source is named ${source}`) : Effect.succeed(observer)
      }
      return {
        sources: sources.map(({ name }) => name),
        read: (source, before) => Effect.flatMap(named(source), ({ read }) => read(before)),
        observe: (source) =>
          named(source).pipe(
            Effect.flatMap(({ read }) => read()),
            Effect.map(({ observation }) => observation)
          ),
        get: (source, path, query = []) => Effect.flatMap(named(source), ({ client }) => client.send({ path, query })),
        check: () => Stream.empty
      }
    })
  )

export interface EngineSource {
  readonly name: string
  readonly proxmox: Pick<SimulatedProxmox, "urls" | "token">
  readonly settings?: Partial<SourceSettings>
}

export interface EngineOptions extends Reading {
  /** The source `lab`, with `settings`. */
  readonly proxmox?: EngineSource["proxmox"]
  /** Further sources, each with a name of its own. */
  readonly sources?: ReadonlyArray<EngineSource>
  readonly netbox: { readonly url: string; readonly token: string }
  readonly settings?: Partial<SourceSettings>
  readonly rules?: ReadonlyArray<Rule>
  readonly deletes?: boolean
  readonly grace?: Duration.DurationInput
  readonly settle?: Duration.DurationInput
  /** 1 unless given: a test that changes what no task tells of wants it seen. */
  readonly fullEvery?: number
  readonly retryDelay?: Duration.DurationInput
  readonly client?: Partial<NetBoxSettings>
  readonly journal?: Layer.Layer<Journal | Projections, JournalFailed | JournalLocked>
}

/** The engine over real HTTP, with pauses short enough for tests. */
export const engine = (options: EngineOptions) => {
  const lab = options.proxmox === undefined ? [] : [{ name: "lab", proxmox: options.proxmox }]
  const sources = [...lab.map((one) => ({ ...one, settings: options.settings ?? {} })), ...(options.sources ?? [])]
  return Reconciler.layer.pipe(
    Layer.provideMerge(
      Layer.mergeAll(
        options.journal ?? layerMemory,
        proxmox(sources, options),
        NetBoxLive.layer({
          url: options.netbox.url,
          token: Redacted.make(options.netbox.token),
          tls: { verify: true },
          settings: { ...defaults, retryDelay: Duration.decode(options.retryDelay ?? "20 millis"), ...options.client }
        }).pipe(Layer.provideMerge(Metrics.Default)),
        Layer.succeed(EngineSettings, {
          /** As they are configured when a run begins. */
          get sources() {
            return sources.map(({ name, settings }) => ({ ...settings, name }))
          },
          rules: options.rules ?? [],
          rulesText: JSON.stringify(options.rules ?? []),
          removal: {
            deletes: options.deletes ?? false,
            grace: Duration.decode(options.grace ?? "30 days"),
            limitCount: 5,
            limitPercent: 20
          },
          dispatch: {
            settle: Duration.decode(options.settle ?? "3 seconds"),
            retryDelay: Duration.decode(options.retryDelay ?? "20 millis"),
            attempts: 6
          },
          observe: { fullEvery: options.fullEvery ?? 1 },
          actor: "test",
          engine: "0.0.0"
        })
      )
    )
  )
}
