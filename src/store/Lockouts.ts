import { Context, type Effect, type Redacted, Schema } from "effect"

/** Too many wrong keys from there. */
export class LockedOut extends Schema.TaggedError<LockedOut>()("LockedOut", {
  /** Whole seconds, 1 or more: for `Retry-After`. */
  retryAfter: Schema.Int
}) {
  override get message() {
    return "Too many failed authentication attempts. Please try again later."
  }
}

export interface LockoutCounts {
  readonly failures: number
  readonly lockouts: number
  readonly sourceLockouts: number
  /** Buckets that were cleared by a good key. */
  readonly recoveries: number
  readonly activeLockouts: number
  readonly activeSourceLockouts: number
  readonly buckets: number
}

/**
 * Wrong keys are counted by source and key, and by source. A request without a key is counted in `failures` and locks nobody
 * out, and a key that was good before is let in whatever else comes from its source.
 */
export class Lockouts extends Context.Tag("proxledger/Lockouts")<
  Lockouts,
  {
    /** Before a key is verified; `null` is a request without one. */
    readonly check: (source: string, key: Redacted.Redacted | null) => Effect.Effect<void, LockedOut>
    /** Returns how many attempts are left: 4, 3, 2, 1, 0. */
    readonly failed: (source: string, key: Redacted.Redacted | null) => Effect.Effect<number>
    readonly succeeded: (source: string, key: Redacted.Redacted) => Effect.Effect<void>
    readonly counts: Effect.Effect<LockoutCounts>
  }
>() {}
