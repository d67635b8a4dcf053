import { Clock, DateTime, Duration, Effect, Stream } from "effect"
import { operationIn, mark } from "../domain/Body.ts"
import { comparable } from "../domain/Diff.ts"
import type { EventOf, OperationPlanned } from "../domain/Event.ts"
import type { Kind } from "../domain/Kind.ts"
import { equal } from "../domain/Json.ts"
import { isRefValue, type Ref } from "../domain/Ref.ts"
import type { Batch } from "../domain/RunState.ts"
import { current } from "../domain/Target.ts"
import type { EndpointError } from "./EndpointError.ts"
import { NetBox, type UnsupportedVersion } from "./NetBox.ts"

type Settled = EventOf<"OperationsSettled">

export type Ids = (ref: Ref) => number | undefined

/** `last_updated` of objects by id; ids that are not there are missing. Request lines stay short: 300 ids each. */
export const versionsOf = Effect.fn("Settlement.versionsOf")(function* (path: string, ids: ReadonlyArray<number>) {
  const netbox = yield* NetBox
  const found = new Map<number, string | null>()
  for (let at = 0; at < ids.length; at += 300) {
    const filter = ids.slice(at, at + 300).map((id) => ["id", String(id)] as const)
    yield* Stream.runForEach(netbox.list(path, { fields: ["id", "last_updated"], filter }), (rows) =>
      Effect.sync(() => {
        for (const row of rows) {
          const updated = row["last_updated"]
          found.set(row.id, typeof updated === "string" ? updated : null)
        }
      })
    )
  }
  return found
})

/**
 * Looks for the object that a create would make, by the fields its kind names. Every answered row is compared again,
 * because NetBox ignores filters it does not know.
 */
export const lookUp = Effect.fn("Settlement.lookUp")(function* (kind: Kind, operation: OperationPlanned, ids: Ids) {
  if (kind.lookup.length === 0) return undefined
  const netbox = yield* NetBox
  const changed = (field: string) => operation.changes.find((change) => change.field === field)?.to
  const expected = kind.lookup.flatMap(({ field, filter }) => {
    const to = changed(field)
    const type = kind.fields[field]
    if (to === undefined || type === undefined) return []
    const value = isRefValue(to) ? ids(to.$ref) : comparable(type, to, () => undefined)
    const contentType = type.type === "generic" ? (changed(type.typeField) ?? null) : undefined
    const name = typeof filter === "string" ? filter : filter[String(contentType)]
    if (value === undefined || value === null || name === undefined) return []
    const typed = type.type === "generic" ? [{ field: type.typeField, value: contentType ?? null }] : []
    return [{ filter: name, value, held: [{ field, value }, ...typed] }]
  })
  if (expected.length < kind.lookup.length) return undefined
  const rows = yield* netbox.find(
    kind.path,
    expected.map(({ filter, value }) => [filter, String(value)] as const)
  )
  const same = rows
    .map((row) => current(kind, row))
    .filter((row) => expected.every(({ held }) => held.every((one) => equal(row.fields[one.field] ?? null, one.value))))
  return same.length === 1 ? same[0] : undefined
})

const settlement = (batch: number, via: Settled["via"], rest: Partial<Settled>): Settled => ({
  _tag: "OperationsSettled",
  batch,
  via,
  ok: [],
  failed: [],
  again: [],
  requestId: null,
  ...rest
})

/**
 * Finds out what became of a request whose answer was not seen. A list is written by NetBox as a whole or not at all, so
 * one row of the change log with our mark speaks for all of it. When there is none, it may still come: the request is
 * asked for again until `settle` has passed since it left; only then is it certain that it was not done.
 */
export const settle = Effect.fn("Settlement.settle")(function* (input: {
  readonly run: string
  readonly batch: Batch
  readonly kind: Kind
  readonly operations: ReadonlyArray<OperationPlanned>
  readonly ids: Ids
  readonly settle: Duration.Duration
}): Effect.fn.Return<Settled, EndpointError | UnsupportedVersion, NetBox> {
  const netbox = yield* NetBox
  const { batch, kind, operations, run } = input
  // Clocks differ between hosts; the mark is unique, the time only keeps NetBox from searching its whole log.
  const after = DateTime.formatIso(DateTime.unsafeMake(batch.at - 3_600_000))
  const probe = netbox.changes(mark(run, batch.batch), after).pipe(
    Effect.map((rows) => {
      const found = new Map<number, number>()
      for (const { message, objectId } of rows) {
        const op = operationIn(message, run, batch.batch)
        if (op !== undefined) found.set(op, objectId)
      }
      return found
    }),
    // Without the privilege to read the change log only look-ups are left.
    Effect.catchTag("Denied", () => Effect.succeed(new Map<number, number>()))
  )
  const until = batch.at + Duration.toMillis(input.settle)
  let found = yield* probe
  while (found.size === 0) {
    const left = until - (yield* Clock.currentTimeMillis)
    if (left <= 0) break
    yield* Effect.sleep(Math.min(left, 1000))
    found = yield* probe
  }
  if (found.size > 0) {
    const idOf = (operation: OperationPlanned) =>
      found.get(operation.op) ?? operation.id ?? input.ids(operation.ref) ?? null
    const touched = operations.flatMap((operation) => idOf(operation) ?? [])
    const versions =
      batch.method === "DELETE" ? new Map<number, string | null>() : yield* versionsOf(kind.path, touched)
    const ok = operations.flatMap((operation): Settled["ok"] => {
      const id = idOf(operation)
      return id === null ? [] : [[operation.op, id, versions.get(id) ?? null]]
    })
    return settlement(batch.batch, "changelog", { ok })
  }
  if (batch.method !== "POST") {
    return settlement(batch.batch, "absent", { again: operations.map(({ op }) => op) })
  }
  const looked = yield* Effect.forEach(operations, (operation) =>
    Effect.map(lookUp(kind, operation, input.ids), (row) => ({ op: operation.op, row }))
  )
  const ok = looked.flatMap(({ op, row }): Settled["ok"] => (row === undefined ? [] : [[op, row.id, row.updated]]))
  const again = looked.flatMap(({ op, row }) => (row === undefined ? [op] : []))
  return settlement(batch.batch, ok.length > 0 ? "lookup" : "absent", { ok, again })
})
