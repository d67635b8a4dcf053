import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import { Effect, Redacted } from "effect"
import { Encryption } from "../../../store/Encryption.ts"
import { Caller } from "../../Caller.ts"
import { answering } from "../Answer.ts"
import { asProblems } from "../Failures.ts"
import { idempotent } from "../Idempotent.ts"
import { V1Api } from "../V1Api.ts"
import { Rotated } from "./Api.ts"

const answer = answering(Rotated)

export const EncryptionHttp = HttpApiBuilder.group(V1Api, "encryption", (handlers) =>
  Effect.gen(function* () {
    const encryption = yield* Encryption
    return handlers
      .handle("status", () => asProblems(encryption.status))
      .handle("rotate", ({ headers, payload }) =>
        idempotent(
          headers,
          Effect.gen(function* () {
            const { key, reencrypted, status } = yield* encryption.rotate((yield* Caller).by, payload?.key)
            const rotated = { ...status, reencrypted }
            return {
              ...answer({ ...rotated, key: key === null ? null : Redacted.value(key) }, 200),
              // What is shown once is not kept.
              kept: answer({ ...rotated, key: null }, 200).body
            }
          })
        )
      )
  })
)
