import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import { Effect, Redacted } from "effect"
import {
  type CiphertextExists,
  Encryption,
  type EncryptionKeyRefused,
  type EncryptionStatus
} from "../../../store/Encryption.ts"
import { Caller } from "../../Caller.ts"
import { LegacyApi } from "../LegacyApi.ts"
import { Failed, Refused } from "../Refused.ts"
import { storeFailed } from "../Stored.ts"

const attested = ({ configured, source, verified }: EncryptionStatus) => ({
  configured,
  source,
  attestation_version: 1 as const,
  active_key_source: source,
  encrypted_credentials_verified: verified
})

const exists = ({ message }: CiphertextExists) => new Refused({ status: 409, detail: message })

const keyRefused = ({ detail, message }: EncryptionKeyRefused) => new Failed({ status: 400, message, detail })

export const EncryptionHttp = HttpApiBuilder.group(LegacyApi, "encryption", (handlers) =>
  Effect.gen(function* () {
    const encryption = yield* Encryption
    return handlers
      .handle("encryptionStatus", () =>
        encryption.status.pipe(Effect.map(attested), Effect.catchTag("StoreFailed", storeFailed))
      )
      .handle("setEncryptionKey", ({ payload }) =>
        Effect.flatMap(Caller, ({ by }) => encryption.setKey(payload.key, by)).pipe(
          Effect.map(attested),
          Effect.catchTags({ CiphertextExists: exists, EncryptionKeyRefused: keyRefused, StoreFailed: storeFailed })
        )
      )
      .handle("generateEncryptionKey", () =>
        Effect.flatMap(Caller, ({ by }) => encryption.generate(by)).pipe(
          Effect.map(({ key, status }) => ({ ...attested(status), key: Redacted.value(key) })),
          Effect.catchTags({ CiphertextExists: exists, EncryptionKeyRefused: keyRefused, StoreFailed: storeFailed })
        )
      )
      .handle("removeEncryptionKey", () =>
        Effect.flatMap(Caller, ({ by }) => encryption.removeKey(by)).pipe(
          Effect.map(attested),
          Effect.catchTags({ CiphertextExists: exists, EncryptionKeyRefused: keyRefused, StoreFailed: storeFailed })
        )
      )
  })
)
