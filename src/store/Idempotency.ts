import { Context, type Effect, Schema } from "effect"
import type { StoreFailed } from "./Database.ts"

export const StoredResponse = Schema.Struct({
  status: Schema.Int,
  headers: Schema.Record({ key: Schema.String, value: Schema.String }),
  body: Schema.String
})
export type StoredResponse = typeof StoredResponse.Type

export type Begun =
  /** Do it, then `finish` or `release`. */
  | { readonly _tag: "New" }
  /** It was done before. */
  | { readonly _tag: "Replay"; readonly response: StoredResponse }
  /** A request with this key is under way. */
  | { readonly _tag: "InProgress" }
  /** The key was used for another request. */
  | { readonly _tag: "Mismatch" }
  /** The service ended in the middle of it: whether it took effect is not known. */
  | { readonly _tag: "Interrupted" }

/** `Idempotency-Key`: remembered for 24 hours by caller and key, also over a restart. */
export class Idempotency extends Context.Tag("proxledger/Idempotency")<
  Idempotency,
  {
    /** `caller` is the id of the API key; `fingerprint` a digest of method, path, query and body. */
    readonly begin: (key: string, caller: number, fingerprint: string) => Effect.Effect<Begun, StoreFailed>
    /** Keeps the answer. It is stored as it is: an answer that holds a secret is released instead. */
    readonly finish: (key: string, caller: number, response: StoredResponse) => Effect.Effect<void, StoreFailed>
    /** Forgets the key: nothing took effect, so that it may be tried again. */
    readonly release: (key: string, caller: number) => Effect.Effect<void, StoreFailed>
  }
>() {}
