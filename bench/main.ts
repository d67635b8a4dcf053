import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Config, Console, Effect, Logger, Option, Redacted } from "effect"
import { json, type Measure, table } from "./Measures.ts"
import { measurePlanning } from "./Planning.ts"
import { measureSynchronisation } from "./Synchronisation.ts"

/** `npm run bench [-- [guests] [--json]]`; 200 guests unless given. What is measured and how to read it stands in docs/performance.md. */

const address = Config.all({
  url: Config.option(Config.string("NETBOX_URL")),
  token: Config.option(Config.redacted("NETBOX_TOKEN"))
}).pipe(
  Config.map(({ token, url }) =>
    Option.zipWith(url, token, (at, secret) => ({ url: at, token: Redacted.value(secret) }))
  )
)

const withoutNetBox =
  "Only what needs no NetBox was measured. For the rest point NETBOX_URL and NETBOX_TOKEN at an empty NetBox 4.6 or newer " +
  "and a token of it that may write; what is made there is deleted again."

/** Its own process, so that it neither warms this one up nor counts into its memory. */
const journal = Effect.sync(() => {
  const script = fileURLToPath(new URL("Journal.ts", import.meta.url))
  spawnSync(process.execPath, [...process.execArgv, script, "10000"], { stdio: "inherit" })
})

const main = Effect.gen(function* () {
  const options = process.argv.slice(2)
  const asJson = options.includes("--json")
  const guests = Number(options.find((option) => option !== "--json") ?? 200)
  const netbox = yield* address
  const synchronised = yield* Option.match(netbox, {
    onNone: () => Effect.as(Console.error(withoutNetBox), undefined),
    onSome: (at) => Effect.scoped(measureSynchronisation(at, guests))
  })
  const planned = yield* Effect.forEach([guests, guests * 5], (count) => Effect.scoped(measurePlanning(count)))
  const measures: ReadonlyArray<Measure> = [...(synchronised?.measures ?? []), ...planned.flat()]
  const peakRss = Math.round(synchronised?.peakRss ?? process.resourceUsage().maxRSS / 1024)
  if (asJson) return yield* Console.log(json(measures, peakRss))
  yield* Console.log(`${table(measures)}\n\npeak RSS: ${peakRss} MiB (engine, simulated Proxmox and recorder)`)
  yield* journal
})

main.pipe(
  Effect.provide(Logger.replace(Logger.defaultLogger, Logger.withConsoleError(Logger.logfmtLogger))),
  NodeRuntime.runMain({ disablePrettyLogger: true })
)
