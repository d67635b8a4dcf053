/**
 * Reads a journal from its first event and says who changed what, and whether the chain holds.
 * Run: `npx tsx examples/audit.ts proxledger.sqlite`; another process may be writing it.
 */
import { Console, Effect, Stream } from "effect"
import { type Event, Journal, JournalSqlite, RunState } from "proxledger"

interface Audited {
  actor: string
  readonly state: RunState.RunState
}

const program = Effect.gen(function* () {
  const journal = yield* Journal
  const runs = new Map<string, Audited>()
  const perField = new Map<string, number>()

  const note = (stream: string, event: Event, at: number) => {
    const run = runs.get(stream) ?? { actor: "", state: RunState.emptyRun() }
    runs.set(stream, run)
    if (event._tag === "RunStarted") run.actor = event.actor
    RunState.apply(run.state, event, at)
  }
  yield* Stream.runForEachChunk(journal.read({ after: 0 }), (page) =>
    Effect.sync(() => {
      for (const { at, event, stream } of page) if (event._tag !== "ConfigurationChanged") note(stream, event, at)
    })
  )

  for (const [run, { actor, state }] of runs) {
    const { failed, ok, skipped } = RunState.counts(state)
    yield* Console.log(
      `${run} by ${actor}: ${state.outcome ?? "open"}, ${ok} done, ${failed} failed, ${skipped} skipped`
    )
    for (const { planned, state: at } of state.operations.values()) {
      if (at !== "ok") continue
      for (const { field } of planned.changes) perField.set(field, (perField.get(field) ?? 0) + 1)
    }
  }
  const most = [...perField].toSorted(([, one], [, other]) => other - one).slice(0, 5)
  yield* Console.log("Fields written most:", most.map(([field, times]) => `${field} ${times}`).join(", "))
  const { events, head } = yield* journal.verify
  yield* Console.log(`${events} events, the chain holds up to ${head.chain.slice(0, 12)}`)
})

const file = process.argv[2]
if (file === undefined) {
  console.error("Give the path of a journal")
  process.exitCode = 1
} else {
  await Effect.runPromise(Effect.provide(program, JournalSqlite.layerReadOnly(file)))
}
