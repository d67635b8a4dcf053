import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Socket from "@effect/platform/Socket"
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import { Deferred, Effect, Option, Queue } from "effect"
import { Shutdown } from "../../../Shutdown.ts"

/** A client on a WebSocket. */
export interface Conversation {
  /** The next text of the client; bytes are no text, and are passed over. */
  readonly hear: Effect.Effect<string>
  /** Waits while the client does not read. */
  readonly say: (text: string) => Effect.Effect<void, Socket.SocketError>
}

/** How a conversation goes; it ends with how the socket is closed. */
export type Talk<R> = (conversation: Conversation) => Effect.Effect<Socket.CloseEvent, Socket.SocketError, R>

export const ending = (code: number, reason: string): Socket.CloseEvent => new Socket.CloseEvent(code, reason)

/** Bytes that may be on their way to a client. */
const window = 64 * 1024

/** Between two looks at a client that does not read. */
const pause = "20 millis"

/** Texts of a client that nobody has heard yet; further ones are lost. */
const unheard = 16

/** No key and no command is so long: who says more has said nothing. */
const longest = 4096

/** For a client to answer the end of the conversation. */
const farewell = "500 millis"

/**
 * Upgrades the request and talks; how the talk ends is how the socket is closed. It ends as well when the client goes, and when
 * the service stops.
 */
export const converse = <R>(talk: Talk<R>) =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const { begun } = yield* Shutdown
    const socket = yield* request.upgrade
    const write = yield* socket.writer
    const inbox = yield* Queue.dropping<string>(unheard)
    const wire = yield* Deferred.make<globalThis.WebSocket>()
    // Who does not answer the end would keep the server from stopping.
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => NodeHttpServerRequest.toIncomingMessage(request).socket.destroy())
    )

    const listen = socket.runRaw((heard) =>
      Effect.gen(function* () {
        // It is there while a text is handled, though the types do not say so.
        const client = yield* Effect.serviceOption(Socket.WebSocket)
        if (Option.isSome(client)) yield* Deferred.succeed(wire, client.value)
        if (typeof heard === "string") yield* Queue.offer(inbox, heard.length > longest ? "" : heard)
      })
    )
    const say: Conversation["say"] = (text) =>
      Effect.gen(function* () {
        const { bufferedAmount } = yield* Deferred.await(wire)
        if (bufferedAmount > window) yield* drained
        yield* write(text)
      })
    const drained = Effect.gen(function* () {
      const client = yield* Deferred.await(wire)
      while (client.bufferedAmount > window / 2) yield* Effect.sleep(pause)
    })
    const stopped = Effect.as(Deferred.await(begun), ending(1001, "Session ended"))
    const talking = Effect.raceFirst(talk({ hear: Queue.take(inbox), say }), stopped).pipe(
      Effect.flatMap(write),
      Effect.zipRight(Effect.sleep(farewell))
    )
    yield* Effect.ignore(Effect.raceFirst(listen, talking))
    return HttpServerResponse.empty()
    // What surrounds endpoints cannot be interrupted, and a race whose loser cannot is none.
  }).pipe(Effect.scoped, Effect.interruptible)
