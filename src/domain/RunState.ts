import type { Event, EventOf, OperationPlanned, Outcome } from "./Event.ts"
import type { Ref } from "./Ref.ts"

export interface OperationState {
  readonly planned: OperationPlanned
  state: "planned" | "dispatched" | "ok" | "failed" | "skipped"
  /** How often it was sent. */
  attempts: number
  detail: string
}

export interface Batch {
  readonly batch: number
  readonly method: "POST" | "PATCH" | "DELETE"
  readonly path: string
  readonly ops: ReadonlyArray<number>
  /** Milliseconds since 1970 at which the intent was journaled. */
  readonly at: number
}

/** What the events of one run say. Mutable, because a run has tens of thousands of operations. */
export interface RunState {
  /** How it began; null until it has. */
  started: EventOf<"RunStarted"> | null
  readonly operations: Map<number, OperationState>
  /** Batches whose outcome is not known. */
  readonly open: Map<number, Batch>
  /** Ids and versions of objects this run wrote. */
  readonly written: Map<Ref, { readonly id: number; readonly updated: string | null }>
  /** Of a run in a branch of NetBox, whose bindings hold for that branch alone: what it bound, */
  readonly bound: Map<Ref, number>
  /** and under which ref that went on which was bound before. */
  readonly former: Map<Ref, Ref>
  /** What the run leaves undone beside failed operations, one line each. */
  readonly undone: Array<string>
  batches: number
  /** When a request was last announced or settled, in milliseconds since 1970. */
  busyAt: number
  digest: string | null
  /** Who wants no more of it. */
  cancelledBy: string | null
  outcome: Outcome | null
}

export const emptyRun = (): RunState => ({
  started: null,
  operations: new Map(),
  open: new Map(),
  written: new Map(),
  bound: new Map(),
  former: new Map(),
  undone: [],
  batches: 0,
  busyAt: 0,
  digest: null,
  cancelledBy: null,
  outcome: null
})

const set = (state: RunState, op: number, next: OperationState["state"], detail = ""): OperationState | undefined => {
  const operation = state.operations.get(op)
  if (operation === undefined) return undefined
  operation.state = next
  operation.detail = detail
  return operation
}

/** The only interpreter of a run's events: used while it runs, and to take it up again after a crash. */
export const apply = (state: RunState, event: Event, at: number): RunState => {
  switch (event._tag) {
    case "RunStarted":
      state.started = event
      break
    case "StageEntered":
      // Planning that was interrupted begins again: what it had decided is void.
      if (event.stage === "observe") {
        state.operations.clear()
        state.undone.length = 0
      }
      break
    case "ObjectsBound":
      if (state.started?.scope.branch !== undefined) for (const { id, ref } of event.bindings) state.bound.set(ref, id)
      break
    case "BindingsReleased":
      if (state.started?.scope.branch === undefined) break
      for (const { becomes, ref } of event.bindings) if (becomes !== undefined) state.former.set(becomes, ref)
      break
    case "CancelRequested":
      state.cancelledBy = event.actor
      break
    case "SourceUnavailable":
      state.undone.push(`source ${event.source} was not read: ${event.detail}`)
      break
    case "RemovalsHeld":
      state.undone.push(
        `${event.removals} of ${event.of} removals in source ${event.source} wait for approval (limit ${event.limit})`
      )
      break
    case "OperationPlanned":
      state.operations.set(event.op, { planned: event, state: "planned", attempts: 0, detail: "" })
      break
    case "PlanSealed":
      state.digest = event.digest
      break
    case "OperationsDispatched":
      state.busyAt = at
      state.open.set(event.batch, { batch: event.batch, method: event.method, path: event.path, ops: event.ops, at })
      state.batches = Math.max(state.batches, event.batch + 1)
      for (const op of event.ops) {
        const operation = set(state, op, "dispatched")
        if (operation !== undefined) operation.attempts += 1
      }
      break
    case "OperationsSettled":
      state.busyAt = at
      state.open.delete(event.batch)
      for (const [op, id, updated] of event.ok) {
        const operation = set(state, op, "ok")
        if (operation !== undefined) state.written.set(operation.planned.ref, { id, updated })
      }
      for (const { detail, op } of event.failed) set(state, op, "failed", detail)
      for (const op of event.again) set(state, op, "planned")
      break
    case "OperationSkipped":
      set(state, event.op, "skipped", event.detail)
      break
    case "RunCompleted":
      state.outcome = event.outcome
      break
    default:
      break
  }
  return state
}

export interface Counts {
  readonly ok: number
  readonly failed: number
  readonly skipped: number
  readonly open: number
}

export const counts = (state: RunState): Counts => {
  const count = { ok: 0, failed: 0, skipped: 0, open: 0 }
  for (const { state: at } of state.operations.values()) {
    if (at === "planned" || at === "dispatched") count.open += 1
    else count[at] += 1
  }
  return count
}
