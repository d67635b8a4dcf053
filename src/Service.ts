import { Effect, Layer, Logger, LogLevel } from "effect"
import * as HttpSettings from "./http/HttpSettings.ts"
import { logLevel } from "./http/LogLevel.ts"
import * as Logs from "./http/Logs.ts"
import * as Server from "./http/Server.ts"
import * as EnginesLive from "./services/EnginesLive.ts"
import { Metrics } from "./services/Metrics.ts"
import { NetBoxProbe } from "./services/NetBoxProbe.ts"
import * as Policy from "./services/Policy.ts"
import * as RunsLive from "./services/RunsLive.ts"
import { Readiness } from "./services/Readiness.ts"
import * as Store from "./store/Store.ts"
import { version } from "./Version.ts"

/** What a service is started with. */
export interface ServiceOptions extends Server.Address {
  /** Folder of database, journal and key. It exists. */
  readonly data: string
  /** What a configuration file says beside the endpoints. */
  readonly policy?: Policy.PolicyOptions
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

const services = (policy: Policy.PolicyOptions | undefined) =>
  Layer.mergeAll(Readiness.Default, RunsLive.layer()).pipe(
    Layer.provideMerge(EnginesLive.layer({ engine: version })),
    Layer.provideMerge(Layer.mergeAll(NetBoxProbe.Default, Policy.layer(policy)))
  )

/** The whole service, listening. Everything process-wide is in these layers: several run in one process. */
export const layer = ({ data, host, policy, port }: ServiceOptions) =>
  Layer.fresh(
    Server.layer({ host, port }).pipe(
      Layer.provideMerge(services(policy)),
      Layer.provideMerge(Store.layer(data)),
      Layer.provideMerge(Layer.mergeAll(HttpSettings.layer, Metrics.Default)),
      Layer.provideMerge(logs)
    )
  )
