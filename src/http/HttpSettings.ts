import { Config, ConfigError, Context, Either, Layer, Number, Option } from "effect"
import { parseRange, type Range } from "./Ranges.ts"

/** How the HTTP server behaves, as far as the environment may change it. */
export class HttpSettings extends Context.Tag("proxledger/HttpSettings")<
  HttpSettings,
  {
    /** Requests of one source in a minute. */
    readonly rateLimit: number
    /** Proxies whose `X-Forwarded-For` is believed. */
    readonly trustedProxies: ReadonlyArray<Range>
    /** Origins of browsers besides those of the NetBox that is configured. */
    readonly corsExtraOrigins: ReadonlyArray<string>
    /** Bytes of a body at most. */
    readonly maxBody: number
    /** Addresses that endpoints may have although the guard refuses them otherwise. */
    readonly allowedRanges: ReadonlyArray<Range>
    /** Whether a GET that writes is refused, so that only POST does. */
    readonly rejectMutatingGet: boolean
    /** Whether `/metrics` needs no key. */
    readonly metricsPublic: boolean
  }
>() {}

const list = (name: string) =>
  Config.string(name).pipe(
    Config.withDefault(""),
    Config.map((text) =>
      text
        .split(",")
        .map((item) => item.trim())
        .filter((item) => item !== "")
    )
  )

const ranges = (name: string) =>
  list(name).pipe(
    Config.mapOrFail((items) =>
      Either.mapLeft(Either.all(items.map(parseRange)), (item) =>
        ConfigError.InvalidData(
          [name],
          `${item} is no network. Write it as 10.0.0.0/8 or fd00::/8, with commas between`
        )
      )
    )
  )

/** What does not parse is as good as absent; what is too small is raised to the minimum. */
const integer = (name: string, minimum: number, fallback: number) =>
  Config.option(Config.string(name)).pipe(
    Config.map(Option.flatMap((text) => Number.parse(text.trim()))),
    Config.map(Option.filter(globalThis.Number.isInteger)),
    Config.map(Option.match({ onNone: () => fallback, onSome: Number.max(minimum) }))
  )

const flag = (name: string) =>
  Config.map(Config.withDefault(Config.string(name), ""), (text) => /^(1|true|yes|on)$/i.test(text.trim()))

const settings = Config.all({
  rateLimit: integer("PROXBOX_RATE_LIMIT", 1, 300),
  trustedProxies: ranges("PROXBOX_TRUSTED_PROXIES"),
  corsExtraOrigins: list("PROXBOX_CORS_EXTRA_ORIGINS"),
  maxBody: integer("PROXLEDGER_MAX_BODY", 1024, 1_048_576),
  allowedRanges: ranges("PROXLEDGER_ALLOWED_RANGES"),
  rejectMutatingGet: flag("PROXBOX_REJECT_MUTATING_GET"),
  metricsPublic: flag("PROXLEDGER_METRICS_PUBLIC")
})

/** A network that does not parse stops the service before it listens: it would trust or refuse the wrong ones. */
export const layer = Layer.effect(HttpSettings, settings)
