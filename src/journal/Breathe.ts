import { Effect, Stream } from "effect"

/** Gives timers and sockets a turn. `Effect.yieldNow` does not: it stays in the microtask queue. */
export const breathe: Effect.Effect<void> = Effect.async((resume) => {
  setImmediate(() => resume(Effect.void))
})

/** A turn of the event loop between chunks, for pipelines that read SQLite or only compute. */
export const breathing = <A, E, R>(self: Stream.Stream<A, E, R>): Stream.Stream<A, E, R> =>
  self.pipe(
    Stream.chunks,
    Stream.tap(() => breathe),
    Stream.flattenChunks
  )
