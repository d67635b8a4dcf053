import { DateTime, Effect, Option, Stream } from "effect"
import type { Recorded } from "../../domain/Event.ts"
import { canonical, type Json } from "../../domain/Json.ts"
import { Journal } from "../../journal/Journal.ts"
import { Projections } from "../../journal/Projections.ts"
import { journalReadOnly, journalWritable } from "../../Layers.ts"
import type { Loaded } from "../../services/ConfigFile.ts"
import { Output } from "../Output.ts"

const line =
  (json: boolean) =>
  ({ at, event, seq, stream }: Recorded): string => {
    if (json) return JSON.stringify({ seq, at, stream, ...event })
    const { _tag, ...data } = event
    const text = canonical(JSON.parse(JSON.stringify(data)) as Json)
    const time = DateTime.formatIso(DateTime.unsafeMake(at))
    return `${String(seq).padStart(7)}  ${time}  ${stream}  ${_tag}  ${text.length > 400 ? `${text.slice(0, 399)}…` : text}`
  }

const print = (text: string) =>
  Effect.sync(() => {
    process.stdout.write(`${text}\n`)
  })

/** How often another process's appends are looked for. */
const interval = "500 millis"

/** The last `count` events; with `follow` also those that come, from whatever process. */
export const tail = (loaded: Loaded, options: { readonly count: number; readonly follow: boolean }) =>
  Effect.gen(function* () {
    const { json } = yield* Output
    const journal = yield* Journal
    let seen = Math.max(0, (yield* journal.head).seq - options.count)
    const more = Stream.runForEach(
      Stream.suspend(() => journal.read({ after: seen })),
      (recorded) => {
        seen = recorded.seq
        return print(line(json)(recorded))
      }
    )
    yield* more
    if (options.follow) return yield* Effect.forever(Effect.zipRight(Effect.sleep(interval), more))
    return 0
  }).pipe(Effect.provide(journalReadOnly(loaded)))

export const verify = (loaded: Loaded) =>
  Effect.gen(function* () {
    const output = yield* Output
    const { events, head } = yield* (yield* Journal).verify
    yield* output.result({ events, head }, () => `The chain holds over ${events} events; it ends in ${head.chain}`)
    return 0
  }).pipe(Effect.provide(journalReadOnly(loaded)))

export const rebuild = (loaded: Loaded) =>
  Effect.gen(function* () {
    const output = yield* Output
    const projections = yield* Projections
    const { events } = yield* Option.match(projections.rebuilt, {
      onNone: () => projections.rebuild,
      onSome: Effect.succeed
    })
    yield* output.result({ events }, () => `Projections were rebuilt from ${events} events`)
    return 0
  }).pipe(Effect.provide(journalWritable(loaded)))

/** Every event as stored, a JSON text each line. */
export const exported = (loaded: Loaded) =>
  Effect.gen(function* () {
    yield* Stream.runForEach((yield* Journal).lines, print)
    return 0
  }).pipe(Effect.provide(journalReadOnly(loaded)))
