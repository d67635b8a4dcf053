import { fork } from "node:child_process"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Deferred, Effect, Logger, Redacted, Stream } from "effect"
import type { Event } from "../src/domain/Event.ts"
import * as Rpc from "../src/http/rpc/Client.ts"
import { Journal } from "../src/journal/Journal.ts"
import * as JournalSqlite from "../src/journal/JournalSqlite.ts"
import { journalIn } from "../src/store/DataFolder.ts"
import { follow, latencies, percentile } from "./Clients.ts"
import { folder } from "./Folder.ts"
import { atMost } from "./Goals.ts"
import { importOf } from "./JournalEvents.ts"
import type { KeylessOptions } from "./KeylessProcess.ts"
import { measureFollowed } from "./Followed.ts"
import { timed } from "./Measures.ts"
import { programNamed } from "./Program.ts"
import * as Served from "./Served.ts"
import * as Simulators from "./Simulators.ts"
import type { Figure, Figures } from "./ServiceFigures.ts"
import { Unmeasurable } from "./Unmeasurable.ts"

/** The program of the process that measures the service as its users meet it. */

const sizes = {
  whole: { history: 1000, starts: 5, requests: 5000, keyless: 5000, followed: 500, rounds: 3 },
  quick: { history: 100, starts: 3, requests: 1000, keyless: 5000, followed: 60, rounds: 1 }
}

/** Runs that the service has behind it. */
const runs = 100

/** Those who follow one run. */
const followers = 200

const clients = 100

const hows = [
  ["nobody", "nobody follows"],
  ["events", `${followers} follow on /v1`],
  ["frames", `${followers} follow /full-update/stream`]
] as const

/** A journal with small runs, and one that imports so many guests; returns the id of that one. */
const history = (path: string, guests: number) =>
  Effect.gen(function* () {
    const journal = yield* Journal
    const write = Effect.fnUntraced(function* (run: string, of: number) {
      const { batches, begin, end, plan } = importOf(run, of)
      const sealed: Event = { _tag: "PlanSealed", operations: plan.length, digest: "d" }
      const events = [...begin, ...plan, sealed, ...batches.flat(), ...end]
      let version = 0
      for (let at = 0; at < events.length; at += 100) {
        version = yield* journal.append(run, version, events.slice(at, at + 100))
      }
    })
    for (let number = 0; number < runs; number += 1) yield* write(`small-${String(number).padStart(3, "0")}`, 3)
    yield* write("large", guests)
    return "large"
  }).pipe(Effect.provide(JournalSqlite.layer({ file: journalIn(path), secrets: [] })))

const median = (values: ReadonlyArray<number>) => percentile(values, 50)

/** From the start of the process to the first good answer of `/readyz`, in seconds; and what an idle one holds. */
const measureStart = Effect.fnUntraced(function* (path: string, starts: number) {
  const ready = Effect.gen(function* () {
    const { ask, took } = yield* Served.start(path)
    const { took: asked } = yield* timed(ask("GET", "/readyz"))
    return (took + asked) / 1000
  }).pipe(Effect.scoped)
  const times: Array<number> = []
  for (let at = 0; at < starts; at += 1) times.push(yield* ready)
  const idle = yield* Effect.scoped(
    Effect.flatMap(Served.start(path), ({ rss }) => Effect.zipRight(Effect.sleep("10 seconds"), rss))
  )
  return [
    atMost("service: from its start to /readyz", 1, median(times), "s"),
    atMost("service: resident memory, idle", 150, Math.round(idle), "MB")
  ]
})

const keyed = { "x-proxbox-api-key": Served.key }

/** Again and again while requests without a key come from another process. */
const withKeyless = <A, E, R>(options: typeof KeylessOptions.Type, during: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const begun = yield* Deferred.make<void, Unmeasurable>()
    const done = yield* Deferred.make<void, Unmeasurable>()
    const load = Effect.acquireRelease(
      Effect.sync(() => {
        const child = fork(programNamed("KeylessProcess"), [JSON.stringify(options)], { execArgv: process.execArgv })
        child.on("message", (said) => Deferred.unsafeDone(said === "begun" ? begun : done, Effect.void))
        child.once("exit", (code) => {
          const early = new Unmeasurable({ detail: `Requests without a key have ended (${code})` })
          for (const one of [begun, done]) Deferred.unsafeDone(one, early)
        })
        return child
      }),
      (child) => Effect.sync(() => child.kill())
    )
    yield* load
    yield* Deferred.await(begun)
    const seen: Array<A> = []
    yield* Effect.raceFirst(
      Deferred.await(done),
      Effect.forever(Effect.tap(during, (one) => Effect.sync(() => seen.push(one))))
    )
    return seen
  }).pipe(Effect.scoped)

const measureAnswers = Effect.fnUntraced(function* (
  { cpu, url }: Served.Served,
  { keyless, requests }: { readonly requests: number; readonly keyless: number }
) {
  const list = { url: `${url}/v1/runs`, headers: keyed, status: 200, clients }
  yield* latencies({ ...list, requests: 500 })
  const before = yield* cpu
  const { took, value: times } = yield* timed(latencies({ ...list, requests }))
  const perRequest = ((yield* cpu) - before) / requests
  const livez = latencies({ url: `${url}/livez`, headers: {}, status: 200, clients: 1, requests: 1 })
  const load = { url: `${url}/v1/runs`, clients, requests: keyless }
  yield* withKeyless({ ...load, requests: 500 }, livez)
  const beforeLoad = yield* cpu
  const lives = (yield* withKeyless(load, livez)).flat()
  const perRefusal = ((yield* cpu) - beforeLoad) / keyless
  return {
    goals: [
      atMost(
        `/livez while ${keyless} requests come without a key, ${clients} at once: p99`,
        100,
        percentile(lives, 99),
        "ms"
      )
    ],
    figures: [
      [`/v1/runs of ${runs + 1}, ${clients} clients at once: p50`, percentile(times, 50), "ms"],
      [`/v1/runs of ${runs + 1}, ${clients} clients at once: p99`, percentile(times, 99), "ms"],
      [`/v1/runs of ${runs + 1}, ${clients} clients at once: answers`, (requests / took) * 1000, "a second"],
      [`/v1/runs of ${runs + 1}: processor time of one answer`, perRequest, "ms"],
      [`/livez while ${keyless} requests come without a key: p50`, percentile(lives, 50), "ms"],
      ["a request without a key: processor time", perRefusal, "ms"]
    ] satisfies ReadonlyArray<Figure>
  }
})

const measureStreams = Effect.fnUntraced(function* ({ cpu, url }: Served.Served, run: string) {
  const events = `${url}/v1/runs/${run}/events`
  const following = follow(events, Served.key)
  yield* following
  const measured = Effect.fnUntraced(function* (of: Effect.Effect<number, Unmeasurable>) {
    const before = yield* cpu
    const { took, value: items } = yield* timed(of)
    return { rate: (items / took) * 1000, perCpu: (items / ((yield* cpu) - before)) * 1000 }
  })
  const frames = (all: ReadonlyArray<{ readonly frames: number }>) => all.reduce((sum, one) => sum + one.frames, 0)
  const alone = yield* measured(Effect.map(Effect.all(Array.from({ length: 10 }, () => following)), frames))
  const many = yield* measured(
    Effect.map(
      Effect.all(
        Array.from({ length: followers }, () => following),
        { concurrency: "unbounded" }
      ),
      frames
    )
  )
  const items = Effect.gen(function* () {
    const client = yield* Rpc.make({ url, key: Redacted.make(Served.key) })
    return yield* Stream.runCount(Rpc.follow(client, { run }))
  }).pipe(
    Effect.scoped,
    Effect.mapError(({ message }) => new Unmeasurable({ detail: message }))
  )
  yield* items
  const rpc = yield* measured(Effect.map(Effect.all([items, items, items]), (counts) => counts.reduce((a, b) => a + b)))
  return [
    ["one follower of a run that has ended: frames", alone.rate, "a second"],
    ["the same, by processor time", alone.perCpu, "a second"],
    [`${followers} followers at once: frames to all of them`, many.rate, "a second"],
    ["the same, by processor time", many.perCpu, "a second"],
    ["one follower by procedures (WebSocket): items", rpc.rate, "a second"],
    ["the same, by processor time", rpc.perCpu, "a second"]
  ] satisfies ReadonlyArray<Figure>
})

const main = Effect.gen(function* () {
  const size = process.argv.includes("--quick") ? sizes.quick : sizes.whole
  const path = yield* folder
  Served.configure(path, yield* Simulators.make({ guests: 10, nodes: 2, tls: true }))
  const run = yield* history(path, size.history)
  yield* Effect.logInfo("the service: starting")
  const served = yield* Effect.scoped(
    Effect.gen(function* () {
      const service = yield* Served.claimed(path)
      yield* Effect.logInfo("the service: answering")
      const answers = yield* measureAnswers(service, size)
      yield* Effect.logInfo("the service: streaming")
      return { answers, streams: yield* measureStreams(service, run) }
    })
  )
  const starts = yield* measureStart(path, size.starts)
  const { goals, imports } = yield* measureFollowed({ guests: size.followed, followers, rounds: size.rounds })
  const figures: ReadonlyArray<Figure> = [
    ...served.answers.figures,
    ...served.streams,
    ...hows.flatMap(([how, who]): ReadonlyArray<Figure> => {
      const { cpu, frames, operations, took } = imports[how]
      const about = `import of ${size.followed} guests, ${who}`
      return [
        [`${about}: operations`, operations / took, "a second"],
        [`${about}: time`, took, "s"],
        [`${about}: processor time of the service`, cpu, "s"],
        ...(frames === 0 ? [] : [[`${about}: told to all of them`, frames, "frames"] as const])
      ]
    })
  ]
  const all: Figures = { goals: [...starts, ...served.answers.goals, ...goals], figures }
  process.send?.(all)
  process.disconnect?.()
})

main.pipe(
  Effect.scoped,
  Effect.provide(Logger.replace(Logger.defaultLogger, Logger.withConsoleError(Logger.logfmtLogger))),
  NodeRuntime.runMain({ disablePrettyLogger: true })
)
