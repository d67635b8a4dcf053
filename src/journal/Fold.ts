import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import { Effect } from "effect"
import type { Event, EventOf, Recorded } from "../domain/Event.ts"

/**
 * The projections, applied to the events of a transaction inside that transaction. Statements take whole sets as one JSON
 * parameter, so that their text is the same for any number of rows. PostgreSQL spells the same with `json_array_elements`.
 */
type Step = Effect.Effect<unknown, SqlError>

const json = (value: unknown): string => JSON.stringify(value)

type At<Tag extends Event["_tag"]> = Omit<Recorded, "event"> & { readonly event: EventOf<Tag> }

const planned = (sql: SqlClient.SqlClient, events: ReadonlyArray<At<"OperationPlanned">>): ReadonlyArray<Step> => {
  const rows = events.map(({ at, event, stream }) => ({
    run: stream,
    op: event.op,
    verb: event.verb,
    purpose: event.purpose,
    ref: event.ref,
    label: event.label,
    id: event.id,
    at,
    fields: json(Object.fromEntries(event.changes.map(({ applied, field, to }) => [field, json(applied ?? to)])))
  }))
  return [
    sql`
      INSERT INTO operations (run, op, verb, purpose, ref, label, state, netbox_id, detail, at, fields)
      SELECT value->>'run', value->>'op', value->>'verb', value->>'purpose', value->>'ref', value->>'label', 'planned',
        value->>'id', '', value->>'at', value->>'fields'
      FROM json_each(${json(rows)}) WHERE true
      ON CONFLICT (run, op) DO UPDATE SET verb = excluded.verb, purpose = excluded.purpose, ref = excluded.ref,
        label = excluded.label, state = excluded.state, netbox_id = excluded.netbox_id, detail = excluded.detail,
        at = excluded.at, fields = excluded.fields`
  ]
}

const settled = (sql: SqlClient.SqlClient, { at, event, stream }: At<"OperationsSettled">): ReadonlyArray<Step> => {
  const steps: Array<Step> = []
  if (event.ok.length > 0) {
    const ok = json(event.ok)
    const done = sql`SELECT value->>0 FROM json_each(${ok})`
    const refs = (condition: "create" | "delete" | "retire" | "restore") =>
      sql`SELECT ref FROM operations
        WHERE run = ${stream} AND op IN (${done}) AND (verb = ${condition} OR purpose = ${condition})`
    const ids = json(Object.fromEntries(event.ok.map(([op, id]) => [op, id])))
    steps.push(
      sql`
        UPDATE operations SET state = 'ok', at = ${at}, netbox_id = ${ids} ->> CAST(op AS TEXT)
        WHERE run = ${stream} AND op IN (${done})`,
      sql`
        INSERT INTO bindings (ref, netbox_id, evidence, retired_at, created)
        SELECT ref, netbox_id, 'created', NULL, 1 FROM operations
        WHERE run = ${stream} AND op IN (${done}) AND verb = 'create'
        ON CONFLICT (ref) DO UPDATE SET netbox_id = excluded.netbox_id, evidence = 'created', retired_at = NULL, created = 1`,
      sql`
        INSERT INTO baselines (ref, field, value)
        SELECT operations.ref, field.key, field.value FROM operations, json_each(operations.fields) AS field
        WHERE operations.run = ${stream} AND operations.op IN (${done}) AND operations.verb <> 'delete'
        ON CONFLICT (ref, field) DO UPDATE SET value = excluded.value`,
      sql`UPDATE bindings SET retired_at = ${at} WHERE ref IN (${refs("retire")})`,
      sql`UPDATE bindings SET retired_at = NULL WHERE ref IN (${refs("restore")})`,
      sql`DELETE FROM bindings WHERE ref IN (${refs("delete")})`,
      sql`DELETE FROM baselines WHERE ref IN (${refs("delete")})`,
      sql`UPDATE operations SET fields = '{}' WHERE run = ${stream} AND op IN (${done})`
    )
  }
  if (event.failed.length > 0) {
    const failed = json(event.failed)
    const details = json(Object.fromEntries(event.failed.map(({ detail, op }) => [op, detail])))
    const missing = sql`SELECT ref FROM operations WHERE run = ${stream} AND op IN
      (SELECT value->>'op' FROM json_each(${failed}) WHERE value->>'reason' = 'missing')`
    steps.push(
      sql`
        UPDATE operations SET state = 'failed', at = ${at}, detail = ${details} ->> CAST(op AS TEXT)
        WHERE run = ${stream} AND op IN (SELECT value->>'op' FROM json_each(${failed}))`,
      sql`DELETE FROM bindings WHERE ref IN (${missing})`,
      sql`DELETE FROM baselines WHERE ref IN (${missing})`
    )
  }
  if (event.again.length > 0) steps.push(state(sql, stream, event.again, "planned", at))
  return steps
}

const state = (sql: SqlClient.SqlClient, run: string, ops: ReadonlyArray<number>, to: string, at: number): Step =>
  sql`
    UPDATE operations SET state = ${to}, at = ${at}
    WHERE run = ${run} AND op IN (SELECT value FROM json_each(${json(ops)}))`

const bind = (sql: SqlClient.SqlClient, event: EventOf<"ObjectsBound">): ReadonlyArray<Step> => [
  sql`
    INSERT INTO bindings (ref, netbox_id, evidence, retired_at, created)
    SELECT value->>'ref', value->>'id', value->>'evidence', NULL, 0 FROM json_each(${json(event.bindings)}) WHERE true
    ON CONFLICT (ref) DO UPDATE SET netbox_id = excluded.netbox_id, evidence = excluded.evidence, retired_at = NULL,
      created = CASE WHEN bindings.netbox_id = excluded.netbox_id THEN bindings.created ELSE 0 END`
]

/** Marks a ref that is on its way to another, so that two objects can change places. */
const moving = "\u0001"

const release = (sql: SqlClient.SqlClient, event: EventOf<"BindingsReleased">): ReadonlyArray<Step> => {
  const moves = new Map(event.bindings.flatMap(({ becomes, ref }) => (becomes === undefined ? [] : [[becomes, ref]])))
  const taken = new Set(moves.values())
  const pairs = json([...moves])
  const gone = json(event.bindings.flatMap(({ ref }) => (taken.has(ref) ? [] : [ref])))
  return [sql("bindings"), sql("baselines")].flatMap((table) => [
    sql`DELETE FROM ${table} WHERE ref IN (SELECT value FROM json_each(${gone}))`,
    sql`
      UPDATE ${table} SET ref = ${moving} || (SELECT value->>0 FROM json_each(${pairs}) WHERE value->>1 = ref)
      WHERE ref IN (SELECT value->>1 FROM json_each(${pairs}))`,
    sql`DELETE FROM ${table} WHERE ref IN (SELECT value->>0 FROM json_each(${pairs}))`,
    sql`UPDATE ${table} SET ref = substr(ref, 2) WHERE ref IN (SELECT ${moving} || (value->>0) FROM json_each(${pairs}))`
  ])
}

const record = (sql: SqlClient.SqlClient, event: EventOf<"BaselinesRecorded">): ReadonlyArray<Step> => {
  const rows = event.baselines.map(({ field, ref, value }) => ({ ref, field, value: json(value) }))
  return [
    sql`
      INSERT INTO baselines (ref, field, value)
      SELECT value->>'ref', value->>'field', value->>'value' FROM json_each(${json(rows)}) WHERE true
      ON CONFLICT (ref, field) DO UPDATE SET value = excluded.value`
  ]
}

const observed = (sql: SqlClient.SqlClient, side: "proxmox" | "netbox", name: string, seq: number): Step =>
  sql`
    INSERT INTO observed (side, name, seq, doubt) VALUES (${side}, ${name}, ${seq}, '')
    ON CONFLICT (side, name) DO UPDATE SET seq = excluded.seq, doubt = ''`

/** Something went otherwise than it was written down, so that what was seen of NetBox before is not gone on with. */
const doubted = (sql: SqlClient.SqlClient, doubt: string): Step =>
  sql`UPDATE observed SET doubt = ${doubt} WHERE side = 'netbox' AND doubt = ''`

const begins = (sql: SqlClient.SqlClient, run: string): Step =>
  sql`UPDATE runs SET state = 'applying' WHERE run = ${run} AND state = 'planned'`

const one = (sql: SqlClient.SqlClient, recorded: Recorded): ReadonlyArray<Step> => {
  const { at, event, stream } = recorded
  switch (event._tag) {
    case "RunStarted":
      return [
        sql`
          INSERT INTO runs (run, cause, actor, sources, state, started, operations, ok, failed, skipped, detail)
          VALUES (${stream}, ${event.trigger}, ${event.actor}, ${json(event.sources)}, 'planning', ${at}, 0, 0, 0, 0, '')
          ON CONFLICT (run) DO NOTHING`
      ]
    case "PlanSealed":
      return [
        sql`
          UPDATE runs SET state = 'planned', operations = ${event.operations}, digest = ${event.digest}
          WHERE run = ${stream}`
      ]
    case "StageEntered":
      return event.stage === "apply" ? [begins(sql, stream)] : []
    case "OperationsDispatched":
      return [begins(sql, stream), state(sql, stream, event.ops, "dispatched", at)]
    case "SourceObserved":
      return event.form === "" ? [] : [observed(sql, "proxmox", event.source, recorded.seq)]
    case "SourceUnavailable":
      return [sql`UPDATE observed SET doubt = 'it could not be read' WHERE side = 'proxmox' AND name = ${event.source}`]
    case "TargetObserved":
      return event.form === "" ? [] : [observed(sql, "netbox", event.target, recorded.seq)]
    case "RunInterrupted":
    case "RunResumed":
      return [doubted(sql, "a run was interrupted")]
    case "OperationsSettled": {
      const steps = settled(sql, { ...recorded, event })
      if (event.via !== "response") return [...steps, doubted(sql, "an answer of NetBox was lost")]
      return event.failed.length === 0 ? steps : [...steps, doubted(sql, "an operation failed")]
    }
    case "OperationSkipped":
      return [
        doubted(sql, "an operation was left out"),
        sql`
          UPDATE operations SET state = 'skipped', at = ${at}, detail = ${event.detail}
          WHERE run = ${stream} AND op = ${event.op}`
      ]
    case "ObjectsBound":
      return bind(sql, event)
    case "BindingsReleased":
      return release(sql, event)
    case "BaselinesRecorded":
      return record(sql, event)
    case "RunCompleted":
      return [
        sql`
          UPDATE runs SET state = 'completed', outcome = ${event.outcome}, ended = ${at}, ok = ${event.ok},
            failed = ${event.failed}, skipped = ${event.skipped}, detail = ${event.detail},
            pace = ${event.pace === null ? null : json(event.pace)}
          WHERE run = ${stream}`
      ]
    default:
      return []
  }
}

/** Brings the projections up to these events, which follow those they know already. */
export const fold = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, events: ReadonlyArray<Recorded>) {
  for (let at = 0; at < events.length;) {
    const plans: Array<At<"OperationPlanned">> = []
    for (let next = events[at]; next?.event._tag === "OperationPlanned"; next = events[at]) {
      plans.push({ ...next, event: next.event })
      at += 1
    }
    if (plans.length > 0) for (const step of planned(sql, plans)) yield* step
    const other = events[at]
    if (other === undefined || other.event._tag === "OperationPlanned") continue
    for (const step of one(sql, other)) yield* step
    at += 1
  }
})
