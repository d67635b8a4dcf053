import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import { Effect, type Scope, Stream } from "effect"
import type { Json } from "../domain/Json.ts"
import { OpenStreams } from "./OpenStreams.ts"

/** One event of a stream; `id` is what a client names in `Last-Event-ID` to go on from there. */
export interface Frame {
  readonly event: string
  readonly data: Json
  readonly id?: string | number
}

const encoder = new TextEncoder()

/** Ends of a line to some clients, as to Python's `splitlines`, though not to JSON. */
const lineEnds = /[\u0085\u2028\u2029]/g

const lineOf = (data: Json): string =>
  JSON.stringify(data).replace(lineEnds, (end) => `\\u${end.charCodeAt(0).toString(16).padStart(4, "0")}`)

const textOf = ({ data, event, id }: Frame): string =>
  `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${lineOf(data)}\n\n`

/** What is sent of frames: they leave together. */
export const bytesOf = (frames: Iterable<Frame>): Uint8Array => {
  let text = ""
  for (const frame of frames) text += textOf(frame)
  return encoder.encode(text)
}

const keepalive = encoder.encode(": keepalive\n\n")

/** An empty piece: the headers leave at once, not with the first event. */
const opening = new Uint8Array(0)

export const contentType = "text/event-stream; charset=utf-8"

export interface SseOptions {
  /** The stream heeds the stop of the service, and has a last word. */
  readonly partsItself: boolean
}

/** Answers with pieces that are whole frames; what is the same for several clients needs to be made only once. */
export const sseOfBytes = <R>(
  pieces: Stream.Stream<Uint8Array, never, R>,
  { partsItself }: SseOptions = { partsItself: false }
): Effect.Effect<HttpServerResponse.HttpServerResponse, never, R | OpenStreams | HttpServerRequest.HttpServerRequest> =>
  Effect.gen(function* () {
    const streams = yield* OpenStreams
    const request = yield* HttpServerRequest.HttpServerRequest
    const context = yield* Effect.context<R>()
    const body = Effect.withFiberRuntime<Stream.Stream<Uint8Array, never, R>, never, Scope.Scope>((fiber) => {
      const response = NodeHttpServerRequest.toServerResponse(request)
      const keepAlive = () => {
        // Who does not read what there is needs no sign of life.
        if (!response.writableNeedDrain) response.write(keepalive)
      }
      const part = () => fiber.unsafeInterruptAsFork(fiber.id())
      return Effect.map(streams.hold({ keepAlive, ...(partsItself ? {} : { part }) }), (spoken) =>
        Stream.mapChunks(pieces, (sent) => {
          spoken()
          return sent
        })
      )
    })
    return HttpServerResponse.stream(
      Stream.concat(Stream.make(opening), Stream.provideContext(Stream.unwrapScoped(body), context)),
      { contentType, headers: { "cache-control": "no-cache", "x-accel-buffering": "no" } }
    )
  })

/**
 * Answers with events until they end, the client goes or the service stops. A client that does not read holds them up. Each
 * frame is a chunk of HTTP by itself: clients of the old surface hold back what comes after the first one in a piece.
 */
export const sse = <R>(frames: Stream.Stream<Frame, never, R>, options?: SseOptions) =>
  sseOfBytes(
    Stream.map(frames, (frame) => bytesOf([frame])),
    options
  )
