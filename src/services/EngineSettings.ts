import { Context, Duration, Layer } from "effect"
import { canonical, type Json } from "../domain/Json.ts"
import type { SourceSettings } from "../domain/mapping/Facts.ts"
import type { Rule } from "../domain/Rules.ts"
import { version } from "../Version.ts"
import type { DispatchOptions } from "./Delivery.ts"

/** What the configuration tells the engine, clients apart. */
export class EngineSettings extends Context.Tag("proxledger/EngineSettings")<
  EngineSettings,
  {
    readonly sources: ReadonlyArray<SourceSettings>
    readonly rules: ReadonlyArray<Rule>
    /** Canonical text of everything that shapes the desired state; its digest is journaled with each run. */
    readonly rulesText: string
    readonly removal: {
      readonly deletes: boolean
      readonly grace: Duration.Duration
      readonly limitCount: number
      readonly limitPercent: number
    }
    readonly dispatch: DispatchOptions
    readonly observe: {
      /** One run in so many reads everything; the others read what has changed. */
      readonly fullEvery: number
    }
    /** Who runs it, as journaled. */
    readonly actor: string
    readonly engine: string
  }
>() {
  /** For programs: what is not given is as a configuration file leaves it. */
  static readonly layer = ({ sources, rules = [], ...given }: EngineSettingsOptions): Layer.Layer<EngineSettings> =>
    Layer.succeed(EngineSettings, {
      sources,
      rules,
      rulesText: canonical(JSON.parse(JSON.stringify({ sources, rules })) as Json),
      removal: { deletes: false, grace: Duration.days(30), limitCount: 5, limitPercent: 20, ...given.removal },
      dispatch: { settle: Duration.seconds(120), retryDelay: Duration.seconds(2), attempts: 6, ...given.dispatch },
      observe: { fullEvery: given.fullEvery ?? 4 },
      actor: given.actor ?? "library",
      engine: version
    })
}

export interface EngineSettingsOptions {
  readonly sources: ReadonlyArray<SourceSettings>
  readonly rules?: ReadonlyArray<Rule>
  readonly removal?: Partial<EngineSettings["Type"]["removal"]>
  readonly dispatch?: Partial<DispatchOptions>
  /** One run in so many reads everything. */
  readonly fullEvery?: number
  /** Who runs it, as journaled. */
  readonly actor?: string
}
