import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Effect } from "effect"
import { Encryption } from "../../src/store/Encryption.ts"
import { Endpoints } from "../../src/store/Endpoints.ts"
import { by, inFolder, key, proxmox } from "./folder.ts"

/** Rotates the key of a folder, or makes endpoints in it, again and again, and says so each time, until it is ended. */
const [, , what = "", folder = ""] = process.argv

const rotate = Effect.flatMap(Encryption, ({ rotate }) => Effect.zipRight(rotate(by), Console.log("rotated")))

const create = Effect.gen(function* () {
  const { createProxmox } = yield* Endpoints
  const { id } = yield* createProxmox(proxmox(crypto.randomUUID()), by)
  yield* Console.log(`${id}`)
})

NodeRuntime.runMain(
  what === "create"
    ? Effect.forever(create).pipe(Effect.provide(inFolder(folder, { PROXBOX_ENCRYPTION_KEY: key })), Effect.orDie)
    : Effect.forever(rotate).pipe(Effect.provide(inFolder(folder)), Effect.orDie)
)
