import { request } from "node:http"
import { Deferred, Effect, type Scope } from "effect"
import { isJsonObject, type JsonObject } from "../../../../src/domain/Json.ts"
import { key, type RunningService, world as serviceWorld, type WorldSetup } from "../../../support/Service.ts"
import { shape, small } from "./SmallCluster.ts"

/** A service in front of the small cluster. */
export const world = Effect.fnUntraced(function* (setup: WorldSetup = {}) {
  const made = yield* serviceWorld({ ...setup, proxmox: { ...small, ...setup.proxmox } })
  yield* shape(made.proxmox)
  return made
})

export interface HeardFrame {
  readonly id: string | null
  readonly event: string
  readonly data: JsonObject
}

export interface Followed {
  /** So far. */
  readonly frames: ReadonlyArray<HeardFrame>
  /** Comments so far. */
  readonly comments: ReadonlyArray<string>
  readonly status: () => number
  /** When the server, or we, ended it. */
  readonly ended: Effect.Effect<void>
  /** When a frame of this kind was heard. */
  readonly heard: (is: (frame: HeardFrame) => boolean) => Effect.Effect<HeardFrame>
  /** Cuts the connection. */
  readonly hangUp: Effect.Effect<void>
}

const frameIn = (text: string): HeardFrame | undefined => {
  const line = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(text)?.[1]
  const [event, data] = [line("event"), line("data")]
  const parsed: unknown = data === undefined ? undefined : JSON.parse(data)
  return event === undefined || !isJsonObject(parsed) ? undefined : { id: line("id") ?? null, event, data: parsed }
}

/** Reads a stream as a client of the old surface does, on a connection of its own. */
export const follow = (
  service: Pick<RunningService, "url">,
  path: string,
  headers: { readonly [name: string]: string } = {}
): Effect.Effect<Followed, never, Scope.Scope> =>
  Effect.gen(function* () {
    const frames: Array<HeardFrame> = []
    const comments: Array<string> = []
    const over = yield* Deferred.make<void>()
    const waiting: Array<{ readonly is: (frame: HeardFrame) => boolean; readonly done: (frame: HeardFrame) => void }> =
      []
    let status = 0
    let rest = ""
    const take = (text: string) => {
      const parts = (rest + text).split("\n\n")
      rest = parts.pop() ?? ""
      for (const part of parts) {
        if (part.startsWith(":")) comments.push(part)
        const frame = frameIn(part)
        if (frame === undefined) continue
        frames.push(frame)
        for (const one of waiting) if (one.is(frame)) one.done(frame)
      }
    }
    const end = () => Deferred.unsafeDone(over, Effect.void)
    const sent = yield* Effect.acquireRelease(
      Effect.sync(() => {
        const asked = request(`${service.url}${path}`, {
          headers: { "x-proxbox-api-key": key, connection: "close", ...headers }
        })
        asked.on("response", (answer) => {
          status = answer.statusCode ?? 0
          answer.setEncoding("utf8")
          answer.on("data", take)
          answer.on("error", end)
          answer.on("close", end)
        })
        asked.on("error", end)
        asked.end()
        return asked
      }),
      (asked) => Effect.sync(() => asked.destroy())
    )
    const heard: Followed["heard"] = (is) =>
      Effect.async((resume) => {
        const already = frames.find(is)
        if (already !== undefined) resume(Effect.succeed(already))
        else waiting.push({ is, done: (frame) => resume(Effect.succeed(frame)) })
      })
    return {
      frames,
      comments,
      status: () => status,
      ended: Deferred.await(over),
      heard,
      hangUp: Effect.sync(() => sent.destroy())
    }
  })

/** All frames of a stream, once it has ended. */
export const framesOf = (
  service: Pick<RunningService, "url">,
  path: string,
  headers?: { readonly [name: string]: string }
) =>
  Effect.scoped(
    Effect.gen(function* () {
      const followed = yield* follow(service, path, headers)
      yield* followed.ended
      return followed.frames
    })
  )

export const isComplete = ({ event }: HeardFrame): boolean => event === "complete"

/** The last frame, of which there is one. */
export const completeOf = (frames: ReadonlyArray<HeardFrame>): JsonObject => {
  const all = frames.filter(isComplete)
  if (all.length !== 1 || frames.at(-1) !== all[0]) throw new Error(`${all.length} complete frames`)
  return all[0]?.data ?? {}
}
