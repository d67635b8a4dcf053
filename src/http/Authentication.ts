import { Data, Effect, Option, Redacted } from "effect"
import type { StoreFailed } from "../store/Database.ts"
import { type ApiKey, Keys, type KeyScope } from "../store/Keys.ts"
import { Lockouts } from "../store/Lockouts.ts"
import type { Caller } from "./Caller.ts"
import { RequestId } from "./RequestId.ts"
import { Source } from "./Source.ts"

/** The request is not let in. */
export class NotAuthenticated extends Data.TaggedError("NotAuthenticated")<{
  readonly code: "unauthorized" | "forbidden" | "locked_out" | "unavailable"
  readonly detail: string
  /** Seconds. */
  readonly retryAfter?: number
}> {}

export const header = "X-Proxbox-API-Key"

/** For whom the caller says it acts. */
export const actorHeader = "x-proxbox-actor"

const unregistered = "No API key configured. Register a key via POST /auth/register-key or use an existing key."

const refusal = (sentence: string, left: number) =>
  new NotAuthenticated({
    code: "unauthorized",
    detail: left === 0 ? sentence : `${sentence} ${left} attempts remaining.`
  })

/** What a caller says it acts for is told, never believed: the key is who it is. */
const claimed = /^[\w.@+-]{1,64}$/

const actorOf = (key: ApiKey, claim: string | undefined): string => {
  const own = key.label === "" ? `key ${key.id}` : `key ${key.id} (${key.label})`
  return claim !== undefined && claimed.test(claim) ? `${own} for ${claim}` : own
}

/** Whether a key is good for a scope: `admin` is for all, and whoever may write may read. */
const covers = (key: ApiKey, scope: KeyScope): boolean =>
  key.scopes.includes("admin") || key.scopes.includes(scope) || (scope === "read" && key.scopes.length > 0)

/** What is wrong with the store is the operator's to know. */
const unreadable = ({ message }: StoreFailed) =>
  Effect.zipRight(
    Effect.logError(message),
    new NotAuthenticated({ code: "unavailable", detail: "API keys cannot be read.", retryAfter: 1 })
  )

/** Lets callers in by their key, or says why not. */
export class Authentication extends Effect.Service<Authentication>()("proxledger/Authentication", {
  effect: Effect.gen(function* () {
    const keys = yield* Keys
    const lockouts = yield* Lockouts
    /** Once there was a key, there was one for good: whoever has none costs no look into the database. */
    let registered = false
    /** What who has no key is told is always the same, and to make an error costs as much as the rest of the answer's words. */
    let keyless: NotAuthenticated | undefined

    const turnAway = Effect.fnUntraced(function* (source: string, raw: Redacted.Redacted | null) {
      registered ||= !(yield* keys.needsBootstrap)
      if (!registered) return yield* new NotAuthenticated({ code: "unauthorized", detail: unregistered })
      const left = yield* lockouts.failed(source, raw)
      if (raw === null) return yield* (keyless ??= refusal("API key required.", left))
      return yield* refusal("Invalid API key.", left)
    })

    const verified = Effect.fnUntraced(
      function* (source: string, raw: Redacted.Redacted) {
        if (Redacted.value(raw) === "") return yield* turnAway(source, null)
        yield* Effect.catchTag(
          lockouts.check(source, raw),
          "LockedOut",
          ({ message, retryAfter }) => new NotAuthenticated({ code: "locked_out", detail: message, retryAfter })
        )
        const key = yield* keys.verify(raw)
        if (Option.isNone(key)) return yield* turnAway(source, raw)
        yield* lockouts.succeeded(source, raw)
        return key.value
      },
      Effect.catchTags({
        VerificationBusy: ({ message }) =>
          new NotAuthenticated({ code: "unavailable", detail: message, retryAfter: 1 }),
        StoreFailed: unreadable
      })
    )

    /** The caller whose key this is, for something that needs `scope`; `claim`: for whom it says it acts. */
    const authenticate = Effect.fnUntraced(function* (raw: Redacted.Redacted, scope: KeyScope, claim?: string) {
      const source = yield* Source
      const requestId = yield* RequestId
      const key = yield* verified(source, raw)
      if (!covers(key, scope)) {
        return yield* new NotAuthenticated({
          code: "forbidden",
          detail: `API key ${key.id} lacks the scope ${scope}. Use a key that has it`
        })
      }
      const caller: Caller["Type"] = {
        key,
        source,
        requestId,
        by: { actor: actorOf(key, claim), requestId }
      }
      return caller
    })

    /** Why whoever has no key is not let in. */
    const withoutKey = Effect.flatMap(Source, (source) => turnAway(source, null)).pipe(
      Effect.catchTag("StoreFailed", unreadable)
    )
    return { authenticate, withoutKey }
  })
}) {}
