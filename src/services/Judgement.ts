import { Clock, Duration, Effect, Random } from "effect"
import type { OperationPlanned } from "../domain/Event.ts"
import type { Batch } from "../domain/RunState.ts"
import type { Parcel } from "../domain/Schedule.ts"
import { type Dispatching, idOf, type Settled, settled, staleOf } from "./Delivery.ts"
import type { EndpointError, RefusedItem } from "./EndpointError.ts"
import type { NetBox, UnsupportedVersion } from "./NetBox.ts"
import { lookUp, settle } from "./Settlement.ts"
import { saysItChangedMeanwhile, saysItExists, saysItIsMissing, verdictOn } from "./Verdict.ts"

/** What became of a request that failed. */
export interface Aftermath {
  readonly event: Settled
  /** In parcels of this size its operations go again. */
  readonly size: number
  /** The error that makes going on pointless. */
  readonly halt?: EndpointError
}

type Judging<A> = Effect.Effect<A, EndpointError | UnsupportedVersion, NetBox>

interface Failed {
  readonly self: Dispatching
  readonly parcel: Parcel
  readonly operations: ReadonlyArray<OperationPlanned>
  readonly batch: Batch
}

const opsOf = (operations: ReadonlyArray<OperationPlanned>) => operations.map(({ op }) => op)

const attemptsOf = ({ self }: Failed, ops: ReadonlyArray<number>): number =>
  Math.max(...ops.map((op) => self.log.state.operations.get(op)?.attempts ?? 0))

/** Longer after each attempt, and never at the same moment as others. */
const pause = ({ self }: Failed, attempt: number, waitMillis: number) =>
  Effect.flatMap(Random.next, (jitter) => {
    const backoff = Duration.toMillis(self.options.retryDelay) * 2 ** (attempt - 1)
    return Effect.sleep(Math.max(waitMillis, backoff * (1 + jitter / 2)))
  })

/**
 * An object that NetBox says exists may be ours, from a request that was thought lost; one to delete may be gone; and one that
 * changed by itself while it was being checked is sent again.
 */
const endOf = (
  failed: Failed,
  operation: OperationPlanned,
  detail: string
): Judging<Pick<Settled, "ok" | "failed" | "again">> =>
  Effect.gen(function* () {
    const { parcel, self } = failed
    if (saysItChangedMeanwhile(detail) && attemptsOf(failed, [operation.op]) < self.options.attempts) {
      return { ok: [], failed: [], again: [operation.op] }
    }
    if (parcel.verb === "create" && saysItExists(detail)) {
      const row = yield* lookUp(parcel.kind, operation, self.ids)
      if (row !== undefined) return { ok: [[operation.op, row.id, row.updated]], failed: [], again: [] }
    }
    const missing = saysItIsMissing(detail)
    const id = idOf(self, operation)
    if (parcel.verb === "delete" && missing && id !== undefined)
      return { ok: [[operation.op, id, null]], failed: [], again: [] }
    const reason = parcel.verb === "update" && missing ? "missing" : "refused"
    return { ok: [], failed: [{ op: operation.op, reason, detail }], again: [] }
  })

/** The server does not say which object it means: the request is halved until that one stands alone. */
const unnamed = (failed: Failed, detail: string): Judging<Aftermath> => {
  const { batch, operations } = failed
  const [only] = operations
  return operations.length !== 1 || only === undefined
    ? Effect.succeed({
        event: settled(batch.batch, { again: opsOf(operations) }),
        size: Math.ceil(operations.length / 2)
      })
    : Effect.flatMap(endOf(failed, only, detail), (end) => afterPause(failed, settled(batch.batch, end), end.again))
}

/** With the pause that operations need which are sent again for what befell themselves. */
const afterPause = (failed: Failed, event: Settled, themselves: ReadonlyArray<number>): Judging<Aftermath> => {
  const aftermath: Aftermath = { event, size: failed.operations.length }
  return themselves.length === 0
    ? Effect.succeed(aftermath)
    : Effect.as(pause(failed, attemptsOf(failed, themselves), 0), aftermath)
}

const named = (failed: Failed, items: ReadonlyArray<RefusedItem>, detail: string): Judging<Aftermath> =>
  Effect.gen(function* () {
    const { batch, operations, self } = failed
    const details = new Map<number, string>()
    for (const { detail, position } of items) {
      const operation =
        position.by === "index"
          ? operations[position.value]
          : operations.find((one) => idOf(self, one) === position.value)
      if (operation !== undefined) details.set(operation.op, detail)
    }
    if (details.size === 0) return yield* unnamed(failed, detail)
    const ends = yield* Effect.forEach(operations, (operation) => {
      const why = details.get(operation.op)
      return why === undefined ? Effect.succeed({ ok: [], failed: [], again: [] }) : endOf(failed, operation, why)
    })
    const themselves = ends.flatMap(({ again }) => again)
    const event = settled(batch.batch, {
      ok: ends.flatMap(({ ok }) => ok),
      failed: ends.flatMap((end) => end.failed),
      again: opsOf(operations).filter((op) => !details.has(op) || themselves.includes(op))
    })
    return yield* afterPause(failed, event, themselves)
  })

const stale = (failed: Failed, detail: string): Judging<Aftermath> =>
  Effect.gen(function* () {
    const { batch, operations, parcel, self } = failed
    const found = yield* staleOf(self, parcel, operations)
    if (found.ended.size === 0) return yield* unnamed(failed, detail)
    const again = opsOf(operations).filter((op) => !found.ended.has(op))
    return { event: settled(batch.batch, { ok: found.ok, failed: found.failed, again }), size: operations.length }
  })

/** Sends the operations again after a pause, unless they have been sent often enough. */
const repeated = (failed: Failed, event: Settled, error: EndpointError, waitMillis: number): Judging<Aftermath> =>
  Effect.gen(function* () {
    const { operations, self } = failed
    const size = operations.length
    if (event.again.length === 0) return { event, size }
    const attempt = attemptsOf(failed, event.again)
    if (attempt >= self.options.attempts) {
      const given = event.again.map((op) => ({ op, reason: "refused" as const, detail: error.message }))
      return { event: { ...event, again: [], failed: [...event.failed, ...given] }, size }
    }
    yield* pause(failed, attempt, waitMillis)
    return { event, size }
  })

/** Turns the failure of a request into an outcome for each of its operations, asking NetBox where only it can tell. */
export const judge = Effect.fn("Judgement.judge")(function* (failed: Failed, error: EndpointError) {
  const { batch, operations, parcel, self } = failed
  const verdict = verdictOn(error)
  const again = settled(batch.batch, { again: opsOf(operations) })
  switch (verdict.verdict) {
    case "named":
      return yield* named(failed, verdict.items, error.message)
    case "unnamed":
      return yield* unnamed(failed, verdict.detail)
    case "stale":
      return yield* stale(failed, error.message)
    case "later":
      return yield* repeated(failed, again, error, verdict.waitMillis)
    case "unknown": {
      const wait = verdict.settleMillis === undefined ? self.options.settle : Duration.millis(verdict.settleMillis)
      const run = self.log.run
      // Not from the intent: the request may have waited for its turn, or for NetBox to be reached, before it left.
      const now = yield* Clock.currentTimeMillis
      const at = error._tag === "Cut" && error.tookMillis !== undefined ? now - error.tookMillis : now
      const event = yield* settle({
        run,
        batch: { ...batch, at },
        kind: parcel.kind,
        operations,
        ids: self.ids,
        settle: wait
      })
      const aftermath = yield* repeated(failed, event, error, 0)
      return verdict.suspect === true ? { ...aftermath, size: Math.ceil(aftermath.size / 2) } : aftermath
    }
    case "halt": {
      const aftermath: Aftermath = { event: { ...again, via: "absent" }, size: operations.length, halt: error }
      return aftermath
    }
  }
})
