import { hostname } from "node:os"
import { Context, Duration, Effect, Layer, Option, Redacted } from "effect"
import { withSecretHalf } from "../domain/Config.ts"
import { canonical, type Json } from "../domain/Json.ts"
import type { SourceSettings } from "../domain/mapping/Facts.ts"
import type { Rule } from "../domain/Rules.ts"
import { digestOf } from "../journal/Digest.ts"
import { Journal } from "../journal/Journal.ts"
import { Projections } from "../journal/Projections.ts"
import { Endpoints, type NetBoxConnection, type ProxmoxConnection } from "../store/Endpoints.ts"
import { ConnectGuard } from "./ConnectGuard.ts"
import { type Engine, Engines, NoEndpoint } from "./Engines.ts"
import { EngineSettings } from "./EngineSettings.ts"
import * as Kept from "./Kept.ts"
import { Metrics } from "./Metrics.ts"
import { NetBox } from "./NetBox.ts"
import * as NetBoxLive from "./NetBoxLive.ts"
import { NetBoxSettings } from "./NetBoxSettings.ts"
import { Policy } from "./Policy.ts"
import { Proxmox } from "./Proxmox.ts"
import * as ProxmoxClient from "./ProxmoxClient.ts"
import * as ProxmoxLive from "./ProxmoxLive.ts"
import * as Reconciler from "./Reconciler.ts"

export interface EnginesOptions {
  /** Version of this program. */
  readonly engine: string
}

/** Engines that are kept. */
const most = 16

/** Answers that are under way are waited for only as long as a service may take to stop. */
const farewell = Duration.seconds(1)

interface Connections {
  readonly netbox: NetBoxConnection
  readonly proxmox: ReadonlyArray<ProxmoxConnection>
}

const text = (value: string | null): value is string => value !== null && value !== ""

const siteOf = ({ site_id, site_name, site_slug }: ProxmoxConnection["endpoint"]): string | undefined =>
  site_id === null ? [site_slug, site_name].find(text) : String(site_id)

const tenantOf = ({ tenant_id, tenant_name, tenant_slug }: ProxmoxConnection["endpoint"]): string | undefined =>
  tenant_id === null ? [tenant_slug, tenant_name].find(text) : String(tenant_id)

/** The tenant of an endpoint is a rule like others, which win over it. */
const tenantRules = ({ endpoint, name, source }: ProxmoxConnection): ReadonlyArray<Rule> => {
  const tenant = tenantOf(endpoint)
  const pattern = `^${source.replaceAll(/[^\w-]/g, (sign) => `\\${sign}`)}$`
  return tenant === undefined ? [] : [{ name: `endpoint ${name}`, match: { source: pattern }, set: { tenant } }]
}

const settingsOf = (policy: Policy["Type"], { endpoint, source }: ProxmoxConnection): SourceSettings => {
  const site = siteOf(endpoint)
  const { temporaryAddresses } = policy.source(source)
  const nodeName = endpoint.node_device_name_template
  return {
    name: source,
    ...(site === undefined ? {} : { site }),
    ...(nodeName === "" ? {} : { nodeName }),
    ...(temporaryAddresses === undefined ? {} : { temporaryAddresses })
  }
}

/**
 * A row has the time-out of one attempt, a call a deadline for all of them. Who asks for no repetition gets the usual ones
 * within it all the same: what was not seen once is not planned for.
 */
const patienceOf = ({
  max_retries,
  retry_backoff,
  timeout
}: ProxmoxConnection["endpoint"]): ProxmoxClient.Patience => ({
  ...(max_retries === null ? {} : { retries: Math.max(ProxmoxClient.usualRetries, max_retries) }),
  ...(retry_backoff === null ? {} : { backoff: Duration.seconds(retry_backoff) }),
  ...(timeout === null ? {} : { deadline: Duration.seconds(timeout * (1 + (max_retries ?? 0))) })
})

const secretsOf = ({ netbox, proxmox }: Connections): ReadonlyArray<Redacted.Redacted> => [
  ...withSecretHalf(netbox.token, "."),
  ...proxmox.flatMap(({ auth }) => ("token" in auth ? withSecretHalf(auth.token, "=") : [auth.password]))
]

/** What the clients and the plans of an engine follow from; secrets are in it, so it is only ever digested. */
const digestFor = (connections: Connections, policy: Policy["Type"], branch: string | undefined): string => {
  const secrets = secretsOf(connections).map((secret) => Redacted.value(secret))
  return digestOf(JSON.stringify({ connections, secrets, policy: policy.text, branch }))
}

const clients = (
  { netbox, proxmox }: Connections,
  policy: Policy["Type"],
  guard: ConnectGuard["Type"],
  netboxSettings: NetBoxSettings,
  branch: string | undefined
) => {
  const { tls, token, url } = netbox
  const branched = branch === undefined ? {} : { branch }
  return Layer.mergeAll(
    NetBoxLive.layer({ url, token, tls: { ...tls, ...policy.netbox }, settings: netboxSettings, guard, ...branched }),
    Layer.unwrapEffect(
      Effect.map(Metrics, ({ recorder, watcher }) =>
        ProxmoxLive.layer(
          proxmox.map(({ auth, endpoint, source: name, tls: verify, urls }) => {
            const { osInfo = false, tls: trust } = policy.source(name)
            return { name, urls, auth, osInfo, tls: { ...verify, ...trust }, patience: patienceOf(endpoint) }
          }),
          { recorder, watcher, guard }
        )
      )
    )
  )
}

const settings = (
  { proxmox }: Connections,
  policy: Policy["Type"],
  { maxRetries, retryDelay }: NetBoxSettings,
  engine: string
) =>
  Layer.sync(EngineSettings, () => {
    const { grace, limitCount, limitPercent, policy: gone } = policy.removal
    const sources = proxmox.map((connection) => settingsOf(policy, connection))
    const rules = [...proxmox.flatMap(tenantRules), ...policy.rules]
    return {
      sources,
      rules,
      rulesText: canonical(JSON.parse(JSON.stringify({ sources, rules, policy: policy.text })) as Json),
      removal: { deletes: gone === "delete", grace, limitCount, limitPercent },
      dispatch: { settle: policy.settle, retryDelay, attempts: maxRetries + 1, farewell },
      observe: policy.observe,
      actor: `service on ${hostname()}`,
      engine
    }
  })

const make = Effect.fnUntraced(function* (options: EnginesOptions) {
  const endpoints = yield* Endpoints
  const policy = yield* Policy
  const guard = yield* ConnectGuard
  // Every setting has a fallback, so reading them cannot fail.
  const netboxSettings = yield* Effect.orDie(NetBoxSettings)
  const journal = yield* Journal
  const around = Context.make(Journal, journal).pipe(
    Context.add(Projections, yield* Projections),
    Context.add(Metrics, yield* Metrics)
  )
  const kept = yield* Kept.make<Engine>(most)

  const build = Effect.fnUntraced(function* (connections: Connections, branch: string | undefined) {
    yield* journal.conceal(secretsOf(connections))
    const layer = Reconciler.layer.pipe(
      Layer.provideMerge(clients(connections, policy, guard, netboxSettings, branch)),
      Layer.provideMerge(settings(connections, policy, netboxSettings, options.engine)),
      Layer.provide(Layer.succeedContext(around))
    )
    const built = yield* Layer.build(layer)
    const engine: Engine = {
      reconciler: Context.get(built, Reconciler.Reconciler),
      netbox: Context.get(built, NetBox),
      cache: Context.get(built, NetBoxLive.NetBoxCache),
      proxmox: Context.get(built, Proxmox),
      sources: connections.proxmox.map(({ id, source }) => ({ endpointId: id, source })),
      settings: Context.get(built, EngineSettings)
    }
    return engine
  })

  /** As they are now; a secret that cannot be read is as good as an endpoint that is not there. */
  const connections = Effect.gen(function* () {
    const unreadable = (which: "netbox" | "proxmox") => (error: { readonly message: string }) =>
      new NoEndpoint({ which, detail: error.message })
    const netbox = yield* endpoints.netboxConnection.pipe(
      Effect.catchTags({
        NoEncryptionKey: (error) => Effect.fail(unreadable("netbox")(error)),
        Undecryptable: (error) => Effect.fail(unreadable("netbox")(error))
      })
    )
    if (Option.isNone(netbox)) {
      return yield* new NoEndpoint({ which: "netbox", detail: "There is no enabled NetBox endpoint. Create one" })
    }
    const proxmox = yield* endpoints.proxmoxConnections.pipe(
      Effect.catchTags({
        NoEncryptionKey: (error) => Effect.fail(unreadable("proxmox")(error)),
        Undecryptable: (error) => Effect.fail(unreadable("proxmox")(error))
      })
    )
    const found: Connections = { netbox: netbox.value, proxmox }
    return found
  })

  return Engines.of({
    use: (effect, { branch } = {}) =>
      Effect.flatMap(connections, (found) => kept.use(digestFor(found, policy, branch), build(found, branch), effect))
  })
})

/** Engines over the endpoints of the database. */
export const layer = (
  options: EnginesOptions
): Layer.Layer<Engines, never, ConnectGuard | Endpoints | Policy | Journal | Projections | Metrics> =>
  Layer.scoped(Engines, make(options))
