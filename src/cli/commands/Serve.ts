import * as HttpServer from "@effect/platform/HttpServer"
import { Context, Effect, Layer, type Option } from "effect"
import * as Service from "../../Service.ts"
import { dataFolder } from "../../store/DataFolder.ts"
import { Output } from "../Output.ts"

export interface ServeOptions {
  readonly host: string
  readonly port: number
  readonly data: Option.Option<string>
}

/** Serves until it is interrupted. */
export const run = Effect.fnUntraced(function* ({ data, host, port }: ServeOptions) {
  const output = yield* Output
  const folder = yield* dataFolder(data)
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
