import { Cause, Clock, Duration, Effect, Either, Exit, Fiber, Queue } from "effect"
import type { EventOf } from "../domain/Event.ts"
import { customFieldRef, customFieldsOf, withNames } from "../domain/CustomNames.ts"
import type { Json } from "../domain/Json.ts"
import { kindNamed, kinds } from "../domain/Kinds.ts"
import { kindOf, type Ref } from "../domain/Ref.ts"
import type { Batch } from "../domain/RunState.ts"
import { type Parcel, Schedule, type SizeOf } from "../domain/Schedule.ts"
import type { Conflict, JournalFailed } from "../journal/Journal.ts"
import { Projections } from "../journal/Projections.ts"
import {
  compose,
  type Dispatching,
  type DispatchOptions,
  operationsOf,
  roomFor,
  send,
  staleOf,
  settled,
  written
} from "./Delivery.ts"
import { type Aftermath, judge } from "./Judgement.ts"
import type { EndpointError } from "./EndpointError.ts"
import { NetBox, type UnsupportedVersion } from "./NetBox.ts"
import { skipRest } from "./RunEnd.ts"
import type { RunLog } from "./RunLog.ts"
import { settle } from "./Settlement.ts"
import { stepwise } from "./Stepwise.ts"

const farewell = Duration.seconds(10)

/** What can end a dispatch before its operations have. */
export type Problem = EndpointError | UnsupportedVersion | Conflict | JournalFailed

interface Delivered {
  readonly parcel: Parcel
  readonly exit: Exit.Exit<Done, Problem>
}

interface Done extends Aftermath {
  /** Operations that found no room in the request. */
  readonly unsent: ReadonlyArray<number>
}

const nothing: Done = { event: settled(0, {}), size: 1, unsent: [] }

const skipped = ({ by, op }: { readonly op: number; readonly by: number }): EventOf<"OperationSkipped"> => ({
  _tag: "OperationSkipped",
  op,
  blockedBy: by,
  detail: `operation ${by}, which makes what it needs, did not succeed`
})

/** Operations that none of the others will let go any more; a plan has none, unless it is wrong. */
const stuckIn = ({ state }: RunLog): ReadonlyArray<EventOf<"OperationSkipped">> =>
  [...state.operations].flatMap(([op, { planned, state: at }]) =>
    at === "planned"
      ? [
          {
            _tag: "OperationSkipped",
            op,
            blockedBy: null,
            detail: `it waits for operations that wait for it (${planned.needs.join(", ")}); plan again`
          }
        ]
      : []
  )

const methods = { create: "POST", update: "PATCH", delete: "DELETE" } as const

/** The kinds as this run writes them: what it makes of custom fields, else what was applied before, says their names. */
const kindsToWrite = Effect.fnUntraced(function* ({ state }: RunLog) {
  const projections = yield* Projections
  const refs = new Map([...customFieldsOf(kinds).keys()].map((own) => [customFieldRef(own), own]))
  const names = new Map<string, Json | undefined>()
  for (const [ref, own] of refs) names.set(own, (yield* projections.baseline(ref)).get("name"))
  for (const { planned } of state.operations.values()) {
    const own = refs.get(planned.ref)
    const name = own === undefined ? undefined : planned.changes.find(({ field }) => field === "name")?.to
    if (own !== undefined && name !== undefined) names.set(own, name)
  }
  const nameOf = (own: string) => {
    const name = names.get(own)
    return typeof name === "string" ? name : undefined
  }
  return new Map(withNames(kinds, nameOf).map((kind) => [kind.name, kind]))
})

const prepare = Effect.fnUntraced(function* (log: RunLog, options: DispatchOptions) {
  const netbox = yield* NetBox
  const { major, minor } = yield* netbox.version
  const bindings = yield* (yield* Projections).bindings
  const written = yield* kindsToWrite(log)
  const self: Dispatching = {
    log,
    options,
    kindNamed: (name) => written.get(name) ?? kindNamed(name),
    modern: major > 4 || minor >= 6,
    ids: (ref: Ref) => {
      const { bound, former, written: own } = log.state
      return own.get(ref)?.id ?? bound.get(ref) ?? bindings.get(former.get(ref) ?? ref)?.id
    }
  }
  return self
})

/** Asks NetBox what became of every request that a crash or an interruption left without answer. */
const recover = Effect.fn("Dispatcher.recover")(function* (self: Dispatching) {
  // What was announced may have left only when another request had made room for it.
  const left = self.log.state.busyAt
  for (const batch of [...self.log.state.open.values()]) {
    const operations = operationsOf(self, batch.ops)
    const [first] = operations
    if (first === undefined) continue
    const { ids, kindNamed, log, options } = self
    const kind = kindNamed(kindOf(first.ref))
    yield* log.append([
      yield* settle({ run: log.run, batch: { ...batch, at: left }, kind, operations, ids, settle: options.settle })
    ])
  }
})

/** Before 4.6 NetBox takes no condition on a write, so versions are compared just before it. */
const withoutStale = Effect.fnUntraced(function* (self: Dispatching, parcel: Parcel, batch: number) {
  const operations = operationsOf(self, parcel.ops)
  if (self.modern || parcel.verb === "create") return operations
  const { ended, failed, ok } = yield* staleOf(self, parcel, operations)
  if (ended.size > 0) yield* self.log.append([settled(batch, { ok, failed })])
  return operations.filter(({ op }) => !ended.has(op))
})

/**
 * One request: its intent to the journal, the request, its outcome to the journal. When the run is interrupted meanwhile,
 * the answer is waited for a little; what then has none stays open, and the next start asks NetBox about it.
 */
const deliver = Effect.fn("Dispatcher.deliver")(function* (self: Dispatching, parcel: Parcel, number: number) {
  const { log } = self
  const fresh = yield* withoutStale(self, parcel, number)
  const composed = yield* compose(self, number, fresh, parcel)
  const room = roomFor(composed)
  const [items, operations] = [composed.slice(0, room), fresh.slice(0, room)]
  const ops = operations.map(({ op }) => op)
  const unsent = fresh.slice(room).map(({ op }) => op)
  const intent = { batch: number, method: methods[parcel.verb], path: parcel.kind.path, ops }
  if (ops.length === 0) return nothing
  return yield* Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      yield* log.append([{ _tag: "OperationsDispatched", ...intent }])
      const batch: Batch = { ...intent, at: yield* Clock.currentTimeMillis }
      const request = yield* Effect.forkDaemon(Effect.interruptible(send(self, parcel, operations, items)))
      const record = Effect.gen(function* () {
        const answer = yield* Effect.either(Fiber.join(request))
        const aftermath: Aftermath = Either.isRight(answer)
          ? { event: written(self, number, operations, answer.right), size: 1 }
          : yield* restore(judge({ self, parcel, operations, batch }, answer.left))
        yield* log.append([aftermath.event])
        const done: Done = { ...aftermath, unsent }
        return done
      })
      yield* restore(Fiber.await(request)).pipe(
        Effect.onInterrupt(() =>
          record.pipe(Effect.disconnect, Effect.timeoutOption(self.options.farewell ?? farewell), Effect.ignore)
        )
      )
      return yield* record
    })
  )
})

/**
 * Applies the operations of a sealed run, and nothing else, as many requests at a time and as long ones as NetBox bears. Ends
 * when every operation has an outcome, or those that were sent when somebody cancels the run; fails with what makes going on pointless (NetBox out of reach, a token that is
 * refused), and then the run stays open to be resumed.
 */
export const dispatch = Effect.fn("Dispatcher.dispatch")(function* (log: RunLog, options: DispatchOptions) {
  const self = yield* prepare(log, options)
  yield* recover(self)
  const schedule = yield* stepwise(Schedule.of(log.state, self.kindNamed))
  const { gate } = yield* NetBox
  const sizeOf: SizeOf = ({ kind, size, verb }) => gate.size(methods[verb], kind.path, size)
  const finished = yield* Queue.bounded<Delivered>(1)
  let number = log.state.batches
  let underWay = 0
  let problem: Cause.Cause<Problem> | undefined
  for (;;) {
    const blocked = schedule.blocked()
    if (blocked.length > 0) {
      yield* log.append(blocked.map(skipped))
      for (const { op } of blocked) schedule.settled(op)
      continue
    }
    while (problem === undefined && log.state.cancelledBy === null && underWay < gate.inFlight()) {
      const parcel = schedule.next(underWay === 0, sizeOf)
      if (parcel === undefined) break
      underWay += 1
      yield* deliver(self, parcel, number++).pipe(
        Effect.exit,
        Effect.flatMap((exit) => Queue.offer(finished, { parcel, exit })),
        Effect.forkScoped
      )
    }
    if (underWay === 0) break
    const { exit, parcel } = yield* Queue.take(finished)
    underWay -= 1
    if (Exit.isFailure(exit)) {
      problem ??= exit.cause
      continue
    }
    const { event, halt, size, unsent } = exit.value
    if (halt !== undefined) problem ??= Cause.fail(halt)
    if (event.again.length > 0) schedule.again({ ...parcel, ops: event.again }, sizeOf({ ...parcel, size }))
    if (unsent.length > 0) schedule.again({ ...parcel, ops: unsent }, sizeOf({ ...parcel, size: unsent.length }))
    const open = new Set([...event.again, ...unsent])
    for (const op of parcel.ops) if (!open.has(op)) schedule.settled(op)
  }
  if (problem !== undefined) return yield* Effect.failCause(problem)
  if (log.state.cancelledBy !== null) return yield* skipRest(log)
  yield* log.append(stuckIn(log))
}, Effect.scoped)
