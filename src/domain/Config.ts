import { Duration, Redacted, Schema } from "effect"
import { canonical, type Json } from "./Json.ts"
import { Rule } from "./Rules.ts"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

const HttpUrl = Schema.String.pipe(
  Schema.filter((text) => /^https?:$/.test(protocolOf(text)) || "is not an address like https://host:8006")
)

const protocolOf = (text: string): string => (URL.canParse(text) ? new URL(text).protocol : "")

/** The text itself never appears in a problem with it. */
const Secret = Schema.Redacted(
  Schema.NonEmptyString.annotations({ message: () => ({ message: "is not a text", override: true }) })
)

/** `30 days`, `90 seconds`; a number is seconds. */
const Period = Schema.transform(
  Schema.Union(Schema.Number, Schema.String).pipe(
    Schema.filter((value) => periodOf(value) !== undefined || `is not a duration like "30 days"`)
  ),
  Schema.DurationFromSelf,
  { strict: true, decode: (value) => periodOf(value) ?? Duration.zero, encode: (value) => Duration.toSeconds(value) }
)

const units = /^\d+(\.\d+)? (millis?|seconds?|minutes?|hours?|days?|weeks?)$/

const isPeriodText = (value: string): value is `${number} seconds` => units.test(value)

const periodOf = (value: number | string): Duration.Duration | undefined => {
  if (typeof value === "number") return value >= 0 ? Duration.seconds(value) : undefined
  return isPeriodText(value) ? Duration.decode(value) : undefined
}

const Fingerprint = Schema.String.pipe(
  Schema.pattern(/^([0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2}$/, {
    message: () => "is not a SHA-256 fingerprint: 32 hex pairs with colons"
  })
)

const Tls = Schema.Struct({
  verify: Schema.optionalWith(Schema.Boolean, { default: () => true }),
  /** PEM file, relative to the configuration. */
  caFile: optional(Schema.NonEmptyString),
  fingerprint: optional(Schema.Union(Fingerprint, Schema.Array(Fingerprint)))
})
export type TlsConfig = typeof Tls.Type

const strict = (): TlsConfig => ({ verify: true })

const NetBoxConfig = Schema.Struct({
  url: HttpUrl,
  /** v1 (40 hex digits) or v2 (`nbt_key.secret`). */
  token: Secret,
  tls: Schema.optionalWith(Tls, { default: strict }),
  /** How long a request without answer may still take effect: at least the timeout of NetBox's workers. */
  settle: Schema.optionalWith(Period, { default: () => Duration.seconds(120) })
})

const SourceConfig = Schema.Struct({
  /** The permanent id of the source: everything in NetBox is recognised by it. */
  name: Schema.String.pipe(
    Schema.pattern(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, {
      message: () => "is not an id: letters, digits, and _ . - after the first"
    })
  ),
  urls: Schema.NonEmptyArray(HttpUrl),
  /** `user@realm!name=uuid`. */
  token: optional(Secret),
  username: optional(Schema.NonEmptyString),
  password: optional(Secret),
  tls: Schema.optionalWith(Tls, { default: strict }),
  /** Id, slug or name of a NetBox site. */
  site: optional(Schema.Union(Schema.NonEmptyString, Schema.Int)),
  /** Name of a node's device: `{node}`, `{cluster}`, `{endpoint}` are replaced. */
  nodeName: optional(Schema.NonEmptyString),
  /** Ask guest agents for the operating system: one more call for each running machine. */
  osInfo: Schema.optionalWith(Schema.Boolean, { default: () => false })
}).pipe(
  Schema.filter(({ password, token, username }) =>
    token === undefined
      ? (username !== undefined && password !== undefined) || {
          path: ["token"],
          message: "is missing, and so are username and password"
        }
      : (username === undefined && password === undefined) || {
          path: ["token"],
          message: "stands beside a username or password; give one of both"
        }
  )
)
export type SourceConfig = typeof SourceConfig.Type

const Removal = Schema.Struct({
  /** What becomes of guests that are gone: marked, or deleted after the grace time. */
  policy: Schema.optionalWith(Schema.Literal("mark", "delete"), { default: () => "mark" as const }),
  grace: Schema.optionalWith(Period, { default: () => Duration.days(30) }),
  /** More removals than both limits wait for approval. */
  limitPercent: Schema.optionalWith(Schema.Number.pipe(Schema.between(0, 100)), { default: () => 20 }),
  limitCount: Schema.optionalWith(Schema.NonNegativeInt, { default: () => 5 })
})

export const Config = Schema.Struct({
  netbox: NetBoxConfig,
  proxmox: Schema.NonEmptyArray(SourceConfig).pipe(
    Schema.filter((sources) => {
      const seen = new Set<string>()
      for (const [index, { name }] of sources.entries()) {
        if (seen.has(name)) return { path: [index, "name"], message: `is taken by another source: ${name}` }
        seen.add(name)
      }
      return true
    })
  ),
  journal: Schema.NonEmptyString,
  rules: Schema.optionalWith(Schema.Array(Rule), { default: () => [] }),
  removal: Schema.optionalWith(Removal, {
    default: () => ({ policy: "mark" as const, grace: Duration.days(30), limitPercent: 20, limitCount: 5 })
  })
})
export type Config = typeof Config.Type

/** Everything of the configuration that shapes what NetBox should hold, without secrets: its digest goes with each run. */
export const shapeOf = (config: Config): string =>
  canonical({
    sources: config.proxmox.map(({ name, nodeName, osInfo, site }): Json => ({
      name,
      site: site === undefined ? null : String(site),
      nodeName: nodeName ?? null,
      osInfo
    })),
    rules: JSON.parse(JSON.stringify(config.rules)) as Json,
    removal: { ...config.removal, grace: Duration.toMillis(config.removal.grace) }
  })

/** What must never be stored or shown. */
export const secretsOf = (config: Config): ReadonlyArray<Redacted.Redacted> => [
  config.netbox.token,
  ...config.proxmox.flatMap(({ password, token }) => [token ?? [], password ?? []].flat()),
  // The secret half of a token alone is as good as the whole.
  ...config.proxmox.flatMap(({ token }) => {
    const uuid = token === undefined ? undefined : Redacted.value(token).split("=").pop()
    return uuid === undefined ? [] : [Redacted.make(uuid)]
  })
]
