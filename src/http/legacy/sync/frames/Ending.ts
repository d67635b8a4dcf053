import type { Outcome } from "../../../../domain/Event.ts"
import type { JsonObject } from "../../../../domain/Json.ts"
import { complete, error, runError } from "./Data.ts"
import type { Frame, Frames } from "./Frame.ts"
import { type StageName, titleOf } from "./Stage.ts"
import { countersOf, type Tally } from "./Tally.ts"
import type { Telling } from "./Teller.ts"

/** How a run ended, so far as its stream is concerned. */
export interface Ending {
  /** "" where nothing had to run. */
  readonly run: string
  readonly outcome: Outcome | "planned" | "interrupted"
  /** Nothing failed: what waits for approval has not failed. */
  readonly ok: boolean
  /** Of the whole run. */
  readonly operations: {
    readonly ok: number
    readonly failed: number
    readonly skipped: number
    readonly planned: number
  }
  readonly tallies: ReadonlyMap<StageName, Tally>
  /** What each stage said last, by stage. */
  readonly results: ReadonlyMap<StageName, JsonObject>
  /** Sources that were not read. */
  readonly unavailable: ReadonlyArray<{ readonly source: string; readonly detail: string }>
  readonly warnings: ReadonlyArray<string>
  /** Why it did not go well; "" where it did. */
  readonly detail: string
}

const isFull = ({ title }: Telling): boolean => title === "full-update"

const nameOf = (telling: Telling): string => {
  const [only] = telling.stages
  return isFull(telling) || only === undefined ? "Full update" : titleOf(only)
}

const isStopped = ({ outcome }: Ending): boolean => outcome === "cancelled" || outcome === "interrupted"

const verdictOf = (ending: Ending): string => {
  if (ending.ok) return "completed"
  if (isStopped(ending)) return "cancelled"
  return ending.outcome === "partial" ? "completed with errors" : "failed"
}

const stopped = "Server shutdown or request cancelled."

/** The frames between the last stage and `complete`: none where all went well. */
export const frameErrors = (ending: Ending, telling: Telling): Frames => {
  if (ending.ok) return []
  const text = `${nameOf(telling)} sync ${verdictOf(ending)}.`
  if (isStopped(ending)) return [error(telling.title, text, stopped)]
  const category = ending.unavailable.length > 0 ? "connection" : "internal"
  return [runError(telling.title, category, ending.detail), error(telling.title, text, ending.detail)]
}

/** Warnings that one frame may carry. */
const most = 50

/** The last frame; `result` is what the old surface says was synchronized. */
export const completion = (ending: Ending, telling: Telling, result: JsonObject): Frame => {
  const { operations, outcome, run, tallies, warnings } = ending
  return complete(ending.ok, `${nameOf(telling)} sync ${verdictOf(ending)}.`, {
    result: {
      ...result,
      ...(warnings.length === 0 ? {} : { warnings: warnings.slice(0, most), warnings_total: warnings.length })
    },
    ...(ending.ok ? {} : { errors: [{ detail: isStopped(ending) ? stopped : ending.detail }] }),
    outcome,
    ...(run === "" ? {} : { run_id: run }),
    ...(telling.dryRun ? { dry_run: true } : {}),
    operations,
    counters: Object.fromEntries([...tallies].map(([stage, tally]) => [stage, countersOf(tally)]))
  })
}
