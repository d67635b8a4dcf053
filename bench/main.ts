import { spawnSync } from "node:child_process"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Config, Console, Effect, Logger, Option, Redacted } from "effect"
import { measureEstate } from "./Estate.ts"
import { table as goalTable } from "./Goals.ts"
import { table } from "./Measures.ts"
import { measureProxmoxRead } from "./ProxmoxRead.ts"
import { programNamed } from "./Program.ts"
import { measureSynchronisation, type NetBoxUnderTest } from "./Synchronisation.ts"

/** `npm run bench [-- [guests] [--quick] [--apply] [--json]]`. What is measured and how to read it stands in docs/performance.md. */

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

const main = Effect.gen(function* () {
  const options = process.argv.slice(2)
  const asJson = options.includes("--json")
  const quick = options.includes("--quick")
  const size = quick ? sizes.quick : sizes.whole
  const guests = Number(options.find((option) => !option.startsWith("--")) ?? size.real)
  yield* Effect.logInfo(`an estate of ${size.estate} guests, simulated`)
  const estate = yield* measureEstate(size.estate, options.includes("--apply"))
  yield* Effect.logInfo(`reading ${size.read} configurations`)
  const read = yield* measureProxmoxRead(size.read)
  const netbox = yield* address
  const synchronised = yield* Option.match(netbox, {
    onNone: () => Effect.as(Console.error(withoutNetBox), undefined),
    onSome: (at) => Effect.scoped(measureSynchronisation(at, guests))
  })
  const goals = [...(synchronised?.goals ?? []), ...estate.goals, ...read]
  const measures = synchronised?.measures ?? []
  if (asJson) {
    return yield* Console.log(
      JSON.stringify({ node: process.version, goals, measures, estate: { small: estate.small, large: estate.large } })
    )
  }
  yield* Console.log(`${goalTable(goals)}\n`)
  if (measures.length > 0) yield* Console.log(`${table(measures)}\n`)
  yield* journal(quick)
})

main.pipe(
  Effect.provide(Logger.replace(Logger.defaultLogger, Logger.withConsoleError(Logger.logfmtLogger))),
  NodeRuntime.runMain({ disablePrettyLogger: true })
)
