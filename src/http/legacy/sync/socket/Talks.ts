import { Effect, Either, Option } from "effect"
import { Caller } from "../../../Caller.ts"
import type { SyncQuery } from "../ask/Query.ts"
import { Sync } from "../Sync.ts"
import { carriedOut } from "./Carried.ts"
import { parse } from "./Command.ts"
import { type Conversation, ending } from "./Conversation.ts"
import { greeted } from "./Greeting.ts"

const commands = "Valid commands: 'Sync Nodes', 'Sync Virtual Machines', 'Full Update Sync'"

/** `/`: counts, so that a client sees that it is connected. */
export const counting = Effect.fnUntraced(function* (conversation: Conversation) {
  const caller = yield* greeted(conversation, "read", true)
  if (Either.isLeft(caller)) return caller.left
  for (let count = 1; ; count++) {
    yield* conversation.say(`Message: ${count}`)
    yield* Effect.sleep("2 seconds")
  }
})

/** `/ws`: one command after the other, until one fails or the client goes. */
export const commanded = (query: SyncQuery) =>
  Effect.fnUntraced(function* (conversation: Conversation) {
    const { hear, say } = conversation
    const caller = yield* greeted(conversation, "sync", false)
    if (Either.isLeft(caller)) return caller.left
    yield* say("Connected!")
    yield* say("Connected 2!")
    for (;;) {
      const command = parse(yield* hear)
      if (Option.isNone(command)) {
        yield* say("Invalid sync command")
        yield* say(commands)
        continue
      }
      const carrying = carriedOut(command.value, query, conversation)
      const ok = yield* Effect.provideService(carrying, Caller, caller.right)
      if (!ok && command.value.runId === null) return ending(1000, "")
    }
  })

/** `/ws/virtual-machines`: one run, of which nothing is told. */
export const machines = (query: SyncQuery) =>
  Effect.fnUntraced(function* (conversation: Conversation) {
    const caller = yield* greeted(conversation, "sync", false)
    if (Either.isLeft(caller)) return caller.left
    yield* conversation.say("Connected!")
    const { answer } = yield* Sync
    const done = yield* answer({ title: "virtual-machines", stages: ["virtual-machines"], query }).pipe(
      Effect.provideService(Caller, caller.right),
      Effect.either
    )
    if (Either.isRight(done)) return ending(1000, "")
    yield* conversation.say(`Error: NetBox session is not available. ${done.left.message}`)
    return ending(1011, "")
  })
