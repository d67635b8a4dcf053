import { hostname } from "node:os"
import * as FileSystem from "@effect/platform/FileSystem"
import { Config, Effect, Option, Redacted } from "effect"
import { dataFolder } from "../../store/DataFolder.ts"
import { type Imported, importProxbox } from "../../store/ImportProxbox.ts"
import * as KeyRing from "../../store/KeyRing.ts"
import { ImportRefused } from "../../store/ProxboxFile.ts"
import * as Store from "../../store/Store.ts"
import { Output, paint } from "../Output.ts"

const keyIn = Effect.fnUntraced(function* (file: string) {
  const files = yield* FileSystem.FileSystem
  const text = yield* files.readFileString(file).pipe(
    Effect.mapError(
      () =>
        new ImportRefused({
          file,
          detail: "the key file cannot be read",
          remedy: "Give the path of the file that holds the key of that proxbox-api"
        })
    )
  )
  return Redacted.make(text.trim())
})

const render = (all: ReadonlyArray<Imported>, colors: boolean): string => {
  const { dim, green, yellow } = paint(colors)
  const colour = { taken: green, same: dim, "left out": yellow }
  const lines = all.map(
    ({ detail, name, outcome, what }) =>
      `${colour[outcome](outcome.padEnd(8))}  ${what} ${name}${detail === "" ? "" : dim(`: ${detail}`)}`
  )
  return lines.length === 0 ? "There is nothing in it" : lines.join("\n")
}

/** Exit 3 when an endpoint or a key was left out. */
export const run = (options: {
  readonly file: string
  readonly data: Option.Option<string>
  readonly keyFile: Option.Option<string>
}) =>
  Effect.gen(function* () {
    const output = yield* Output
    const folder = yield* dataFolder(options.data)
    const env = yield* KeyRing.fromEnvironment
    const given = Option.isSome(options.keyFile) ? Option.some(yield* keyIn(options.keyFile.value)) : env
    const user = yield* Config.string("USER").pipe(Effect.orElseSucceed(() => "unknown"))
    const by = { actor: `cli ${user}@${hostname()}`, requestId: null }
    const all = yield* Effect.provide(importProxbox(options.file, given, by), Store.layer(folder))
    yield* output.result({ data: folder, imported: all }, () => render(all, output.colors))
    return all.some(({ outcome, what }) => outcome === "left out" && what !== "table") ? 3 : 0
  })
