import { Effect, Fiber, Schema } from "effect"
import { follow } from "./Clients.ts"
import { folder } from "./Folder.ts"
import { atMost } from "./Goals.ts"
import * as Served from "./Served.ts"
import * as Simulators from "./Simulators.ts"

/** By what a run is followed: by nobody, by its events on `/v1`, or by the stream of the old surface. */
type How = "nobody" | "events" | "frames"

/** A first import through the service. */
interface Import {
  /** Seconds, as the run itself says. */
  readonly took: number
  /** Seconds of the processor, from the request until the last follower has heard the last of it. */
  readonly cpu: number
  readonly operations: number
  /** What all followers were told. */
  readonly frames: number
}

const Active = Schema.parseJson(Schema.Struct({ id: Schema.NullOr(Schema.String) }))

const Begun = Schema.parseJson(Schema.Struct({ run: Schema.String }))

const Ended = Schema.parseJson(
  Schema.Struct({ started_at: Schema.Date, ended_at: Schema.NullOr(Schema.Date), ok: Schema.Number })
)

const pause = "250 millis"

/** Milliseconds that NetBox takes for an answer, and for each object that it writes: a tenth of what a real one does. */
const netbox = { millis: 20, perObject: 2 }

const imported = Effect.fnUntraced(function* (guests: number, followers: number, how: How) {
  const path = yield* folder
  Served.configure(path, yield* Simulators.make({ guests, nodes: 4, tls: true, netbox }))
  const { ask, cpu, url } = yield* Served.claimed(path)
  const before = yield* cpu
  const all = (at: string) =>
    Effect.fork(
      Effect.all(
        Array.from({ length: followers }, () => follow(`${url}${at}`, Served.key)),
        { concurrency: "unbounded" }
      )
    )
  const begin = Effect.flatMap(ask("POST", "/v1/runs"), Schema.decode(Begun))
  const active = Effect.gen(function* () {
    for (;;) {
      const { id } = yield* Effect.flatMap(ask("GET", "/sync/active"), Schema.decode(Active))
      if (id !== null) return id
      yield* Effect.sleep("10 millis")
    }
  })
  const streams = how === "frames" ? yield* all("/full-update/stream") : undefined
  const run = how === "frames" ? yield* active : (yield* begin).run
  const heard = streams ?? (how === "events" ? yield* all(`/v1/runs/${run}/events`) : Fiber.succeed([]))
  for (;;) {
    yield* Effect.sleep(pause)
    const row = yield* Effect.flatMap(ask("GET", `/v1/runs/${run}?limit=1`), Schema.decode(Ended))
    if (row.ended_at === null) continue
    const told = yield* Fiber.join(heard)
    const result: Import = {
      took: (row.ended_at.getTime() - row.started_at.getTime()) / 1000,
      cpu: ((yield* cpu) - before) / 1000,
      operations: row.ok,
      frames: told.reduce((sum, { frames }) => sum + frames, 0)
    }
    return result
  }
}, Effect.scoped)

/** The quickest of several: what other programs did meanwhile only ever adds. */
const best = (imports: ReadonlyArray<Import>): Import => {
  const [first, ...rest] = imports
  if (first === undefined) return { took: 0, cpu: 0, operations: 0, frames: 0 }
  return rest.reduce(
    (a, b) => ({
      ...a,
      took: Math.min(a.took, b.took),
      cpu: Math.min(a.cpu, b.cpu),
      frames: Math.max(a.frames, b.frames)
    }),
    first
  )
}

const hows = ["nobody", "events", "frames"] as const

/** A first import followed by nobody and by many, in turns; each by a service and systems of its own. */
export const measureFollowed = Effect.fnUntraced(function* (options: {
  readonly guests: number
  readonly followers: number
  readonly rounds: number
}) {
  const { followers, guests, rounds } = options
  const all: Record<How, Array<Import>> = { nobody: [], events: [], frames: [] }
  for (let round = 0; round < rounds; round += 1) {
    for (const how of hows) {
      all[how].push(yield* imported(guests, followers, how))
      yield* Effect.logInfo(`${guests} guests, followed by ${how}: ${JSON.stringify(all[how].at(-1))}`)
    }
  }
  const alone = best(all.nobody)
  const falls = (one: Import) => (1 - alone.took / one.took) * 100
  const [events, frames] = [best(all.events), best(all.frames)]
  const about = `import of ${guests} guests, ${followers} followers`
  return {
    goals: [
      atMost(`${about} on /v1: throughput falls by`, 20, falls(events), "%"),
      atMost(`${about} of /full-update/stream: throughput falls by`, 20, falls(frames), "%")
    ],
    imports: { nobody: alone, events, frames }
  }
})
