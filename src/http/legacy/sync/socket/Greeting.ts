import type * as Socket from "@effect/platform/Socket"
import { Effect, Either, Option, Redacted, Schema } from "effect"
import type { KeyScope } from "../../../../store/Keys.ts"
import { Authentication } from "../../../Authentication.ts"
import type { Caller } from "../../../Caller.ts"
import { type Conversation, ending } from "./Conversation.ts"

const Greeting = Schema.parseJson(Schema.Struct({ api_key: Schema.String }))

const keyIn = Schema.decodeUnknownOption(Greeting)

/** For the first text of a client. */
const patience = "10 seconds"

/** Who is on the other side, by the key in the first text, or how the socket is closed. `tells`: whether the reason is told. */
export const greeted = Effect.fnUntraced(function* ({ hear }: Conversation, scope: KeyScope, tells: boolean) {
  const { authenticate } = yield* Authentication
  const first = yield* Effect.timeoutOption(hear, patience)
  const raw = Option.match(Option.flatMap(first, keyIn), { onNone: () => "", onSome: ({ api_key }) => api_key })
  const caller = yield* Effect.either(authenticate(Redacted.make(raw), scope))
  return Either.mapLeft(caller, ({ code, detail }): Socket.CloseEvent => {
    if (code === "unavailable") return ending(1013, "Try again later")
    return ending(4001, tells ? detail.slice(0, 120) : "Authentication failed")
  }) satisfies Either.Either<Caller["Type"], Socket.CloseEvent>
})
