import { Duration, Redacted, Schema } from "effect"
import { canonical, type Json } from "./Json.ts"
import * as Fields from "./ConfigFields.ts"
import { Rule } from "./Rules.ts"

const { optional, Text } = Fields

const Tls = Schema.Struct({
  verify: Schema.optionalWith(Fields.Flag, { exact: true, default: () => true }),
  /** PEM file with further authorities, relative to the configuration. */
  caFile: optional(Text),
  /** Where there are any, no other certificate is accepted. */
  fingerprint: optional(Fields.Fingerprints)
})
export type TlsConfig = typeof Tls.Type

const tls = Schema.optionalWith(Tls, { exact: true, default: (): TlsConfig => ({ verify: true }) })

const NetBoxConfig = Schema.Struct({
  url: Fields.HttpUrl,
  /** v1 (40 hex digits) or v2 (`nbt_key.secret`). */
  token: Fields.NetBoxToken,
  tls,
  /** How long a request without answer may still take effect: at least the timeout of NetBox's workers. */
  settle: Schema.optionalWith(Fields.Period, { exact: true, default: () => Duration.seconds(120) })
})

/** A source as it is written; either a token or a username with its password. */
const SourceFields = Schema.Struct({
  /** The permanent id of the source: everything in NetBox is recognised by it. */
  name: Fields.SourceName,
  /** Addresses of its nodes; each of them serves the whole cluster. */
  urls: Schema.NonEmptyArray(Fields.HttpUrl),
  /** `user@realm!name=uuid`. */
  token: optional(Fields.ProxmoxToken),
  /** `user@realm`. */
  username: optional(Fields.ProxmoxUser),
  password: optional(Fields.Secret),
  tls,
  /** Id, slug or name of a NetBox site. */
  site: optional(Fields.Name),
  /** Name of a node's device: `{node}`, `{cluster}`, `{endpoint}` are replaced. */
  nodeName: optional(Fields.NodeName),
  /** Ask guest agents for the operating system: one more call for each running machine. */
  osInfo: Schema.optionalWith(Fields.Flag, { exact: true, default: () => false }),
  /** IPv6 privacy addresses, which guests change every day. */
  temporaryAddresses: Schema.optionalWith(Fields.oneOf("keep", "ignore"), {
    exact: true,
    default: () => "keep" as const
  })
})

const Removal = Schema.Struct({
  /** What becomes of guests that are gone: marked, or deleted after the grace time. */
  policy: Schema.optionalWith(Fields.oneOf("mark", "delete"), { exact: true, default: () => "mark" as const }),
  grace: Schema.optionalWith(Fields.Period, { exact: true, default: () => Duration.days(30) }),
  /** Removals above both limits wait for approval. */
  limitPercent: Schema.optionalWith(Fields.Percent, { exact: true, default: () => 20 }),
  limitCount: Schema.optionalWith(Fields.Count, { exact: true, default: () => 5 })
})

const Observe = Schema.Struct({
  /** One run in so many reads everything; 1: each. */
  fullEvery: Schema.optionalWith(Fields.AtLeastOne, { exact: true, default: () => 4 })
})

/** The file as it is written. `check` of `ConfigCheck.ts` decodes it, and judges what one field alone does not tell. */
export const ConfigDocument = Schema.Struct({
  netbox: NetBoxConfig,
  proxmox: Schema.NonEmptyArray(SourceFields),
  /** SQLite file, relative to the configuration. */
  journal: Text,
  rules: Schema.optionalWith(Schema.Array(Rule), { exact: true, default: () => [] }),
  removal: Schema.optionalWith(Removal, { exact: true, default: () => Schema.decodeSync(Removal)({}) }),
  observe: Schema.optionalWith(Observe, { exact: true, default: () => Schema.decodeSync(Observe)({}) })
})
export type ConfigDocument = typeof ConfigDocument.Type

export type Credentials =
  { readonly token: Redacted.Redacted } | { readonly username: string; readonly password: Redacted.Redacted }

/** What a service is told beside the endpoints of its database; those in it are made there when they are not. */
export const ServiceDocument = Schema.Struct({
  ...ConfigDocument.fields,
  netbox: optional(NetBoxConfig),
  proxmox: Schema.optionalWith(Schema.Array(SourceFields), { exact: true, default: () => [] }),
  journal: optional(Text)
})

export interface SourceConfig extends Omit<typeof SourceFields.Type, "token" | "username" | "password"> {
  readonly auth: Credentials
}

/** A configuration that passed every check. */
export interface Config extends Omit<ConfigDocument, "proxmox"> {
  readonly proxmox: ReadonlyArray<SourceConfig>
}

/** The same, of a service. */
export interface ServiceConfig extends Omit<typeof ServiceDocument.Type, "proxmox"> {
  readonly proxmox: ReadonlyArray<SourceConfig>
}

/** Canonical text of everything that shapes what NetBox should hold, without secrets: its digest goes with each run. */
export const rulesDigestInput = (config: Config): string =>
  canonical({
    sources: config.proxmox.map(({ name, nodeName, osInfo, site, temporaryAddresses }): Json => ({
      name,
      site: site ?? null,
      nodeName: nodeName ?? null,
      osInfo,
      temporaryAddresses
    })),
    rules: JSON.parse(JSON.stringify(config.rules)) as Json,
    removal: { ...config.removal, grace: Duration.toMillis(config.removal.grace) }
  })

/** The half of a token that has to stay secret is as good as the whole. */
export const withSecretHalf = (token: Redacted.Redacted, separator: "." | "=") => {
  const text = Redacted.value(token)
  const at = text.indexOf(separator)
  return at === -1 ? [token] : [token, Redacted.make(text.slice(at + 1))]
}

/** What must never be stored or shown. */
export const secretsOf = ({ netbox, proxmox }: Config): ReadonlyArray<Redacted.Redacted> => [
  ...withSecretHalf(netbox.token, "."),
  ...proxmox.flatMap(({ auth }) => ("token" in auth ? withSecretHalf(auth.token, "=") : [auth.password]))
]
