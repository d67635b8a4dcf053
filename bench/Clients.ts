import { Agent, get } from "node:http"
import { Effect } from "effect"
import { Unmeasurable } from "./Unmeasurable.ts"

/** What one client, or all of them, got of streams. */
export interface Heard {
  readonly frames: number
  readonly bytes: number
}

const newline = 10

/** Counts empty lines, of which every frame has one at its end, and reads nothing else: it must not cost more than the sending. */
const counter = () => {
  let frames = 0
  let bytes = 0
  let wasNewline = false
  return {
    take: (piece: Buffer) => {
      bytes += piece.length
      if (wasNewline && piece[0] === newline) frames += 1
      for (let at = piece.indexOf("\n\n"); at !== -1; at = piece.indexOf("\n\n", at + 2)) frames += 1
      wasNewline = piece[piece.length - 1] === newline && piece[piece.length - 2] !== newline
    },
    heard: (): Heard => ({ frames, bytes })
  }
}

/** Follows a stream of events to its end. `open` is called when the head of the answer is there. */
export const follow = (url: string, key: string, open: () => void = () => {}): Effect.Effect<Heard, Unmeasurable> =>
  Effect.async((resume) => {
    const { heard, take } = counter()
    const fail = (detail: string) => resume(new Unmeasurable({ detail: `GET ${url}: ${detail}` }))
    const request = get(url, { agent: false, headers: { "x-proxbox-api-key": key } }, (response) => {
      if (response.statusCode !== 200) return fail(`answered ${response.statusCode}`)
      open()
      response.on("data", take)
      response.on("error", ({ message }) => fail(message))
      response.on("end", () => resume(Effect.succeed(heard())))
    })
    request.on("error", ({ message }) => fail(message))
    return Effect.sync(() => request.destroy())
  })

/** Milliseconds that one request takes, from its first byte to the last of its answer, on a connection that is kept. */
const timed = (url: string, agent: Agent, headers: { readonly [name: string]: string }, status: number) =>
  Effect.async<number, Unmeasurable>((resume) => {
    const began = performance.now()
    const fail = (detail: string) => resume(new Unmeasurable({ detail: `GET ${url}: ${detail}` }))
    const request = get(url, { agent, headers }, (response) => {
      if (response.statusCode !== status) return fail(`answered ${response.statusCode}`)
      response.on("error", ({ message }) => fail(message))
      response.on("end", () => resume(Effect.succeed(performance.now() - began)))
      response.resume()
    })
    request.on("error", ({ message }) => fail(message))
  })

/** So many requests by so many clients at once, each on a connection of its own; the times of all of them. */
export const latencies = (options: {
  readonly url: string
  readonly headers: { readonly [name: string]: string }
  readonly status: number
  readonly clients: number
  readonly requests: number
}): Effect.Effect<ReadonlyArray<number>, Unmeasurable> =>
  Effect.acquireUseRelease(
    Effect.sync(() => new Agent({ keepAlive: true, maxSockets: options.clients })),
    (agent) =>
      Effect.forEach(
        Array.from({ length: options.requests }),
        () => timed(options.url, agent, options.headers, options.status),
        { concurrency: options.clients }
      ),
    (agent) => Effect.sync(() => agent.destroy())
  )

/** The value that so many percent of the values do not exceed. */
export const percentile = (values: ReadonlyArray<number>, percent: number): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil((sorted.length * percent) / 100) - 1)] ?? 0
}
