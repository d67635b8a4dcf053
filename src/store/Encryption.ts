import type Sqlite from "better-sqlite3"
import { Context, type Effect, type Redacted, Schema } from "effect"
import type { By } from "../domain/By.ts"
import type { StoreFailed } from "./Database.ts"

/** There is no key, so that a secret is not stored. */
export class NoEncryptionKey extends Schema.TaggedError<NoEncryptionKey>()("NoEncryptionKey", {}) {
  override get message() {
    return "No encryption key is configured, so credentials are not stored. Set PROXBOX_ENCRYPTION_KEY, or make a key with POST /admin/encryption/generate"
  }
}

/** The key that there is does not open what is stored. */
export class Undecryptable extends Schema.TaggedError<Undecryptable>()("Undecryptable", {
  /** `endpoint/proxmox/3 password`, or what else is not opened. */
  subject: Schema.String
}) {
  override get message() {
    return `The encryption key does not open ${this.subject}. Give the key back that it was stored with (PROXBOX_ENCRYPTION_KEY or the key file), or store the credential again`
  }
}

/** The key cannot be replaced or removed, as credentials are stored with it. */
export class CiphertextExists extends Schema.TaggedError<CiphertextExists>()("CiphertextExists", {
  /** How many credentials. */
  secrets: Schema.NonNegativeInt
}) {
  override get message() {
    return `${this.secrets} stored credentials are encrypted with the present key. Rotate it with POST /v1/encryption/rotate, which encrypts them again, or remove the endpoints first`
  }
}

/** What was given is no key, or its file cannot be written. */
export class EncryptionKeyRefused extends Schema.TaggedError<EncryptionKeyRefused>()("EncryptionKeyRefused", {
  detail: Schema.String
}) {
  override get message() {
    return `The encryption key was not taken: ${this.detail}`
  }
}

export const KeySource = Schema.Literal("env", "local")
export type KeySource = typeof KeySource.Type

export const EncryptionStatus = Schema.Struct({
  configured: Schema.Boolean,
  /** Where the key comes from that credentials are encrypted with. */
  source: Schema.NullOr(KeySource),
  /** Whether every stored credential is encrypted and was opened with that key just now. */
  verified: Schema.Boolean
}).annotations({ identifier: "EncryptionStatus" })
export type EncryptionStatus = typeof EncryptionStatus.Type

/** How credentials are kept: with the key of the environment, or of the file beside the database. */
export class Encryption extends Context.Tag("proxledger/Encryption")<
  Encryption,
  {
    readonly status: Effect.Effect<EncryptionStatus, StoreFailed>
    /** The text to store; `db` is that of the transaction that stores it, so that the key cannot change before. */
    readonly encrypt: (
      db: Sqlite.Database,
      secret: Redacted.Redacted
    ) => Effect.Effect<string, NoEncryptionKey | Undecryptable | StoreFailed>
    /** Of a stored text; one that was stored plain comes back as it is. `subject` names it in errors. */
    readonly decrypt: (
      stored: string,
      subject: string
    ) => Effect.Effect<Redacted.Redacted, NoEncryptionKey | Undecryptable | StoreFailed>
    /** Takes a key into the local file. */
    readonly setKey: (
      key: Redacted.Redacted,
      by: By
    ) => Effect.Effect<EncryptionStatus, CiphertextExists | EncryptionKeyRefused | StoreFailed>
    /** Makes a key and takes it; it is shown this once. */
    readonly generate: (
      by: By
    ) => Effect.Effect<
      { readonly status: EncryptionStatus; readonly key: Redacted.Redacted },
      CiphertextExists | EncryptionKeyRefused | StoreFailed
    >
    /** Removes the local file. */
    readonly removeKey: (
      by: By
    ) => Effect.Effect<EncryptionStatus, CiphertextExists | EncryptionKeyRefused | StoreFailed>
    /**
     * Encrypts every stored credential again, in one transaction, with a new key: the one given, else that of the environment
     * where it is not the present one, else one that is made. Whatever moment the process ends at, one of the keys that there
     * are opens everything. `key` is shown when it was made.
     */
    readonly rotate: (
      by: By,
      key?: Redacted.Redacted
    ) => Effect.Effect<
      {
        readonly status: EncryptionStatus
        readonly reencrypted: number
        readonly key: Redacted.Redacted | null
      },
      NoEncryptionKey | Undecryptable | EncryptionKeyRefused | StoreFailed
    >
  }
>() {}
