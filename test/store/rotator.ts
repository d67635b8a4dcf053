import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Effect } from "effect"
import { Encryption } from "../../src/store/Encryption.ts"
import { by, inFolder } from "./folder.ts"

/** Rotates the key of a folder again and again, and says so each time, until it is ended. */
const [, , folder = ""] = process.argv

NodeRuntime.runMain(
  Effect.gen(function* () {
    const { rotate } = yield* Encryption
    yield* Effect.forever(Effect.zipRight(rotate(by), Console.log("rotated")))
  }).pipe(Effect.provide(inFolder(folder)), Effect.orDie)
)
