import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import { Cause, Config, Effect, Option, Schema } from "effect"
import { load, type Loaded } from "../services/ConfigFile.ts"
import { version } from "../Version.ts"
import { layer, Output } from "./Output.ts"

const json = Options.boolean("json").pipe(Options.withDescription("Print the result, or the error, as JSON"))

const config = Options.file("config").pipe(
  Options.withAlias("c"),
  Options.withDefault("./proxledger.yaml"),
  Options.withDescription("The configuration file")
)

const approveRemovals = Options.boolean("approve-removals").pipe(
  Options.withDescription("Plan more removals than the limit")
)

interface Failure {
  readonly _tag?: string
  readonly message: string
}

const fail = Effect.fnUntraced(function* (failure: Failure) {
  const { json } = yield* Output
  const { _tag: code = "Error", message } = failure
  yield* Effect.sync(() => {
    process.stderr.write(
      json ? `${JSON.stringify({ error: { code, message } }, null, 2)}\n` : `proxledger: ${message}\n`
    )
    process.exitCode = 1
  })
})

const messageOf = (cause: Cause.Cause<unknown>): string => {
  const problem = Cause.squash(cause)
  return problem instanceof Error ? problem.message : String(problem)
}

const interrupted = "stopped; resume, or the next sync, finishes what was begun"

/** Runs a command to its exit code; whatever goes wrong is one clear message. */
const ending = <R>(asJson: boolean, command: Effect.Effect<number, Failure, R>, stopped = interrupted) =>
  Effect.gen(function* () {
    const noColor = Option.isSome(yield* Effect.orDie(Config.option(Config.string("NO_COLOR"))))
    const exit = command.pipe(
      Effect.tap((code) =>
        Effect.sync(() => {
          process.exitCode = code
        })
      ),
      Effect.catchAll(fail),
      Effect.catchAllCause((cause) =>
        Cause.isInterruptedOnly(cause)
          ? Effect.failCause(cause)
          : fail({ _tag: "Defect", message: `this should not happen, please report it: ${messageOf(cause)}` })
      ),
      Effect.onInterrupt(() => Effect.sync(() => process.stderr.write(`\nproxledger: ${stopped}\n`)))
    )
    yield* Effect.provide(exit, layer(asJson, { isTTY: process.stdout.isTTY === true, noColor }))
  })

/** The modules of a command are only loaded when it runs, so that help and version come at once. */
const lazily = <M, R>(
  options: { readonly json: boolean; readonly config: string },
  module: () => Promise<M>,
  run: (module: M, loaded: Loaded) => Effect.Effect<number, Failure, R>
) =>
  ending(
    options.json,
    Effect.gen(function* () {
      const loaded = yield* load(options.config)
      return yield* run(yield* Effect.promise(module), loaded)
    })
  )

const check = Command.make("check", { json, config }, (options) =>
  lazily(
    options,
    () => import("./commands/Check.ts"),
    (check, loaded) => check.run(loaded)
  )
).pipe(Command.withDescription("Validate the configuration and reach every endpoint"))

const full = Options.boolean("full").pipe(
  Options.withDescription("Read everything, also what seems not to have changed")
)

const out = Options.text("out").pipe(Options.optional, Options.withDescription("Also write the plan to a file"))

const plan = Command.make("plan", { json, config, out, approveRemovals, full }, (options) =>
  lazily(
    options,
    () => import("./commands/Plan.ts"),
    (plan, loaded) =>
      plan.run(loaded, {
        out: Option.getOrUndefined(options.out),
        approveRemovals: options.approveRemovals,
        full: options.full
      })
  )
).pipe(Command.withDescription("Show what would be done, and seal it; exit 2 when there are changes"))

const planArgument = Args.text({ name: "plan" }).pipe(Args.withDescription("A plan file, or the id of a planned run"))

const apply = Command.make("apply", { json, config, plan: planArgument }, (options) =>
  lazily(
    options,
    () => import("./commands/Apply.ts"),
    (apply, loaded) => apply.run(loaded, options.plan)
  )
).pipe(Command.withDescription("Apply exactly a sealed plan; exit 3 when part of it was refused"))

const yes = Options.boolean("yes").pipe(Options.withAlias("y"), Options.withDescription("Do not ask"))

const sync = Command.make("sync", { json, config, yes, approveRemovals, full }, (options) =>
  lazily(
    options,
    () => import("./commands/Sync.ts"),
    (sync, loaded) => sync.run(loaded, options)
  )
).pipe(Command.withDescription("Plan and apply"))

const resume = Command.make("resume", { json, config }, (options) =>
  lazily(
    options,
    () => import("./commands/Resume.ts"),
    (resume, loaded) => resume.run(loaded)
  )
).pipe(Command.withDescription("Finish what a crash left open"))

const limit = Options.integer("limit").pipe(Options.withDefault(20), Options.withDescription("How many"))

const runs = Command.make("runs", { json, config, limit }, (options) =>
  lazily(
    options,
    () => import("./commands/Runs.ts"),
    (runs, loaded) => runs.list(loaded, options.limit)
  )
).pipe(Command.withDescription("List runs, newest first"))

const show = Command.make("show", { json, config, run: Args.text({ name: "run" }) }, (options) =>
  lazily(
    options,
    () => import("./commands/Runs.ts"),
    (runs, loaded) => runs.show(loaded, options.run)
  )
).pipe(Command.withDescription("Show one run with every operation"))

const journalModule = () => import("./commands/JournalCommands.ts")

const follow = Options.boolean("follow").pipe(Options.withAlias("f"), Options.withDescription("Wait for more"))

const tail = Command.make("tail", { json, config, limit, follow }, (options) =>
  lazily(options, journalModule, (journal, loaded) =>
    journal.tail(loaded, { count: options.limit, follow: options.follow })
  )
).pipe(Command.withDescription("Show the last events"))

const verify = Command.make("verify", { json, config }, (options) =>
  lazily(options, journalModule, (journal, loaded) => journal.verify(loaded))
).pipe(Command.withDescription("Check the chain; exit 1 when it is broken"))

const rebuild = Command.make("rebuild", { json, config }, (options) =>
  lazily(options, journalModule, (journal, loaded) => journal.rebuild(loaded))
).pipe(Command.withDescription("Make the projections again from the events"))

const exported = Command.make("export", { json, config }, (options) =>
  lazily(options, journalModule, (journal, loaded) => journal.exported(loaded))
).pipe(Command.withDescription("Print every event as stored, one JSON text a line"))

const journal = Command.make("journal").pipe(
  Command.withDescription("Look into the journal"),
  Command.withSubcommands([tail, verify, rebuild, exported])
)

const demo = Command.make("demo", { json }, (options) =>
  ending(
    options.json,
    Effect.flatMap(
      Effect.promise(() => import("./commands/Demo.ts")),
      (demo) => demo.run
    )
  )
).pipe(Command.withDescription("Show the main job on a simulated cluster and NetBox"))

const host = Options.text("host").pipe(
  Options.withDefault("127.0.0.1"),
  Options.withDescription("The address to listen on")
)

const port = Options.integer("port").pipe(
  Options.withSchema(Schema.Int.pipe(Schema.between(0, 65_535))),
  Options.withDefault(8800),
  Options.withDescription("The port to listen on; 0 for any")
)

const data = Options.directory("data").pipe(
  Options.optional,
  Options.withDescription("Folder of the database, the journal and the key; PROXLEDGER_DATA names it as well")
)

const serviceConfig = Options.file("config").pipe(
  Options.withAlias("c"),
  Options.optional,
  Options.withDescription("Rules and policy; endpoints in it are made when the database has none of their name")
)

const serve = Command.make("serve", { json, host, port, data, config: serviceConfig }, (options) =>
  ending(
    options.json,
    Effect.flatMap(
      Effect.promise(() => import("./commands/Serve.ts")),
      (serve) => serve.run(options)
    ),
    "stopped"
  )
).pipe(Command.withDescription("Serve the HTTP API"))

const imported = Command.make(
  "import-proxbox",
  {
    json,
    file: Args.file({ name: "file" }).pipe(Args.withDescription("The SQLite file of a proxbox-api")),
    data,
    keyFile: Options.file("key-file").pipe(
      Options.optional,
      Options.withDescription("File with the key of that proxbox-api; else PROXBOX_ENCRYPTION_KEY")
    )
  },
  (options) =>
    ending(
      options.json,
      Effect.flatMap(
        Effect.promise(() => import("./commands/ImportProxbox.ts")),
        ({ run }) => run(options)
      )
    )
).pipe(
  Command.withDescription("Take endpoints and API keys from a database of proxbox-api; exit 3 when some were left out")
)

const root = Command.make("proxledger").pipe(
  Command.withDescription("Keeps NetBox true to Proxmox VE"),
  Command.withSubcommands([check, plan, apply, sync, runs, show, resume, journal, serve, imported, demo])
)

export const cli = Command.run(root, { name: "proxledger", version })
