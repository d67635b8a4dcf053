import { Config, Duration, Number, Option } from "effect"

/** How the NetBox client behaves, as far as the environment may change it. */
export interface NetBoxSettings {
  /** Requests in flight at most. NetBox gains nothing from more than it has workers. */
  readonly maxConcurrent: number
  readonly maxRetries: number
  readonly retryDelay: Duration.Duration
  /** From the permit to the last byte of an answer. */
  readonly timeout: Duration.Duration
  /** Zero switches the cache off. */
  readonly cacheTtl: Duration.Duration
  readonly cacheMaxEntries: number
  readonly cacheMaxBytes: number
}

export const defaults: NetBoxSettings = {
  maxConcurrent: 2,
  maxRetries: 5,
  retryDelay: Duration.seconds(2),
  timeout: Duration.seconds(120),
  cacheTtl: Duration.seconds(60),
  cacheMaxEntries: 4096,
  cacheMaxBytes: 52_428_800
}

const parse = (text: string) => Option.filter(Number.parse(text.trim()), globalThis.Number.isFinite)

/** What does not parse is as good as absent; what is too small is raised to the minimum. */
const atLeast = (minimum: number, fallback: number, accept: (value: number) => boolean) => (name: string) =>
  Config.option(Config.string(name)).pipe(
    Config.map(Option.flatMap(parse)),
    Config.map(Option.filter(accept)),
    Config.map(Option.match({ onNone: () => fallback, onSome: Number.max(minimum) }))
  )

const integer = (minimum: number, fallback: number) => atLeast(minimum, fallback, globalThis.Number.isInteger)

const seconds = (minimum: number, fallback: Duration.Duration) => (name: string) =>
  Config.map(atLeast(minimum, Duration.toSeconds(fallback), () => true)(name), Duration.seconds)

/** From `PROXBOX_NETBOX_…`; durations are in seconds, with fractions. */
export const NetBoxSettings: Config.Config<NetBoxSettings> = Config.all({
  maxConcurrent: integer(1, defaults.maxConcurrent)("MAX_CONCURRENT"),
  maxRetries: integer(0, defaults.maxRetries)("MAX_RETRIES"),
  retryDelay: seconds(0, defaults.retryDelay)("RETRY_DELAY"),
  timeout: seconds(1, defaults.timeout)("TIMEOUT"),
  cacheTtl: seconds(0, defaults.cacheTtl)("GET_CACHE_TTL"),
  cacheMaxEntries: integer(1, defaults.cacheMaxEntries)("GET_CACHE_MAX_ENTRIES"),
  cacheMaxBytes: integer(1024, defaults.cacheMaxBytes)("GET_CACHE_MAX_BYTES")
}).pipe(Config.nested("PROXBOX_NETBOX"))
