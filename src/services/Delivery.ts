import { Duration, Effect } from "effect"
import { bodyOf, message, Unbound } from "../domain/Body.ts"
import type { EventOf, OperationPlanned } from "../domain/Event.ts"
import type { Kind } from "../domain/Kind.ts"
import type { JsonObject } from "../domain/Json.ts"
import type { Ref } from "../domain/Ref.ts"
import type { Parcel } from "../domain/Schedule.ts"
import type { EndpointError } from "./EndpointError.ts"
import { NetBox, type Written } from "./NetBox.ts"
import type { RunLog } from "./RunLog.ts"
import { versionsOf } from "./Settlement.ts"

export type Settled = EventOf<"OperationsSettled">
export type Failure = Settled["failed"][number]

export interface DispatchOptions {
  /** How long a request without answer may still take effect. */
  readonly settle: Duration.Duration
  /** First pause before a request is repeated; doubles with each attempt. */
  readonly retryDelay: Duration.Duration
  /** How often an operation is sent at most. */
  readonly attempts: number
  /**
   * How long an interrupted run waits for the answers that are under way, so that it leaves as little open as it can: 10 s
   * unless given.
   */
  readonly farewell?: Duration.Duration
}

/** What the parts of a dispatch share. */
export interface Dispatching {
  readonly log: RunLog
  readonly options: DispatchOptions
  /** The kinds, with the names that their custom fields have in this NetBox. */
  readonly kindNamed: (name: string) => Kind
  /** NetBox 4.6 and later: conditions on writes, tags by difference. */
  readonly modern: boolean
  readonly ids: (ref: Ref) => number | undefined
}

export type Item = JsonObject & { readonly id: number }

export const operationsOf = ({ log }: Dispatching, ops: ReadonlyArray<number>): ReadonlyArray<OperationPlanned> =>
  ops.flatMap((op) => log.state.operations.get(op)?.planned ?? [])

export const idOf = ({ ids }: Dispatching, operation: OperationPlanned): number | undefined =>
  operation.id ?? ids(operation.ref)

/** The version of the object on which the decision stands: the plan's, or that of this run's own last write. */
const guardOf = ({ log }: Dispatching, operation: OperationPlanned): string | null =>
  log.state.written.get(operation.ref)?.updated ?? operation.guard

export const settled = (batch: number, rest: Partial<Settled>): Settled => ({
  _tag: "OperationsSettled",
  batch,
  via: "response",
  ok: [],
  failed: [],
  again: [],
  requestId: null,
  ...rest
})

/** The list that a request sends, in the order of its operations. */
export const compose = (
  self: Dispatching,
  batch: number,
  operations: ReadonlyArray<OperationPlanned>,
  parcel: Parcel
) =>
  Effect.forEach(operations, (operation) => {
    const body = parcel.verb === "delete" ? {} : bodyOf(parcel.kind, operation, self.ids, self.modern)
    if (body instanceof Unbound) {
      return Effect.dieMessage(`Operation ${operation.op} came up before ${body.ref}, which it needs, had an id`)
    }
    const id = parcel.verb === "create" ? undefined : idOf(self, operation)
    const marked = { ...body, changelog_message: message(self.log.run, batch, operation) }
    return Effect.succeed<JsonObject>(id === undefined ? marked : { id, ...marked })
  })

/** Django's `DATA_UPLOAD_MAX_MEMORY_SIZE`: NetBox reads no longer body. */
const longestBody = 2_621_440

/** How many of the items a body has room for: at least one, for NetBox alone can say what it makes of that. */
export const roomFor = (items: ReadonlyArray<JsonObject>): number => {
  let bytes = 1
  const end = items.findIndex((item) => {
    bytes += Buffer.byteLength(JSON.stringify(item)) + 1
    return bytes > longestBody
  })
  return end < 0 ? items.length : Math.max(1, end)
}

/** NetBox derives an object's ETag from its `last_updated`. */
const etag = (updated: string): string => `W/"${updated.replace(/Z$/, "+00:00")}"`

const isItem = (item: JsonObject): item is Item => typeof item["id"] === "number"

export const send = Effect.fn("Delivery.send")(function* (
  self: Dispatching,
  parcel: Parcel,
  operations: ReadonlyArray<OperationPlanned>,
  items: ReadonlyArray<JsonObject>
): Effect.fn.Return<Written, EndpointError, NetBox> {
  const netbox = yield* NetBox
  if (parcel.verb === "create") return yield* netbox.create(parcel.kind.path, items)
  const guards = operations.flatMap((operation) => guardOf(self, operation) ?? [])
  const conditions = self.modern && guards.length === items.length ? { ifMatch: guards.map(etag) } : {}
  const known = items.filter(isItem)
  return parcel.verb === "update"
    ? yield* netbox.update(parcel.kind.path, known, conditions)
    : yield* netbox.remove(parcel.kind.path, known, conditions)
})

/** What an answer says of each operation: rows of a create come in its order, those of an update are known by id. */
export const written = (
  self: Dispatching,
  batch: number,
  operations: ReadonlyArray<OperationPlanned>,
  { missing, requestId, rows }: Written
): Settled => {
  const byId = new Map(rows.map((row) => [row.id, row]))
  const gone = new Set(missing)
  const ok: Array<Settled["ok"][number]> = []
  const failed: Array<Failure> = []
  operations.forEach((operation, index) => {
    const { op, verb } = operation
    const id = verb === "create" ? rows[index]?.id : idOf(self, operation)
    if (id === undefined || gone.has(id)) failed.push({ op, reason: "missing", detail: "it is gone from NetBox" })
    else {
      const updated = byId.get(id)?.["last_updated"]
      ok.push([op, id, typeof updated === "string" ? updated : null])
    }
  })
  return settled(batch, { ok, failed, requestId })
}

/** Objects that changed or went since they were read, by reading their versions again; one to delete may be gone. */
export const staleOf = Effect.fn("Delivery.staleOf")(function* (
  self: Dispatching,
  parcel: Parcel,
  operations: ReadonlyArray<OperationPlanned>
) {
  const versions = yield* versionsOf(
    parcel.kind.path,
    operations.flatMap((operation) => idOf(self, operation) ?? [])
  )
  const ok: Array<Settled["ok"][number]> = []
  const failed: Array<Failure> = []
  for (const operation of operations) {
    const { op } = operation
    const id = idOf(self, operation)
    const guard = guardOf(self, operation)
    const now = id === undefined ? undefined : versions.get(id)
    if (now === undefined) {
      if (parcel.verb === "delete" && id !== undefined) ok.push([op, id, null])
      else failed.push({ op, reason: "missing", detail: "it is gone from NetBox" })
    } else if (guard !== null && now !== guard) {
      failed.push({ op, reason: "stale", detail: "it was changed in NetBox since it was read; plan again" })
    }
  }
  return { ok, failed, ended: new Set([...ok.map(([op]) => op), ...failed.map(({ op }) => op)]) }
})
