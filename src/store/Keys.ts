import { Context, type Effect, type Option, type Redacted, Schema } from "effect"
import type { By } from "../domain/By.ts"
import type { StoreFailed } from "./Database.ts"

/** `admin` includes the others. */
export const KeyScope = Schema.Literal("read", "sync", "write", "admin")
export type KeyScope = typeof KeyScope.Type

/** What is shown of a key: never the key. */
export const ApiKey = Schema.Struct({
  id: Schema.Int,
  label: Schema.String,
  is_active: Schema.Boolean,
  /** Seconds since 1970, as the other times. */
  created_at: Schema.Number,
  scopes: Schema.Array(KeyScope),
  expires_at: Schema.NullOr(Schema.Number),
  /** To the minute. */
  last_used_at: Schema.NullOr(Schema.Number)
}).annotations({ identifier: "ApiKey" })
export type ApiKey = typeof ApiKey.Type

/** The key cannot be registered; status 400 with `detail`. */
export class KeyRefused extends Schema.TaggedError<KeyRefused>()("KeyRefused", { detail: Schema.String }) {
  override get message() {
    return this.detail
  }
}

/** The first key of this database was registered before, even if it is gone; status 409. */
export class AlreadyBootstrapped extends Schema.TaggedError<AlreadyBootstrapped>()("AlreadyBootstrapped", {}) {
  override get message() {
    return "An API key is already configured."
  }
}

export class KeyNotFound extends Schema.TaggedError<KeyNotFound>()("KeyNotFound", { id: Schema.Int }) {
  override get message() {
    return "API key not found."
  }
}

/** Without this key nobody could administer the service any more; status 409. */
export class LastActiveKey extends Schema.TaggedError<LastActiveKey>()("LastActiveKey", { id: Schema.Int }) {
  override get message() {
    return "Create and verify another active API key, with the scope admin and no expiry, before retiring this key."
  }
}

export class KeyLimitReached extends Schema.TaggedError<KeyLimitReached>()("KeyLimitReached", { limit: Schema.Int }) {
  override get message() {
    return `The configured active API-key limit is ${this.limit}. Deactivate an active key with POST /auth/keys/{id}/deactivate before creating or reactivating another key.`
  }
}

/** More keys wait to be checked than is good for the service; the same request is worth another try in a second. */
export class VerificationBusy extends Schema.TaggedError<VerificationBusy>()("VerificationBusy", {}) {
  override get message() {
    return "Authentication verification capacity is temporarily exhausted."
  }
}

/** The keys that open the service; only their bcrypt hashes are stored. */
export class Keys extends Context.Tag("proxledger/Keys")<
  Keys,
  {
    /** Whether no key was ever registered. */
    readonly needsBootstrap: Effect.Effect<boolean, StoreFailed>
    /** The first key, chosen by whoever calls; all scopes, no expiry. Of several at once, one wins. */
    readonly bootstrap: (
      raw: Redacted.Redacted,
      label: string,
      by: By
    ) => Effect.Effect<ApiKey, KeyRefused | AlreadyBootstrapped | StoreFailed>
    /** Newest first. */
    readonly list: Effect.Effect<ReadonlyArray<ApiKey>, StoreFailed>
    /** A key of 64 characters that are safe in URLs. `expires_at` in seconds since 1970. */
    readonly create: (
      options: {
        readonly label: string
        readonly scopes: ReadonlyArray<KeyScope>
        readonly expires_at: number | null
      },
      by: By
    ) => Effect.Effect<
      { readonly key: ApiKey; readonly raw: Redacted.Redacted },
      KeyRefused | KeyLimitReached | StoreFailed
    >
    readonly remove: (id: number, by: By) => Effect.Effect<void, KeyNotFound | LastActiveKey | StoreFailed>
    readonly activate: (id: number, by: By) => Effect.Effect<ApiKey, KeyNotFound | KeyLimitReached | StoreFailed>
    readonly deactivate: (id: number, by: By) => Effect.Effect<ApiKey, KeyNotFound | LastActiveKey | StoreFailed>
    /** The active key that this is, if any. A key that was verified once costs microseconds afterwards. */
    readonly verify: (raw: Redacted.Redacted) => Effect.Effect<Option.Option<ApiKey>, VerificationBusy | StoreFailed>
    /** Verifications under way, and how many were turned away since the start. */
    readonly load: Effect.Effect<{ readonly inFlight: number; readonly rejected: number }>
  }
>() {}
