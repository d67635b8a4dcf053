import { Effect } from "effect"
import type { EventOf, Outcome, RunPace } from "../domain/Event.ts"
import { counts, type Counts } from "../domain/RunState.ts"
import { breathe } from "../journal/Breathe.ts"
import type { RunRow } from "../journal/Projections.ts"
import type { RunLog } from "./RunLog.ts"

export interface Ended extends Counts {
  readonly run: string
  readonly outcome: Outcome
  /** What was left undone beside failed operations; "" when nothing was. */
  readonly detail: string
}

interface Sent {
  /** Requests sent to NetBox by the run. */
  readonly requests: number
  readonly pace: RunPace | null
}

const outcomeOf = ({ failed, ok, skipped }: Counts, detail: string): Outcome => {
  if (failed + skipped === 0) return detail === "" ? "succeeded" : "partial"
  return ok === 0 ? "failed" : "partial"
}

const unknownIn = ({ open }: Counts): ReadonlyArray<string> =>
  open === 0 ? [] : [`what became of ${open} operations is not known, and is looked for by the next run`]

/** What a run comes to, as its last event. */
export const complete = Effect.fnUntraced(function* (log: RunLog, sent: Sent) {
  const { cancelledBy, undone } = log.state
  const count = counts(log.state)
  const { failed, ok, skipped } = count
  const isCancelled = cancelledBy !== null
  // What was not begun is neither skipped nor unknown.
  const begun = ok + failed + skipped > 0 ? unknownIn(count) : []
  const detail = isCancelled ? [`cancelled by ${cancelledBy}`, ...begun].join("; ") : undone.join("; ")
  const outcome = isCancelled ? "cancelled" : outcomeOf(count, detail)
  yield* log.append([{ _tag: "RunCompleted", outcome, ok, failed, skipped, ...sent, detail }])
  const ended: Ended = { run: log.run, outcome, ...count, detail }
  return ended
})

/** Events in one append: a transaction of some ten milliseconds. */
const page = 250

/** Operations that were not sent, once their run is cancelled. */
export const skipRest = Effect.fnUntraced(function* (log: RunLog) {
  const { cancelledBy, operations } = log.state
  const rest = [...operations].flatMap(([op, { state }]): ReadonlyArray<EventOf<"OperationSkipped">> =>
    state === "planned"
      ? [{ _tag: "OperationSkipped", op, blockedBy: null, detail: `cancelled by ${cancelledBy}` }]
      : []
  )
  for (let at = 0; at < rest.length; at += page) {
    yield* log.append(rest.slice(at, at + page))
    yield* breathe
  }
})

/** Planned for somebody at a terminal who is gone: nobody waits for it, and nothing was sent. */
export const isVoid = ({ origin, state }: Pick<RunRow, "origin" | "state">): boolean =>
  origin === "cli" && state === "planning"

export const endUnsealed = (log: RunLog) => {
  const detail = "ended before its plan was sealed; nothing was sent"
  return log.append([
    { _tag: "RunCompleted", outcome: "cancelled", ok: 0, failed: 0, skipped: 0, requests: 0, pace: null, detail }
  ])
}
