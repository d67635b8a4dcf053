import type Sqlite from "better-sqlite3"
import type { EventOf, Recorded } from "../domain/Event.ts"
import type { JsonObject } from "../domain/Json.ts"
import type { Ref } from "../domain/Ref.ts"
import type { Scope } from "../domain/Scope.ts"
import { type Numbers, numbersOf } from "./Numbers.ts"
import * as Planned from "./Planned.ts"
import { type Rows, rowsOf } from "./Rows.ts"
import { type StoredObject, type StoredObserved, type StoredOperation, type StoredRun, tables } from "./Tables.ts"

/** The projections, brought up event by event; the same for an append and for a rebuild. */
export interface Fold {
  /** Events come in their order, each once. */
  readonly apply: (recorded: Recorded) => void
  /** Writes what changed first, until no table has more than so many changed rows in memory. */
  readonly write: (keep: number) => void
  /** How many changed rows are not written. */
  readonly changed: () => number
  /** Lets go of what is in memory, after a transaction that was not kept. */
  readonly forget: () => void
}

interface State {
  readonly runs: Rows<StoredRun>
  readonly operations: Rows<StoredOperation>
  readonly objects: Rows<StoredObject>
  readonly observed: Rows<StoredObserved>
  readonly planned: Planned.Planned
  readonly numbers: Numbers
}

/** Where an event stands, and the event. */
interface At<Tag extends Recorded["event"]["_tag"]> extends Omit<Recorded, "event"> {
  readonly event: EventOf<Tag>
}

const alter = <Row>(rows: Rows<Row>, row: Row | undefined, change: Partial<Row>): void => {
  if (row !== undefined) rows.set({ ...row, ...change })
}

const run = ({ runs }: State, id: string, change: Partial<StoredRun>) => alter(runs, runs.get(id), change)

const operation = ({ operations }: State, number: number, op: number, change: Partial<StoredOperation>) =>
  alter(operations, operations.get(number, op), change)

/** Of which nothing is known. */
const unknown = (ref: Ref): StoredObject => ({
  ref,
  netbox_id: null,
  evidence: "",
  retired_at: null,
  created: 0,
  fields: null
})

/** Lays fields, a JSON object, over the baseline of an object. */
const base = ({ objects }: State, ref: Ref, fields: string): void => {
  if (fields === "{}") return
  const row = objects.get(ref) ?? unknown(ref)
  if (row.fields === null) return objects.set({ ...row, fields })
  const [before, after] = [JSON.parse(row.fields) as JsonObject, JSON.parse(fields) as JsonObject]
  objects.set({ ...row, fields: JSON.stringify({ ...before, ...after }) })
}

const plan = ({ numbers, operations, planned }: State, recorded: At<"OperationPlanned">): void => {
  const { event, seq } = recorded
  const { op, ref } = event
  planned.add(seq, event)
  const open = { state: null, netbox_id: null, detail: null, at: null }
  operations.set({ planned: seq, run: numbers.of(recorded), op, ref, ...open })
}

const done = (state: State, at: number, row: StoredOperation, id: number): void => {
  const { objects, operations, planned } = state
  const { ref } = row
  operations.set({ ...row, state: "ok", at, netbox_id: id })
  const intent = planned.of(row.planned)
  if (intent === undefined) return
  const { fields, purpose, verb } = intent
  if (verb === "delete") return objects.delete(ref)
  if (verb === "create") {
    // What was applied to an object of this ref before was applied to another one.
    objects.set({ ref, netbox_id: id, evidence: "created", retired_at: null, created: 1, fields })
  } else base(state, ref, fields)
  if (purpose === "retire") alter(objects, objects.get(ref), { retired_at: at })
  if (purpose === "restore") alter(objects, objects.get(ref), { retired_at: null })
}

const dispatch = (state: State, recorded: At<"OperationsDispatched">): void => {
  const run = state.numbers.of(recorded)
  for (const op of recorded.event.ops) operation(state, run, op, { state: "dispatched", at: recorded.at })
}

const settle = (state: State, recorded: At<"OperationsSettled">): void => {
  const { numbers, objects, operations } = state
  const { at, event } = recorded
  const run = numbers.of(recorded)
  for (const [op, id] of event.ok) {
    const row = operations.get(run, op)
    if (row !== undefined) done(state, at, row, id)
  }
  for (const { detail, op, reason } of event.failed) {
    const row = operations.get(run, op)
    if (row === undefined) continue
    operations.set({ ...row, state: "failed", at, detail })
    if (reason === "missing") objects.delete(row.ref)
  }
  for (const op of event.again) operation(state, run, op, { state: "planned", at })
}

const bind = ({ objects }: State, event: EventOf<"ObjectsBound">): void => {
  for (const { evidence, id, ref } of event.bindings) {
    const row = objects.get(ref) ?? unknown(ref)
    const created = row.netbox_id === id ? row.created : 0
    objects.set({ ...row, netbox_id: id, evidence, retired_at: null, created })
  }
}

/** All that moves is taken up before anything is put down, so that two objects can change places. */
const release = ({ objects }: State, event: EventOf<"BindingsReleased">): void => {
  const moves = new Map(event.bindings.flatMap(({ becomes, ref }) => (becomes === undefined ? [] : [[becomes, ref]])))
  const taken = [...moves].map(([to, from]) => ({ to, row: objects.get(from) }))
  for (const { ref } of event.bindings) objects.delete(ref)
  for (const { row, to } of taken) {
    if (row === undefined) objects.delete(to)
    else objects.set({ ...row, ref: to })
  }
}

const observe = ({ observed }: State, side: StoredObserved["side"], name: string, seq: number): void =>
  observed.set({ side, name, seq, doubt: "" })

/** Something went otherwise than it was written down, so that what was seen of NetBox before is not gone on with. */
const doubt = ({ observed }: State, why: string): void => {
  for (const row of observed.all()) {
    if (row.side === "netbox" && row.doubt === "") observed.set({ ...row, doubt: why })
  }
}

const begin = (state: State, id: string): void => {
  const row = state.runs.get(id)
  if (row?.state === "planned") state.runs.set({ ...row, state: "applying", interrupted: 0, detail: "" })
}

/** Operations of a plan that was interrupted before it was sealed, and made again with fewer. */
const withoutRest = ({ operations }: State, number: number, count: number): void => {
  for (let op = count; operations.get(number, op) !== undefined; op++) operations.delete(number, op)
}

const isSending = ({ runs }: State, id: string): boolean => runs.get(id)?.state === "applying"

const apply = (state: State, recorded: Recorded): void => {
  const { at, event, seq, stream } = recorded
  state.numbers.add(recorded)
  switch (event._tag) {
    case "RunStarted": {
      if (state.runs.get(stream) !== undefined) return
      const { actor, label, origin, requestId, scope, sources, trigger: cause } = event
      const begun = {
        run: stream,
        cause,
        origin,
        label,
        scope: JSON.stringify(scope),
        actor,
        request_id: requestId,
        sources: JSON.stringify(sources),
        state: "planning",
        interrupted: 0,
        started: at,
        detail: ""
      }
      const open = { outcome: null, ended: null, operations: 0, ok: 0, failed: 0, skipped: 0, digest: null, pace: null }
      return state.runs.set({ ...begun, ...open })
    }
    case "PlanSealed":
      withoutRest(state, state.numbers.of(recorded), event.operations)
      return run(state, stream, { state: "planned", operations: event.operations, digest: event.digest })
    case "StageEntered":
      return event.stage === "apply" ? begin(state, stream) : undefined
    case "OperationPlanned":
      return plan(state, { ...recorded, event })
    case "OperationsDispatched":
      begin(state, stream)
      return dispatch(state, { ...recorded, event })
    case "SourceObserved":
      return event.form === "" ? undefined : observe(state, "proxmox", event.source, seq)
    case "SourceUnavailable":
      return alter(state.observed, state.observed.get("proxmox", event.source), { doubt: "it could not be read" })
    case "TargetObserved":
      return event.form === "" ? undefined : observe(state, "netbox", event.target, seq)
    case "RunInterrupted":
      run(state, stream, { interrupted: 1, detail: event.detail })
      return isSending(state, stream) ? doubt(state, "a run was interrupted") : undefined
    case "RunResumed":
      run(state, stream, { interrupted: 0, detail: "" })
      return isSending(state, stream) ? doubt(state, "a run was interrupted") : undefined
    case "OperationsSettled":
      settle(state, { ...recorded, event })
      if (event.via !== "response") return doubt(state, "an answer of NetBox was lost")
      return event.failed.length === 0 ? undefined : doubt(state, "an operation failed")
    case "OperationSkipped":
      doubt(state, "an operation was left out")
      return operation(state, state.numbers.of(recorded), event.op, { state: "skipped", at, detail: event.detail })
    case "ObjectsBound":
      return bind(state, event)
    case "BindingsReleased":
      return release(state, event)
    case "BaselinesRecorded":
      for (const { field, ref, value } of event.baselines)
        base(state, ref, JSON.stringify(Object.fromEntries([[field, value]])))
      return
    case "RunCompleted": {
      const { detail, failed, ok, outcome, skipped } = event
      const pace = event.pace === null ? null : JSON.stringify(event.pace)
      return run(state, stream, {
        state: "completed",
        interrupted: 0,
        outcome,
        ended: at,
        ok,
        failed,
        skipped,
        pace,
        detail
      })
    }
  }
}

/** Rows that nobody keeps. */
const nowhere = <Row>(): Rows<Row> => ({
  all: () => [],
  get: () => undefined,
  set: () => {},
  delete: () => {},
  changed: () => 0,
  write: () => {},
  forget: () => {}
})

const isBranched = (row: StoredRun | undefined): boolean =>
  row !== undefined && (JSON.parse(row.scope) as Scope).branch !== undefined

/** Over tables that stand in the file under their names with a prefix; with `live`, for events that are being appended. */
export const make = (db: Sqlite.Database, prefix: string, live: boolean): Fold => {
  const runs = rowsOf(db, tables.runs, `${prefix}runs`)
  const operations = rowsOf(db, tables.operations, `${prefix}operations`)
  const objects = rowsOf(db, tables.objects, `${prefix}objects`)
  const observed = rowsOf(db, tables.observed, `${prefix}observed`)
  const state: State = {
    runs,
    operations,
    objects,
    observed,
    planned: Planned.make(db, live),
    numbers: numbersOf(db)
  }
  /** What is done in a branch of NetBox is not so in NetBox, and there are objects by the same ids: nothing is bound by it. */
  const branched: State = { ...state, objects: nowhere() }
  let latest = { stream: "", state }
  const stateOf = (stream: string): State => {
    if (latest.stream !== stream) latest = { stream, state: isBranched(runs.get(stream)) ? branched : state }
    return latest.state
  }
  /** A run has ended, whose operations nobody will ask for. */
  let isOver = false
  const all = [runs, operations, objects, observed]
  return {
    apply: (recorded) => {
      if (recorded.event._tag === "RunCompleted") isOver = true
      apply(stateOf(recorded.stream), recorded)
      if (recorded.event._tag === "RunStarted") latest = { stream: "", state }
    },
    write: (keep) => {
      for (const { write } of all) write(keep)
      // Not before: what the transaction planned, it may yet settle.
      if (isOver) state.planned.forget()
      isOver = false
    },
    changed: () => all.reduce((sum, { changed }) => sum + changed(), 0),
    forget: () => {
      for (const { forget } of all) forget()
      state.planned.forget()
      state.numbers.forget()
      latest = { stream: "", state }
    }
  }
}
