import { Context, Effect, Layer, Logger, LogLevel } from "effect"
import * as AddressGuard from "./http/AddressGuard.ts"
import * as HttpSettings from "./http/HttpSettings.ts"
import { logLevel } from "./http/LogLevel.ts"
import * as Logs from "./http/Logs.ts"
import * as Server from "./http/Server.ts"
import { Journal } from "./journal/Journal.ts"
import * as JournalSqlite from "./journal/JournalSqlite.ts"
import type { LoadedService } from "./services/ConfigFile.ts"
import * as ConfiguredEndpoints from "./services/ConfiguredEndpoints.ts"
import * as EnginesLive from "./services/EnginesLive.ts"
import * as JournalMetrics from "./services/JournalMetrics.ts"
import { Metrics } from "./services/Metrics.ts"
import { narrated } from "./services/Narration.ts"
import { NetBoxProbe } from "./services/NetBoxProbe.ts"
import * as Policy from "./services/Policy.ts"
import * as RunsLive from "./services/RunsLive.ts"
import { Readiness } from "./services/Readiness.ts"
import { journalIn } from "./store/DataFolder.ts"
import * as Scheduler from "./services/Scheduler.ts"
import * as Store from "./store/Store.ts"
import { version } from "./Version.ts"

/** What a service is started with. */
export interface ServiceOptions extends Server.Address {
  /** Folder of database, journal and key. It exists. */
  readonly data: string
  /** Rules and policy, endpoints that are made when they are not there, and a journal elsewhere. */
  readonly config?: LoadedService
}

const logs = Layer.unwrapEffect(
  Effect.map(Effect.orDie(logLevel), (level) =>
    Layer.merge(
      Logs.layer(Logs.stderr(level)),
      // The ring holds what people look for afterwards, whatever is shown.
      Logger.minimumLogLevel(LogLevel.lessThan(level, LogLevel.Info) ? level : LogLevel.Info)
    )
  )
)

/** What happens is counted and told in the log as well; what must not get into the journal must not get there either. */
const journal = (file: string) =>
  Layer.flatMap(JournalSqlite.layer({ file, secrets: [] }), (context) =>
    Layer.effectContext(
      Effect.gen(function* () {
        const { learn } = yield* Logs.Logs
        const measured = yield* JournalMetrics.make
        const journal = Context.get(context, Journal)
        const conceal: typeof journal.conceal = (secrets) => Effect.zipRight(learn(secrets), journal.conceal(secrets))
        return Context.add(context, Journal, { ...journal, conceal, append: narrated(measured(journal.append)) })
      })
    )
  )

const services = (config: LoadedService | undefined) =>
  Layer.mergeAll(Readiness.Default, Scheduler.layer()).pipe(
    Layer.provideMerge(RunsLive.layer()),
    Layer.provideMerge(EnginesLive.layer({ engine: version })),
    Layer.provideMerge(Layer.mergeAll(NetBoxProbe.Default, Policy.layer(config)))
  )

const configured = (config: LoadedService | undefined) =>
  config === undefined ? Layer.empty : Layer.effectDiscard(ConfiguredEndpoints.make(config))

/** The whole service, listening. Everything process-wide is in these layers: several run in one process. */
export const layer = ({ config, data, host, port }: ServiceOptions) =>
  Layer.fresh(
    Server.layer({ host, port }).pipe(
      Layer.provideMerge(services(config)),
      Layer.provideMerge(configured(config)),
      Layer.provideMerge(Store.tables(data)),
      Layer.provideMerge(journal(config?.config.journal ?? journalIn(data))),
      Layer.provideMerge(AddressGuard.layer),
      Layer.provideMerge(Layer.mergeAll(HttpSettings.layer, Metrics.Default)),
      Layer.provideMerge(logs),
      // Nobody collects spans, and they cost a third of a request.
      Layer.provide(Layer.setTracerEnabled(false))
    )
  )
