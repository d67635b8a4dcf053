import { mkdtempSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Duration, Effect, Stream } from "effect"
import type { Event } from "../src/domain/Event.ts"
import type { Ref } from "../src/domain/Ref.ts"
import { Journal } from "../src/journal/Journal.ts"
import { layer } from "../src/journal/JournalSqlite.ts"
import { Projections } from "../src/journal/Projections.ts"

/** Rates of the journal on this machine's disk: `npx tsx bench/Journal.ts [operations]`. */
const operations = Number(process.argv[2] ?? 50_000)
const batch = 100

const planned = (op: number): Event => {
  const ref: Ref = `virtualization.virtualmachine:lab/${op}`
  const change = (field: string, to: string | number) => ({ field, from: null, to, why: `config.${field}` })
  return {
    _tag: "OperationPlanned",
    op,
    verb: "create",
    purpose: "reconcile",
    ref,
    id: null,
    label: `vm-${op}`,
    changes: [change("name", `vm-${op}`), change("memory", 4096), change("vcpus", 2), change("status", "active")],
    needs: [],
    guard: null
  }
}

const numbers = (from: number) => Array.from({ length: batch }, (_, index) => from + index)

const columns = (what: string, ...cells: ReadonlyArray<string>) =>
  console.log(what.padEnd(44) + cells.map((cell) => cell.padStart(14)).join(""))

/** By the clock and by the processor: the latter stays put on a machine with other work. */
const measured = <E, R>(what: string, effect: Effect.Effect<number, E, R>) =>
  Effect.suspend(() => {
    const before = process.cpuUsage()
    return Effect.map(Effect.timed(effect), ([took, count]) => {
      const { system, user } = process.cpuUsage(before)
      const rate = (ms: number) => Math.round((count / ms) * 1000).toLocaleString("en")
      const ms = Duration.toMillis(took)
      columns(what, String(count), ms.toFixed(0), rate(ms), rate((system + user) / 1000))
    })
  })

const measure = (file: string) =>
  Effect.gen(function* () {
    const journal = yield* Journal
    const projections = yield* Projections
    const run = "run"
    let version = 0
    const append = (events: ReadonlyArray<Event>) =>
      Effect.suspend(() => journal.append(run, version, events)).pipe(
        Effect.map((reached) => {
          version = reached
        })
      )
    const batches = Array.from({ length: operations / batch }, (_, index) => index)

    columns("", "count", "ms", "per s", "per s of CPU")
    yield* measured(
      "append alone, one event, one transaction",
      Effect.as(
        Effect.forEach(
          numbers(0),
          (at) => journal.append(`alone-${at}`, 0, [{ _tag: "WarningRaised", scope: "source", detail: "odd" }]),
          { discard: true }
        ),
        batch
      )
    )
    yield* measured(
      `append by ${batch}: events without projection`,
      Effect.as(
        Effect.forEach(
          batches,
          (at) =>
            journal.append(
              `warnings-${at}`,
              0,
              numbers(0).map((guest) => ({ _tag: "WarningRaised", scope: `guest/${guest}`, detail: "an odd value" }))
            ),
          { discard: true }
        ),
        operations
      )
    )
    yield* append([
      { _tag: "RunStarted", trigger: "sync", actor: "bench", sources: ["lab"], engine: "0", rules: "", target: "" }
    ])
    yield* measured(
      `append by ${batch}: planned operations`,
      Effect.as(
        Effect.forEach(batches, (at) => append(numbers(at * batch).map(planned)), { discard: true }),
        operations
      )
    )
    yield* append([{ _tag: "PlanSealed", operations, digest: "d" }])
    yield* measured(
      `operations dispatched and settled by ${batch}`,
      Effect.as(
        Effect.forEach(
          batches,
          (at) =>
            Effect.zipRight(
              append([
                { _tag: "OperationsDispatched", batch: at, method: "POST", path: "/", ops: numbers(at * batch) }
              ]),
              append([
                {
                  _tag: "OperationsSettled",
                  batch: at,
                  via: "response",
                  ok: numbers(at * batch).map((op) => [op, op + 1, null]),
                  failed: [],
                  again: [],
                  requestId: null
                }
              ])
            ),
          { discard: true }
        ),
        operations
      )
    )
    yield* measured("replay: read, decoded", Stream.runCount(journal.read({ after: 0 })))
    yield* measured(
      "verify",
      Effect.map(journal.verify, ({ events }) => events)
    )
    yield* measured(
      "rebuild of the projections",
      Effect.map(projections.rebuild, ({ events }) => events)
    )
    yield* measured(
      "bindings and baselines into memory",
      Effect.map(Effect.all([projections.bindings, projections.baselines]), ([bindings]) => bindings.size)
    )
    console.log(`file: ${(statSync(file).size / 1e6).toFixed(1)} MB`)
  }).pipe(Effect.provide(layer({ file, secrets: [] })))

const folder = mkdtempSync(join(tmpdir(), "proxledger-bench-"))
await Effect.runPromise(measure(join(folder, "journal.sqlite")))
rmSync(folder, { recursive: true })
