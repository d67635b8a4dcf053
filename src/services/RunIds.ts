import { Clock, Effect, Random } from "effect"

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, "0").slice(-digits)

/** A UUID version 7 (RFC 9562): sorts by the time it was made. */
export const runId: Effect.Effect<string> = Effect.gen(function* () {
  const at = hex(yield* Clock.currentTimeMillis, 12)
  const part = Random.nextIntBetween(0, 0x10000)
  const [a, b, c, d, e] = yield* Effect.all([part, part, part, part, part])
  const version = hex(0x7000 | (a & 0x0fff), 4)
  const variant = hex(0x8000 | (b & 0x3fff), 4)
  return `${at.slice(0, 8)}-${at.slice(8)}-${version}-${variant}-${hex(c, 4)}${hex(d, 4)}${hex(e, 4)}`
})
