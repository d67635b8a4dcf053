import { spawnSync } from "node:child_process"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Config, Console, Effect, Logger, Option, Record, Redacted } from "effect"
import { measureEstate } from "./Estate.ts"
import { type Goal, table as goalTable } from "./Goals.ts"
import { type Measure, table } from "./Measures.ts"
import { measureProxmoxRead } from "./ProxmoxRead.ts"
import { programNamed } from "./Program.ts"
import * as ServiceFigures from "./ServiceFigures.ts"
import { measureSynchronisation, type NetBoxUnderTest } from "./Synchronisation.ts"

/** `npm run bench [-- [guests] [--only=part,part] [--quick] [--apply] [--json]]`. What is measured and how to read it stands in docs/performance.md. */

const address = Config.all({
  url: Config.option(Config.string("NETBOX_URL")),
  token: Config.option(Config.redacted("NETBOX_TOKEN")),
  reset: Config.option(Config.string("NETBOX_RESET"))
}).pipe(
  Config.map(({ reset, token, url }) =>
    Option.zipWith(url, token, (at, secret): NetBoxUnderTest => ({
      url: at,
      token: Redacted.value(secret),
      reset: Option.getOrUndefined(reset)
    }))
  )
)

const withoutNetBox =
  "Only what needs no NetBox was measured. For the rest point NETBOX_URL and NETBOX_TOKEN at an empty NetBox 4.6 or newer " +
  "and a token of it that may write; what is made there is deleted again."

/** Guests on the real NetBox, in the simulated estate, and in the reading of Proxmox; events in the journal. */
const sizes = { whole: { real: 1000, estate: 10_000, read: 1000 }, quick: { real: 50, estate: 1000, read: 200 } }

/** Its own process, so that it neither warms this one up nor counts into its memory; it prints its own table. */
const journal = (quick: boolean) =>
  Effect.sync(() => {
    const program = [...process.execArgv, programNamed("Journal"), ...(quick ? ["20000"] : [])]
    spawnSync(process.execPath, program, { stdio: "inherit" })
  })

interface Measured {
  readonly goals: ReadonlyArray<Goal>
  readonly measures?: ReadonlyArray<Measure>
  readonly figures?: ReadonlyArray<ServiceFigures.Figure>
}

const options = process.argv.slice(2)
const quick = options.includes("--quick")
const size = quick ? sizes.quick : sizes.whole
const guests = Number(options.find((option) => !option.startsWith("--")) ?? size.real)
const only = options.find((option) => option.startsWith("--only="))?.slice("--only=".length)

const parts = {
  estate: measureEstate(size.estate, options.includes("--apply")),
  read: Effect.map(measureProxmoxRead(size.read), (goals) => ({ goals })),
  service: ServiceFigures.measure(quick),
  netbox: Effect.flatMap(
    address,
    Option.match({
      onNone: () => Effect.as(Console.error(withoutNetBox), { goals: [], measures: [] }),
      onSome: (at) => Effect.scoped(measureSynchronisation(at, guests))
    })
  ),
  journal: Effect.as(journal(quick), { goals: [] })
}

/** Each part is told as soon as it is measured: nothing that follows can take it back. */
const tell = (part: string, { figures = [], goals, measures = [] }: Measured) => {
  if (options.includes("--json"))
    return Console.log(JSON.stringify({ part, node: process.version, goals, measures, figures }))
  const tables = [
    ...(goals.length > 0 ? [goalTable(goals)] : []),
    ...(measures.length > 0 ? [table(measures)] : []),
    ...(figures.length > 0 ? [ServiceFigures.shown(figures)] : [])
  ]
  return Effect.forEach(tables, (text) => Console.log(`${text}\n`), { discard: true })
}

const main = Effect.gen(function* () {
  for (const [part, measure] of Record.toEntries(parts)) {
    if (only !== undefined && !only.split(",").includes(part)) continue
    yield* Effect.logInfo(`measuring: ${part}`)
    yield* tell(part, yield* measure)
  }
})

main.pipe(
  Effect.provide(Logger.replace(Logger.defaultLogger, Logger.withConsoleError(Logger.logfmtLogger))),
  NodeRuntime.runMain({ disablePrettyLogger: true })
)
