import { Effect, Option, Stream } from "effect"
import { layer } from "../../src/journal/JournalSqlite.ts"
import { Runs } from "../../src/services/Runs.ts"
import { everything, runs } from "../support/Runs.ts"

/** A service without HTTP, told by its arguments: begins a run, or goes on with the one that was left, and prints each event. */
const [url = "", token = "", proxmox = "", key = "", file = "", mode = "start"] = process.argv.slice(2)

const print = (line: string) =>
  Effect.sync(() => {
    process.stdout.write(`${line}\n`)
  })

const program = Effect.gen(function* () {
  const service = yield* Runs
  const active = yield* service.active
  const left = Option.getOrNull(active)?.run
  yield* print(`active ${left ?? "none"}`)
  const run = mode === "start" ? yield* service.start(everything) : left
  if (run === undefined) return
  yield* print(`run ${run}`)
  yield* Stream.runForEach(service.events(run, 0), ({ event }) => print(event._tag))
}).pipe(
  Effect.provide(
    runs({
      netbox: { url, token },
      proxmox: { urls: [proxmox], token: key },
      journal: layer({ file, secrets: [] }),
      settle: "1 second"
    })
  )
)

Effect.runFork(program)
