import { Context, Duration, Layer, Schema } from "effect"
import { canonical, type Json } from "../domain/Json.ts"
import type { Config, SourceConfig, TlsConfig } from "../domain/Config.ts"
import { ConfigDocument } from "../domain/Config.ts"
import type { Rule } from "../domain/Rules.ts"
import type { TlsOptions } from "./Endpoint.ts"

/** What a configuration file says beside the endpoints, which the service keeps in its database. */
export interface PolicyOptions {
  readonly config: Pick<Config, "rules" | "removal" | "observe"> & Partial<Pick<Config, "netbox" | "proxmox">>
  /** PEM texts by the path of their `caFile`. */
  readonly authorities: ReadonlyMap<string, string>
}

/** What the engines of a service are to do with what they see. */
export class Policy extends Context.Tag("proxledger/Policy")<
  Policy,
  {
    readonly rules: ReadonlyArray<Rule>
    readonly removal: Config["removal"]
    readonly observe: Config["observe"]
    /** How long a request to NetBox without answer may still take effect. */
    readonly settle: Duration.Duration
    /** Whom a NetBox of this address is trusted by, beside what its row says. */
    readonly netbox: Partial<TlsOptions>
    /** What a source of this name has beside its row. */
    readonly source: (name: string) => Partial<Pick<SourceConfig, "osInfo" | "temporaryAddresses">> & {
      readonly tls: Partial<TlsOptions>
    }
    /** Canonical text of all this. */
    readonly text: string
  }
>() {}

const trustOf = (authorities: ReadonlyMap<string, string>, tls: TlsConfig | undefined): Partial<TlsOptions> => {
  const ca = tls?.caFile === undefined ? undefined : authorities.get(tls.caFile)
  const fingerprints = [tls?.fingerprint ?? []].flat()
  return { ...(ca === undefined ? {} : { ca }), ...(fingerprints.length === 0 ? {} : { fingerprints }) }
}

export const policyOf = ({ authorities, config }: PolicyOptions): Policy["Type"] => {
  const { netbox, observe, proxmox = [], removal, rules } = config
  const sources = proxmox.map(({ name, osInfo, temporaryAddresses, tls }) => {
    return { name, osInfo, temporaryAddresses, tls: trustOf(authorities, tls) }
  })
  const settle = netbox?.settle ?? Duration.seconds(120)
  const trust = trustOf(authorities, netbox?.tls)
  const all = { rules, observe, removal: { ...removal, grace: Duration.toMillis(removal.grace) }, sources, trust }
  return {
    rules,
    removal,
    observe,
    settle,
    netbox: trust,
    source: (name) => sources.find((one) => one.name === name) ?? { tls: {} },
    text: canonical(JSON.parse(JSON.stringify({ ...all, settle: Duration.toMillis(settle) })) as Json)
  }
}

const { observe, removal, rules } = ConfigDocument.fields

/** Of a service without a configuration file. */
const defaults = Schema.decodeSync(Schema.Struct({ observe, removal, rules }))({})

export const layer = (options: PolicyOptions = { config: defaults, authorities: new Map() }): Layer.Layer<Policy> =>
  Layer.succeed(Policy, policyOf(options))
