import type * as SqlClient from "@effect/sql/SqlClient"
import { Effect, Option } from "effect"
import type { Binding } from "../domain/Binding.ts"
import type { Ref } from "../domain/Ref.ts"
import type { Audit, Page, PlannedOperation } from "./Audit.ts"
import { find } from "./AuditEvents.ts"
import type { OperationRow } from "./Projections.ts"
import { failing } from "./SqliteFailure.ts"
import { recorded, type StoredEvent } from "./StoredEvent.ts"

type StoredBinding = Omit<Binding, "created"> & { readonly created: number }

type StoredOperation = Omit<OperationRow, "verb" | "label"> & Omit<StoredEvent, "chain" | "at">

const bindingOf = (row: StoredBinding): Binding => ({ ...row, created: row.created === 1 })

const operationOf = (row: StoredOperation): ReadonlyArray<PlannedOperation> => {
  const event = recorded(row)?.event
  if (event?._tag !== "OperationPlanned") return []
  const { at, detail, netboxId, op, ref, run, state } = row
  const { changes, guard, id, label, needs, purpose, verb } = event
  const what = { run, op, verb, purpose, ref, label, changes, needs, guard }
  return [{ ...what, state, netboxId: netboxId ?? id, detail, at }]
}

const planned = <Cursor>({ items, next }: Page<StoredOperation, Cursor>): Page<PlannedOperation, Cursor> => ({
  items: items.flatMap(operationOf),
  next
})

/** One row more than asked for was read, to see whether there are more. */
const pageOf = <Item, Cursor>(
  items: ReadonlyArray<Item>,
  limit: number,
  cursor: (item: Item) => Cursor
): Page<Item, Cursor> => {
  const last = items[limit - 1]
  return items.length > limit && last !== undefined
    ? { items: items.slice(0, limit), next: cursor(last) }
    : { items, next: null }
}

export const make = (sql: SqlClient.SqlClient, file: string): Audit["Type"] => {
  const bindings = sql.literal('ref, netbox_id AS id, evidence, retired_at AS "retiredAt", created')
  const operations = sql.literal(`
    SELECT e.stream AS run, o.op, o.ref, coalesce(o.state, 'planned') AS state, o.netbox_id AS "netboxId",
      coalesce(o.detail, '') AS detail, coalesce(o.at, e.at) AS at, e.seq, e.stream, e.version, e.tag, e.shape, e.data
    FROM operations o JOIN events e ON e.seq = o.planned`)
  return {
    events: Effect.fn("Audit.events")((filter) => failing(file)(find(sql, filter))),
    operations: Effect.fn("Audit.operations")(({ after, limit, run, state }) =>
      sql<StoredOperation>`
${operations}
        WHERE o.run = (SELECT seq FROM events WHERE stream = ${run} AND version = 1)
          AND o.op > ${after} ${state === undefined ? sql`` : sql`AND coalesce(o.state, 'planned') = ${state}`}
        ORDER BY o.op LIMIT ${limit + 1}`.pipe(
        Effect.map((rows) => pageOf(rows, limit, ({ op }) => op)),
        Effect.map(planned),
        failing(file)
      )
    ),
    history: Effect.fn("Audit.history")(({ before, limit, ref }) =>
      sql<StoredOperation>`
        ${operations}
        WHERE o.ref = ${ref} ${before === undefined ? sql`` : sql`AND o.planned < ${before}`}
        ORDER BY o.planned DESC LIMIT ${limit + 1}`.pipe(
        Effect.map((rows) => pageOf(rows, limit, ({ seq }) => seq)),
        Effect.map(planned),
        failing(file)
      )
    ),
    binding: (ref) =>
      sql<StoredBinding>`SELECT ${bindings} FROM objects WHERE ref = ${ref} AND netbox_id IS NOT NULL`.pipe(
        Effect.map(([row]) => Option.map(Option.fromNullable(row), bindingOf)),
        failing(file)
      ),
    bindings: ({ after, kind, limit }) =>
      sql<StoredBinding>`
        SELECT ${bindings} FROM objects
        WHERE ref > ${after > `${kind}:` ? after : `${kind}:`} AND ref < ${`${kind};`} AND netbox_id IS NOT NULL ORDER BY ref LIMIT ${limit + 1}`.pipe(
        Effect.map((rows) => pageOf<Binding, Ref>(rows.map(bindingOf), limit, ({ ref }) => ref)),
        failing(file)
      )
  }
}
