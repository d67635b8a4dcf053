import { Context, type Duration } from "effect"
import type { SourceSettings } from "../domain/mapping/Facts.ts"
import type { Rule } from "../domain/Rules.ts"
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
>() {}
