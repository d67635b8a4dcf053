import * as Headers from "@effect/platform/Headers"
import * as NodeSocket from "@effect/platform-node/NodeSocket"
import * as RpcClient from "@effect/rpc/RpcClient"
import type { RpcClientError } from "@effect/rpc/RpcClientError"
import * as RpcMiddleware from "@effect/rpc/RpcMiddleware"
import * as RpcSerialization from "@effect/rpc/RpcSerialization"
import type { RpcGroup } from "@effect/rpc"
import { Effect, Layer, Redacted, Ref, Schedule, Stream } from "effect"
import type { Recorded } from "../../domain/Event.ts"
import { header } from "../Authentication.ts"
import type { Problem } from "../Problem.ts"
import { path, ProxledgerRpc, RpcAuthorization } from "./Api.ts"

export interface RpcOptions {
  /** Of the service, as `http://127.0.0.1:8800`. */
  readonly url: string
  readonly key: Redacted.Redacted
}

export type Client = RpcClient.RpcClient<RpcGroup.Rpcs<typeof ProxledgerRpc>, RpcClientError>

/** A typed client over one WebSocket, which is opened again when it breaks, and closed with the scope. */
export const make = ({ key, url }: RpcOptions) => {
  const socket = url.replace(/^http/, "ws").replace(/\/+$/, "") + path
  const protocol = RpcClient.layerProtocolSocket({ retryTransientErrors: true }).pipe(
    Layer.provide(Layer.merge(NodeSocket.layerWebSocket(socket), RpcSerialization.layerNdjson))
  )
  const authorization = RpcMiddleware.layerClient(RpcAuthorization, ({ request }) =>
    Effect.succeed({ ...request, headers: Headers.set(request.headers, header, Redacted.value(key)) })
  )
  return Effect.flatMap(Layer.build(Layer.merge(protocol, authorization)), (context) =>
    Effect.provide(RpcClient.make(ProxledgerRpc), context)
  )
}

const again = Schedule.exponential("250 millis").pipe(Schedule.union(Schedule.spaced("10 seconds")))

/**
 * Events of a run, or of the whole journal, across breaks of the connection: each is seen once, in order. A slow reader slows
 * the service's sending, nothing else.
 */
export const follow = (
  client: Client,
  { after = 0, run }: { readonly run?: string; readonly after?: number }
): Stream.Stream<Recorded, Problem> =>
  Stream.unwrap(
    Effect.map(Ref.make(after), (last) =>
      Stream.unwrap(
        Effect.map(Ref.get(last), (from) => client.Follow({ after: from, ...(run === undefined ? {} : { run }) }))
      ).pipe(
        Stream.tap(({ seq }) => Ref.set(last, seq)),
        Stream.retry(Schedule.whileInput(again, (error: Problem | RpcClientError) => error._tag === "RpcClientError")),
        Stream.catchTag("RpcClientError", (error) => Stream.die(error))
      )
    )
  )
