import { mkdtempSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Duration, Effect, Redacted, Stream } from "effect"
import type { Event } from "../src/domain/Event.ts"
import { breathe } from "../src/journal/Breathe.ts"
import { Journal } from "../src/journal/Journal.ts"
import { layer } from "../src/journal/JournalSqlite.ts"
import { Projections } from "../src/journal/Projections.ts"
import { importOf } from "./JournalEvents.ts"
import * as Stalls from "./Stalls.ts"

/** Rates of the journal on this machine's disk: `npx tsx bench/Journal.ts [events]`; a million unless given. */
const wanted = Number(process.argv[2] ?? 1_000_000)
const guests = Math.min(1000, Math.ceil(wanted / 20))

const columns = (what: string, ...cells: ReadonlyArray<string>) =>
  console.log(what.padEnd(46) + cells.map((cell) => cell.padStart(13)).join(""))

const rate = (count: number, ms: number) => Math.round((count / ms) * 1000)

/** By the clock and by the processor (the latter says more on a machine with other work), and the longest stall. */
class Meter {
  readonly what: string
  count = 0
  ms = 0
  cpu = 0
  /** Milliseconds of the processor. */
  stall = 0

  constructor(what: string) {
    this.what = what
  }

  run<E, R>(effect: Effect.Effect<number, E, R>): Effect.Effect<void, E, R> {
    return Effect.scoped(
      Effect.gen(this, function* () {
        const { longest } = yield* Stalls.make
        const before = process.cpuUsage()
        const [took, count] = yield* Effect.timed(effect)
        const { system, user } = process.cpuUsage(before)
        yield* Effect.sleep("20 millis")
        this.count += count
        this.ms += Duration.toMillis(took)
        this.cpu += (system + user) / 1000
        this.stall = Math.max(this.stall, (yield* longest).cpu)
      })
    )
  }

  print(target: string, reached?: boolean): void {
    const verdict = reached === undefined ? "" : reached ? "reached" : "NOT reached"
    const rates = [rate(this.count, this.ms), rate(this.count, this.cpu)].map((per) => per.toLocaleString("en"))
    const stall = this.stall.toFixed(0)
    columns(this.what, String(this.count), (this.ms / 1000).toFixed(2), ...rates, stall, target, verdict)
  }
}

/** As the engine has them: one token of Proxmox, one of NetBox, one password of the service. */
const secrets = ["1f0e8a52-6a2f-4b1e-9a55-0d4d2f6f7a10", "nbt_9Zq4XmW2kLr8VtYc", "a long password of nobody"].map(
  Redacted.make
)

const pagesOf = (events: ReadonlyArray<Event>): ReadonlyArray<ReadonlyArray<Event>> =>
  Array.from({ length: Math.ceil(events.length / 100) }, (_, at) => events.slice(at * 100, at * 100 + 100))

const measure = (file: string) =>
  Effect.gen(function* () {
    const journal = yield* Journal
    const projections = yield* Projections
    const append = new Meter("append: a plan, by 100, one after the other")
    const grouped = new Meter("append: a plan, by 100, five at once")
    const settle = new Meter("append: intents and outcomes, one by one")
    let bytes = 0
    let total = 0
    for (let number = 0; total < wanted; number++) {
      const { batches, begin, end, plan } = importOf(`lab${number}`, guests)
      const run = `01939c6e-7b4e-7e2a-9e51-${String(number).padStart(12, "0")}`
      let version = 0
      const write = (events: ReadonlyArray<Event>) =>
        Effect.suspend(() => journal.append(run, version, events)).pipe(
          Effect.map((reached) => {
            version = reached
          })
        )
      yield* write(begin)
      // In turns, so that both meet a small file and a large one.
      const inFlight = number % 2 === 0 ? 1 : 5
      const from = version
      const pages = pagesOf(plan)
      yield* (inFlight === 1 ? append : grouped).run(
        Effect.forEach(pages, (events, at) => Effect.zipLeft(journal.append(run, from + at * 100, events), breathe), {
          concurrency: inFlight,
          discard: true
        }).pipe(Effect.as(plan.length))
      )
      version += plan.length
      yield* write([{ _tag: "PlanSealed", operations: plan.length, digest: "d" }])
      const pairs = batches.flat()
      yield* settle.run(
        Effect.as(
          Effect.forEach(pairs, (event) => write([event]), { discard: true }),
          pairs.length
        )
      )
      yield* write(end)
      total += version
      if (number === 0) bytes = plan.reduce((sum, event) => sum + JSON.stringify(event).length, 0) / plan.length
    }
    const replay = new Meter("replay: everything read and decoded")
    yield* replay.run(Stream.runCount(journal.read({ after: 0 })))
    const verify = new Meter("verify")
    yield* verify.run(Effect.map(journal.verify, ({ events }) => events))
    const rebuild = new Meter("rebuild of the projections")
    const before = process.memoryUsage.rss()
    yield* rebuild.run(Effect.map(projections.rebuild, ({ events }) => events))
    const load = new Meter("bindings and baselines into memory")
    const after = process.memoryUsage.rss()
    yield* load.run(
      Effect.map(Effect.all([projections.bindings, projections.baselines]), ([bindings]) => bindings.size)
    )

    columns("", "events", "s", "per s", "per s of CPU", "CPU stall ms", "target", "")
    for (const meter of [append, grouped]) meter.print("50,000 / s", rate(meter.count, meter.ms) >= 50_000)
    settle.print("")
    replay.print("100,000 / s", rate(replay.count, replay.ms) >= 100_000)
    verify.print("")
    // A small journal says little of a large one.
    rebuild.print("15 s for 1 M", wanted < 1_000_000 ? undefined : (rebuild.ms / rebuild.count) * 1000 <= 15)
    const stalled = rebuild.stall <= 100 ? "reached" : "NOT reached"
    columns("its longest stall", "", "", "", "", rebuild.stall.toFixed(0), "100 ms", stalled)
    load.print("")
    const [mb, peak] = [statSync(file).size / 1e6, process.resourceUsage().maxRSS / 1024]
    const grown = ((after - before) / 1e6).toFixed(0)
    console.log(
      `${bytes.toFixed(0)} bytes an event as JSON; file ${mb.toFixed(0)} MB; ` +
        `RSS at most ${peak.toFixed(0)} MiB, grown by ${grown} MB in the rebuild`
    )
  }).pipe(Effect.provide(layer({ file, secrets })))

const folder = mkdtempSync(join(tmpdir(), "proxledger-bench-"))
await Effect.runPromise(measure(join(folder, "journal.sqlite")))
rmSync(folder, { recursive: true })
