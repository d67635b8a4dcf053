import { homedir } from "node:os"
import * as Path from "node:path"
import * as FileSystem from "@effect/platform/FileSystem"
import { Config, Effect, Option } from "effect"
import { StoreFailed } from "./Database.ts"

const variable = (name: string) =>
  Config.string(name).pipe(
    Config.option,
    Config.map(Option.filter((text) => text !== "")),
    // An absent one is none, and there is no other way to be wrong.
    Effect.orDie
  )

const chosen = Effect.fnUntraced(function* (given: Option.Option<string>) {
  const own = Option.isSome(given) ? given : yield* variable("PROXLEDGER_DATA")
  if (Option.isSome(own)) return Path.resolve(own.value)
  const database = yield* variable("PROXBOX_DATABASE_PATH")
  if (Option.isSome(database)) return Path.dirname(Path.resolve(database.value))
  const shared = Option.getOrElse(yield* variable("XDG_DATA_HOME"), () => Path.join(homedir(), ".local", "share"))
  return Path.join(shared, "proxledger")
})

/**
 * Where the service keeps its files: the folder that is given, else PROXLEDGER_DATA, else that of PROXBOX_DATABASE_PATH, else
 * `proxledger` in the user's folder of data. It is made where it is not there, for this user alone.
 */
export const dataFolder = Effect.fnUntraced(function* (given: Option.Option<string>) {
  const files = yield* FileSystem.FileSystem
  const folder = yield* chosen(given)
  yield* files.makeDirectory(folder, { recursive: true, mode: 0o700 }).pipe(
    Effect.mapError(
      () =>
        new StoreFailed({
          file: folder,
          detail: "the folder cannot be made",
          remedy: "Give another one with --data or PROXLEDGER_DATA, or let this user write there"
        })
    )
  )
  return folder
})

export const journalIn = (folder: string): string => Path.join(folder, "journal.db")
