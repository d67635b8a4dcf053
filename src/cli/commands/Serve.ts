import * as FileSystem from "@effect/platform/FileSystem"
import * as HttpServer from "@effect/platform/HttpServer"
import * as Path from "@effect/platform/Path"
import { Config, Context, Effect, Layer, Option } from "effect"
import * as Service from "../../Service.ts"
import { Output } from "../Output.ts"

export interface ServeOptions {
  readonly host: string
  readonly port: number
  readonly data: Option.Option<string>
}

/** `PROXLEDGER_DATA`, else where the system keeps the data of programs. */
const dataFolder = Effect.gen(function* () {
  const paths = yield* Path.Path
  const home = Config.map(Config.string("HOME"), (home) => paths.join(home, ".local", "share"))
  const shared = Config.map(
    Config.orElse(Config.string("XDG_DATA_HOME"), () => home),
    (folder) => paths.join(folder, "proxledger")
  )
  return yield* Config.orElse(Config.string("PROXLEDGER_DATA"), () => shared)
})

/** Serves until it is interrupted. */
export const run = Effect.fnUntraced(function* ({ data, host, port }: ServeOptions) {
  const output = yield* Output
  const files = yield* FileSystem.FileSystem
  const folder = Option.isSome(data) ? data.value : yield* dataFolder
  yield* files.makeDirectory(folder, { recursive: true, mode: 0o700 })
  const service = yield* Layer.build(Service.layer({ host, port, data: folder }))
  const { address } = Context.get(service, HttpServer.HttpServer)
  const where = address._tag === "TcpAddress" ? `http://${address.hostname}:${address.port}` : address.path
  yield* output.note(`Listening on ${where}, data in ${folder}`)
  // A service is meant to be stopped: that is no failure.
  yield* Effect.sync(() => {
    process.exitCode = 0
  })
  return yield* Effect.never
}, Effect.scoped)
