import * as HttpServer from "@effect/platform/HttpServer"
import { Deferred, Effect, Layer, Stream } from "effect"
import { NodeServer } from "./NodeServer.ts"

/** Tells endless streams that the service stops. */
export class Shutdown extends Effect.Service<Shutdown>()("proxledger/Shutdown", {
  effect: Effect.gen(function* () {
    const begun = yield* Deferred.make<void>()
    return {
      /** Completed once, when the stop begins. */
      begun,
      /** Ends a stream when the stop begins. */
      untilShutdown: <A, E, R>(stream: Stream.Stream<A, E, R>): Stream.Stream<A, E, R> =>
        Stream.interruptWhenDeferred(stream, begun)
    }
  })
}) {}

/** Enough for a last frame to leave. */
const grace = "250 millis"

/**
 * Belongs under the routes and over the listener: its end comes before that of the listener, which otherwise waits for as
 * long as a client keeps a stream open.
 */
export const drain = Layer.scopedDiscard(
  Effect.gen(function* () {
    yield* HttpServer.HttpServer
    const server = yield* NodeServer
    const { begun } = yield* Shutdown
    yield* Effect.addFinalizer(() =>
      Effect.gen(function* () {
        server.closeIdleConnections()
        yield* Deferred.succeed(begun, undefined)
        yield* Effect.sleep(grace)
        server.closeAllConnections()
      })
    )
  })
)
