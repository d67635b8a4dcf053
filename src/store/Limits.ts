import { Config, Effect, Number, Option } from "effect"

/** A whole number of the environment: what does not parse is as good as absent, what is out of bounds is brought within. */
const bounded = (name: string, fallback: number, minimum: number, maximum: number) =>
  Config.string(name).pipe(
    Config.option,
    Config.map(Option.flatMap((text) => Number.parse(text.trim()))),
    Config.map(Option.filter(globalThis.Number.isInteger)),
    Config.map(
      Option.match({ onNone: () => fallback, onSome: (value) => Math.min(maximum, Math.max(minimum, value)) })
    ),
    // Every one has a fallback.
    Effect.orDie
  )

export const maxActiveKeys = bounded("PROXBOX_AUTH_MAX_ACTIVE_KEYS", 32, 1, 1024)

export const lockoutLimits = Effect.all({
  /** Wrong keys of one source and key. */
  threshold: bounded("PROXBOX_AUTH_LOCKOUT_THRESHOLD", 5, 1, 100),
  /** Wrong keys of one source. */
  sourceThreshold: bounded("PROXBOX_AUTH_LOCKOUT_SOURCE_THRESHOLD", 50, 1, 100_000),
  /** Seconds: how long failures count, and how long a lock holds. */
  window: bounded("PROXBOX_AUTH_LOCKOUT_WINDOW_SECONDS", 300, 1, 86_400),
  maxBuckets: bounded("PROXBOX_AUTH_LOCKOUT_MAX_BUCKETS", 10_000, 2, 1_000_000)
})
