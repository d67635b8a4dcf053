import { Effect } from "effect"
import type { Event } from "../domain/Event.ts"
import type { Journal } from "../journal/Journal.ts"

/** A line of the log. */
export interface Line {
  readonly level: "info" | "warning" | "error"
  readonly message: string
  readonly phase?: string
  readonly resource?: { readonly type: string; readonly id: string }
}

const info = (message: string, more: Omit<Line, "level" | "message"> = {}): Line => ({
  level: "info",
  message,
  ...more
})

const warning = (message: string, more: Omit<Line, "level" | "message"> = {}): Line => ({
  level: "warning",
  message,
  ...more
})

/** What an event says to whoever reads the log; most say nothing, they are for the journal. */
export const linesOf = (event: Event): ReadonlyArray<Line> => {
  switch (event._tag) {
    case "RunStarted":
      return [info(`${event.label} began for ${event.actor}: ${event.sources.join(", ")}`)]
    case "StageEntered":
      return [info(`Stage ${event.stage}`, { phase: event.stage })]
    case "SourceObserved":
      return [
        info(`Source ${event.source}: ${event.guests} guests on ${event.nodes} nodes`, { phase: "observe" }),
        ...event.gaps.map(({ scope, what, why }) =>
          warning(`Source ${event.source}: ${what} of ${scope} not seen: ${why}`, { phase: "observe" })
        )
      ]
    case "SourceUnavailable":
      return [warning(`Source ${event.source} cannot be read: ${event.detail}`, { phase: "observe" })]
    case "ConflictFound":
      return [
        warning(`${event.label}: ${event.detail}`, { phase: "plan", resource: { type: "object", id: event.ref } })
      ]
    case "RemovalsHeld":
      return [
        warning(`${event.removals} of ${event.of} objects of ${event.source} would be removed: held until approved`, {
          phase: "plan"
        })
      ]
    case "PlanSealed":
      return [info(`Plan of ${event.operations} operations`, { phase: "plan" })]
    case "OperationsSettled":
      return event.failed.map(({ detail, op, reason }) =>
        warning(`Operation ${op} failed (${reason}): ${detail}`, {
          phase: "apply",
          resource: { type: "operation", id: String(op) }
        })
      )
    case "CancelRequested":
      return [info(`${event.actor} cancelled it`)]
    case "RunInterrupted":
      return [warning(`Interrupted: ${event.detail}`)]
    case "RunResumed":
      return [info(`Resumed with ${event.open} operations open`, { phase: "recover" })]
    case "RunCompleted": {
      const { failed, ok, outcome, skipped } = event
      const message = `Completed, ${outcome}: ${ok} operations done, ${failed} not accepted, ${skipped} left out`
      return [
        outcome === "succeeded" ? info(message) : outcome === "failed" ? { level: "error", message } : warning(message)
      ]
    }
    case "ConfigurationChanged": {
      const [type = "", ...id] = event.subject.split("/")
      const fields = event.fields.length === 0 ? "" : ` (${event.fields.join(", ")})`
      return [
        info(`${event.subject} ${event.change}${fields} by ${event.actor}`, {
          resource: { type, id: id.join("/") }
        })
      ]
    }
    default:
      return []
  }
}

const logs = { info: Effect.logInfo, warning: Effect.logWarning, error: Effect.logError }

/** What is appended and kept is told in the log, under the id of its run. */
export const narrated =
  (append: Journal["Type"]["append"]): Journal["Type"]["append"] =>
  (stream, expected, events) =>
    Effect.tap(append(stream, expected, events), () =>
      Effect.forEach(
        events.flatMap(linesOf),
        ({ level, message, phase, resource }) =>
          logs[level](message).pipe(
            Effect.annotateLogs({
              ...(stream === "configuration" ? {} : { operation_id: stream, operation: "run" }),
              ...(phase === undefined ? {} : { phase }),
              ...(resource === undefined ? {} : { resource_type: resource.type, resource_id: resource.id })
            })
          ),
        { discard: true }
      )
    )
