import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { Clock, Duration, Effect, Stream } from "effect"
import type { Json } from "../domain/Json.ts"
import { Shutdown } from "./Shutdown.ts"

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

const bytesOf = ({ data, event, id }: Frame): Uint8Array =>
  encoder.encode(`${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${lineOf(data)}\n\n`)

const keepalive = encoder.encode(": keepalive\n\n")

/** After so much silence the client is told that the stream lives. */
const patience = Duration.toMillis("15 seconds")

/** Comments wherever a stream is silent for long. */
const withKeepalive = <E, R>(stream: Stream.Stream<Uint8Array, E, R>): Stream.Stream<Uint8Array, E, R> =>
  Stream.unwrap(
    Effect.gen(function* () {
      let last = yield* Clock.currentTimeMillis
      const spoken = Effect.map(Clock.currentTimeMillis, (now) => {
        last = now
      })
      const silence = Effect.gen(function* () {
        for (;;) {
          const left = last + patience - (yield* Clock.currentTimeMillis)
          if (left <= 0) break
          yield* Effect.sleep(left)
        }
        yield* spoken
        return keepalive
      })
      return Stream.merge(
        Stream.tap(stream, () => spoken),
        Stream.repeatEffect(silence),
        { haltStrategy: "left" }
      )
    })
  )

/** An empty piece: the headers leave at once, not with the first event. */
const opening = new Uint8Array(0)

export const contentType = "text/event-stream; charset=utf-8"

/**
 * Answers with events until they end, the client goes or the service stops. A client that does not read holds them up.
 * `partsItself`: the stream heeds the stop of the service, and has a last word.
 */
export const sse = <R>(
  frames: Stream.Stream<Frame, never, R>,
  options: { readonly partsItself: boolean } = { partsItself: false }
): Effect.Effect<HttpServerResponse.HttpServerResponse, never, R | Shutdown> =>
  Effect.gen(function* () {
    const { untilShutdown } = yield* Shutdown
    const context = yield* Effect.context<R>()
    const lively = withKeepalive(Stream.map(Stream.provideContext(frames, context), bytesOf))
    const body = options.partsItself ? lively : untilShutdown(lively)
    return HttpServerResponse.stream(Stream.concat(Stream.make(opening), body), {
      contentType,
      headers: { "cache-control": "no-cache", "x-accel-buffering": "no" }
    })
  })
