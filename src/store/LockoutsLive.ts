import { createHmac, randomBytes } from "node:crypto"
import { Clock, Effect, Layer, Redacted } from "effect"
import ipaddr from "ipaddr.js"
import { lockoutLimits } from "./Limits.ts"
import { LockedOut, Lockouts } from "./Lockouts.ts"

/** Failures since `since`; `until` is the end of the lock, 0 without one. Seconds since 1970. */
interface Bucket {
  readonly attempts: number
  readonly since: number
  readonly until: number
}

/** How many good keys are remembered; the oldest go. */
const remembered = 1024

/** An IPv6 source is its /64, which one customer has whole; an IPv4 address within IPv6 is that address. */
export const groupOf = (source: string): string => {
  if (!ipaddr.isValid(source)) return source
  const address = ipaddr.process(source)
  return address instanceof ipaddr.IPv6
    ? `${address.parts
        .slice(0, 4)
        .map((part) => part.toString(16))
        .join(":")}::/64`
    : address.toString()
}

const make = Effect.gen(function* () {
  const { maxBuckets, sourceThreshold, threshold, window } = yield* lockoutLimits
  const secret = yield* Effect.sync(() => randomBytes(32))
  const buckets = new Map<string, Bucket>()
  const good = new Set<string>()
  const counts = { failures: 0, lockouts: 0, sourceLockouts: 0, recoveries: 0 }
  const seconds = Effect.map(Clock.currentTimeMillis, (millis) => millis / 1000)

  const digestOf = (key: Redacted.Redacted) => createHmac("sha256", secret).update(Redacted.value(key)).digest("hex")
  const sourceBucket = (source: string) => `source ${groupOf(source)}`
  const keyBucket = (source: string, digest: string) => `key ${groupOf(source)} ${digest}`

  const isOver = ({ since, until }: Bucket, now: number) => (until > 0 ? now >= until : now >= since + window)

  const live = (name: string, now: number): Bucket | undefined => {
    const bucket = buckets.get(name)
    if (bucket === undefined || !isOver(bucket, now)) return bucket
    buckets.delete(name)
    return undefined
  }

  /** Buckets come in the order of their last failure, so that what is first is over first. */
  const trim = (now: number) => {
    for (const [name, bucket] of buckets) {
      if (buckets.size <= maxBuckets && !isOver(bucket, now)) return
      buckets.delete(name)
    }
  }

  /** Returns the attempts so far, and whether this one locked. */
  const count = (name: string, most: number, now: number) => {
    const { attempts, since } = live(name, now) ?? { attempts: 0, since: now }
    const next = attempts + 1
    buckets.delete(name)
    buckets.set(name, { attempts: next, since, until: next >= most ? now + window : 0 })
    return { attempts: next, locked: next === most }
  }

  const lockOf = (name: string, now: number) => {
    const until = live(name, now)?.until ?? 0
    return until > 0 ? new LockedOut({ retryAfter: Math.max(1, Math.ceil(until - now)) }) : null
  }

  const active = (kind: string, now: number) =>
    [...buckets].filter(([name, bucket]) => name.startsWith(kind) && bucket.until > 0 && !isOver(bucket, now)).length

  return Lockouts.of({
    check: Effect.fnUntraced(function* (source, key) {
      if (key === null) return
      const now = yield* seconds
      const digest = digestOf(key)
      const locked = lockOf(keyBucket(source, digest), now)
      if (locked !== null) return yield* locked
      if (good.has(digest)) return
      const lockedSource = lockOf(sourceBucket(source), now)
      if (lockedSource !== null) return yield* lockedSource
    }),
    failed: (source, key) =>
      Effect.map(seconds, (now) => {
        counts.failures += 1
        if (key === null) return threshold
        const digest = digestOf(key)
        good.delete(digest)
        const own = count(keyBucket(source, digest), threshold, now)
        if (own.locked) counts.lockouts += 1
        if (count(sourceBucket(source), sourceThreshold, now).locked) counts.sourceLockouts += 1
        trim(now)
        return Math.max(0, threshold - own.attempts)
      }),
    succeeded: (source, key) =>
      Effect.sync(() => {
        const digest = digestOf(key)
        if (buckets.delete(keyBucket(source, digest))) counts.recoveries += 1
        good.delete(digest)
        good.add(digest)
        for (const oldest of good) {
          if (good.size <= remembered) break
          good.delete(oldest)
        }
      }),
    counts: Effect.map(seconds, (now) => ({
      ...counts,
      activeLockouts: active("key", now),
      activeSourceLockouts: active("source", now),
      buckets: buckets.size
    }))
  })
})

/** In memory: a service that starts again has forgotten them, as it has forgotten what was wrong with whom. */
export const layer: Layer.Layer<Lockouts> = Layer.effect(Lockouts, make)
