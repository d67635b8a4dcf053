import { Clock, Effect } from "effect"
import { Counter, Gauge, Histogram } from "prom-client"
import type { Event } from "../domain/Event.ts"
import type { Journal } from "../journal/Journal.ts"
import { Metrics } from "./Metrics.ts"

/** Seconds: a transaction of a few events on a good disk, to a disk that is in trouble. */
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5]

/** Counts what the journal takes, and with it what runs do. */
export const make = Effect.map(Metrics, ({ registry }) => {
  const registers = [registry]
  const seconds = new Histogram({
    name: "proxledger_journal_append_seconds",
    help: "Transactions of the journal, until they are on disk",
    labelNames: ["outcome"],
    buckets,
    registers
  })
  const events = new Counter({ name: "proxledger_journal_events_total", help: "Events appended", registers })
  const started = new Counter({
    name: "proxledger_runs_started_total",
    help: "Runs that began, by what they were asked for as",
    labelNames: ["label"],
    registers
  })
  const completed = new Counter({
    name: "proxledger_runs_completed_total",
    help: "Runs that ended, by their outcome",
    labelNames: ["outcome"],
    registers
  })
  const operations = new Counter({
    name: "proxledger_operations_total",
    help: "Operations of runs that have an outcome, by it",
    labelNames: ["outcome"],
    registers
  })
  const last = new Gauge({
    name: "proxledger_last_run_completed_timestamp_seconds",
    help: "When a run was completed last, by its outcome",
    labelNames: ["outcome"],
    registers
  })

  const count = (event: Event, now: number): void => {
    if (event._tag === "RunStarted") started.inc({ label: event.label })
    if (event._tag === "OperationsSettled") {
      operations.inc({ outcome: "ok" }, event.ok.length)
      operations.inc({ outcome: "failed" }, event.failed.length)
    }
    if (event._tag === "OperationSkipped") operations.inc({ outcome: "skipped" })
    if (event._tag === "RunCompleted") {
      completed.inc({ outcome: event.outcome })
      last.set({ outcome: event.outcome }, now / 1000)
    }
  }

  return (append: Journal["Type"]["append"]): Journal["Type"]["append"] =>
    (stream, expected, appended) =>
      Effect.gen(function* () {
        const began = yield* Clock.currentTimeNanos
        const observe = (outcome: string) =>
          Effect.map(Clock.currentTimeNanos, (now) => seconds.observe({ outcome }, Number(now - began) / 1e9))
        const version = yield* append(stream, expected, appended).pipe(
          Effect.tapBoth({ onSuccess: () => observe("kept"), onFailure: ({ _tag }) => observe(_tag) })
        )
        const now = yield* Clock.currentTimeMillis
        events.inc(appended.length)
        for (const event of appended) count(event, now)
        return version
      })
})
