import * as HttpServer from "@effect/platform/HttpServer"
import { Context, Effect, Layer, Option } from "effect"
import * as Service from "../../Service.ts"
import { loadService } from "../../services/ConfigFile.ts"
import { dataFolder } from "../../store/DataFolder.ts"
import { Output } from "../Output.ts"

export interface ServeOptions {
  readonly host: string
  readonly port: number
  readonly data: Option.Option<string>
  readonly config: Option.Option<string>
}

/** Serves until it is interrupted. */
export const run = Effect.fnUntraced(function* ({ config, data, host, port }: ServeOptions) {
  const output = yield* Output
  const folder = yield* dataFolder(data)
  const loaded = Option.isSome(config) ? { config: yield* loadService(config.value) } : {}
  const service = yield* Layer.build(Service.layer({ host, port, data: folder, ...loaded }))
  const { address } = Context.get(service, HttpServer.HttpServer)
  const where = address._tag === "TcpAddress" ? `http://${address.hostname}:${address.port}` : address.path
  yield* output.note(`Listening on ${where}, data in ${folder}`)
  // A service is meant to be stopped: that is no failure.
  yield* Effect.sync(() => {
    process.exitCode = 0
  })
  return yield* Effect.never
}, Effect.scoped)
