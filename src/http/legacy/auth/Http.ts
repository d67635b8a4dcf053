import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import { Effect, Redacted } from "effect"
import {
  type ApiKey,
  type KeyLimitReached,
  type KeyNotFound,
  type KeyRefused,
  Keys,
  type LastActiveKey
} from "../../../store/Keys.ts"
import { Caller } from "../../Caller.ts"
import { RequestId } from "../../RequestId.ts"
import { LegacyApi } from "../LegacyApi.ts"
import { Refused } from "../Refused.ts"
import { storeFailed } from "../Stored.ts"

const shown = ({ created_at, id, is_active, label }: ApiKey) => ({ id, label, is_active, created_at })

const notFound = ({ message }: KeyNotFound) => new Refused({ status: 404, detail: message })

const lastActive = ({ message }: LastActiveKey) =>
  new Refused({ status: 409, detail: { code: "last_active_api_key_required", message } })

const limitReached = ({ message }: KeyLimitReached | KeyRefused) =>
  new Refused({ status: 409, detail: { code: "active_api_key_limit_reached", message } })

/** What a key of the compatible surface may do: there were no scopes. */
const all = { label: "", scopes: ["admin"], expires_at: null } as const

export const BootstrapHttp = HttpApiBuilder.group(LegacyApi, "bootstrap", (handlers) =>
  Effect.gen(function* () {
    const keys = yield* Keys
    return handlers
      .handle("bootstrapStatus", () =>
        keys.needsBootstrap.pipe(
          Effect.map((needed) => ({ needs_bootstrap: needed, has_db_keys: !needed })),
          Effect.catchTag("StoreFailed", storeFailed)
        )
      )
      .handle("registerKey", ({ payload: { api_key, label } }) =>
        Effect.gen(function* () {
          yield* keys.bootstrap(api_key, label, { actor: "bootstrap", requestId: yield* RequestId })
          return { detail: "API key registered." }
        }).pipe(
          Effect.catchTags({
            KeyRefused: ({ detail }) => new Refused({ status: 400, detail }),
            AlreadyBootstrapped: ({ message }) => new Refused({ status: 409, detail: message }),
            StoreFailed: storeFailed
          })
        )
      )
  })
)

export const AuthHttp = HttpApiBuilder.group(LegacyApi, "auth", (handlers) =>
  Effect.gen(function* () {
    const keys = yield* Keys
    return handlers
      .handle("listKeys", () =>
        keys.list.pipe(
          Effect.map((list) => ({ keys: list.map(shown) })),
          Effect.catchTag("StoreFailed", storeFailed)
        )
      )
      .handle("createKey", () =>
        Effect.flatMap(Caller, ({ by }) => keys.create(all, by)).pipe(
          Effect.map(({ key, raw }) => ({ ...shown(key), raw_key: Redacted.value(raw) })),
          Effect.catchTags({ KeyLimitReached: limitReached, KeyRefused: limitReached, StoreFailed: storeFailed })
        )
      )
      .handle("deleteKey", ({ path }) =>
        Effect.flatMap(Caller, ({ by }) => keys.remove(path.key_id, by)).pipe(
          Effect.catchTags({ KeyNotFound: notFound, LastActiveKey: lastActive, StoreFailed: storeFailed })
        )
      )
      .handle("deactivateKey", ({ path }) =>
        Effect.flatMap(Caller, ({ by }) => keys.deactivate(path.key_id, by)).pipe(
          Effect.map(shown),
          Effect.catchTags({ KeyNotFound: notFound, LastActiveKey: lastActive, StoreFailed: storeFailed })
        )
      )
      .handle("activateKey", ({ path }) =>
        Effect.flatMap(Caller, ({ by }) => keys.activate(path.key_id, by)).pipe(
          Effect.map(shown),
          Effect.catchTags({ KeyNotFound: notFound, KeyLimitReached: limitReached, StoreFailed: storeFailed })
        )
      )
  })
)
