import * as Path from "node:path"
import { homedir } from "node:os"
import { Config, Effect, Option } from "effect"

const variable = (name: string) =>
  Config.string(name).pipe(
    Config.option,
    Config.map(Option.filter((text) => text !== "")),
    // An absent one is none, and there is no other way to be wrong.
    Effect.orDie
  )

/** Where the service keeps its files: what is given, else PROXLEDGER_DATA, else `proxledger` in the user's folder of data. */
export const dataFolder = Effect.fnUntraced(function* (given: Option.Option<string>) {
  const own = Option.isSome(given) ? given : yield* variable("PROXLEDGER_DATA")
  if (Option.isSome(own)) return Path.resolve(own.value)
  const shared = Option.getOrElse(yield* variable("XDG_DATA_HOME"), () => Path.join(homedir(), ".local", "share"))
  return Path.join(shared, "proxledger")
})

export const journalIn = (folder: string): string => Path.join(folder, "journal.db")
