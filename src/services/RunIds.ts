import { createHash } from "node:crypto"
import { Clock, Effect, Random } from "effect"

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, "0").slice(-digits)

/** A UUID version 7 of a time in milliseconds since 1970 and five numbers of 16 bits. */
const uuid = (millis: number, [a = 0, b = 0, c = 0, d = 0, e = 0]: ReadonlyArray<number>): string => {
  const at = hex(millis, 12)
  const version = hex(0x7000 | (a & 0x0fff), 4)
  const variant = hex(0x8000 | (b & 0x3fff), 4)
  return `${at.slice(0, 8)}-${at.slice(8)}-${version}-${variant}-${hex(c, 4)}${hex(d, 4)}${hex(e, 4)}`
}

/** A UUID version 7 (RFC 9562): sorts by the time it was made. */
export const runId: Effect.Effect<string> = Effect.gen(function* () {
  const at = yield* Clock.currentTimeMillis
  const part = Random.nextIntBetween(0, 0x10000)
  return uuid(at, yield* Effect.all([part, part, part, part, part]))
})

/** The id of the run that a command begins at a time: the same command at the same time is the same run, however often it is given. */
export const runIdOf = (command: string, millis: number): string => {
  const digest = createHash("sha256").update(`${command}/${millis}`).digest()
  return uuid(
    millis,
    [0, 2, 4, 6, 8].map((at) => digest.readUInt16BE(at))
  )
}
