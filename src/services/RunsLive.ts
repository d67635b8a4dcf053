import { type Duration, Effect, Layer, Option } from "effect"
import type { By } from "../domain/By.ts"
import { refusalOf } from "../domain/ScopeCheck.ts"
import { Journal } from "../journal/Journal.ts"
import { Projections, type RunRow } from "../journal/Projections.ts"
import { type Engine, Engines, NoEndpoint } from "./Engines.ts"
import * as RunCarrier from "./RunCarrier.ts"
import { endUnsealed, isVoid } from "./RunEnd.ts"
import { PlanUnusable } from "./RunErrors.ts"
import { runId } from "./RunIds.ts"
import { open, type RunLog } from "./RunLog.ts"
import { RunActive, RunNotFound, RunOver, type RunRequest, Runs, ScopeRefused } from "./Runs.ts"
import * as RunTail from "./RunTail.ts"

export interface RunsOptions {
  /** First pause before a run is gone on with that was interrupted, as by a NetBox out of reach; doubles up to five minutes. */
  readonly pause: Duration.DurationInput
}

const cancellation = (by: By) => [{ _tag: "CancelRequested", ...by } as const]

const checked = Effect.fnUntraced(function* ({ sources }: Engine, { scope }: RunRequest) {
  if (sources.length === 0) {
    return yield* new NoEndpoint({ which: "proxmox", detail: "There is no enabled Proxmox endpoint. Create one" })
  }
  const detail = refusalOf(
    scope,
    sources.map(({ source }) => source)
  )
  if (detail !== "") return yield* new ScopeRefused({ detail })
})

/** Whether the run was planned for another NetBox than that of the engine, whose objects have other ids. */
const isElsewhere = ({ netbox }: Engine, { state }: RunLog): boolean => state.started?.target !== netbox.endpoint

const make = Effect.fnUntraced(function* ({ pause }: RunsOptions) {
  const journal = yield* Journal
  const projections = yield* Projections
  const background = yield* Effect.scope
  const tails = yield* RunTail.make
  const opened = (run: string) => Effect.provideService(open(run), Journal, journal)
  /** Held while it is decided who carries out what. */
  const turn = yield* Effect.makeSemaphore(1)

  /** The oldest run without an end: it goes on, whatever became of the process that began it. */
  const lease = Effect.gen(function* () {
    const [row] = [...(yield* projections.unsealedRuns), ...(yield* projections.openRuns)]
    return Option.fromNullable(row)
  })

  const rowOf = Effect.fnUntraced(function* (run: string) {
    const row = yield* projections.run(run)
    return Option.isSome(row) ? row.value : yield* new RunNotFound({ run })
  })

  /** Goes on with what is open and nobody carries out. */
  const revive: Effect.Effect<void> = Effect.suspend(() =>
    Effect.gen(function* () {
      for (const row of yield* projections.unsealedRuns) {
        if (isVoid(row)) yield* endUnsealed(yield* opened(row.run))
      }
      const row = yield* lease
      if (Option.isNone(row) || carrier.logOf(row.value.run) !== undefined) return
      const log = yield* opened(row.value.run)
      yield* carrier.launch({
        run: log.run,
        scope: row.value.scope,
        log,
        carryOut: (engine, _, begun) => {
          if (!isElsewhere(engine, log)) return engine.reconciler.goOn(log, { begun })
          const actor = `the service, because NetBox is now ${engine.netbox.endpoint}`
          return Effect.zipRight(log.append(cancellation({ actor, requestId: null })), carrier.abandon(log))
        }
      })
    })
  ).pipe(turn.withPermits(1), Effect.ignore)

  const carrier = yield* RunCarrier.make({ turn, pause, next: revive })
  // Who asks at once after a start sees a run that goes on, not one that was left.
  yield* revive

  /** Nobody else has begun anything: who comes second is told, and what lies open is gone on with. */
  const free = Effect.gen(function* () {
    const row = yield* lease
    if (Option.isNone(row)) return
    const { run } = row.value
    if (carrier.logOf(run) === undefined) yield* Effect.forkIn(revive, background)
    return yield* new RunActive({ run })
  })

  const start = Effect.fn("Runs.start")(function* (request: RunRequest) {
    const run = request.run ?? (yield* runId)
    if (request.run !== undefined && Option.isSome(yield* projections.run(run))) return run
    yield* free
    const { approveRemovals, by, full, label, mode, scope, trigger: origin } = request
    yield* carrier.launch({
      run,
      scope,
      carryOut: (engine, own, begun) =>
        Effect.gen(function* () {
          yield* checked(engine, request)
          const { reconciler } = engine
          const log = yield* reconciler.begin({
            run,
            trigger: mode,
            origin,
            label,
            scope,
            approveRemovals,
            full,
            ...by
          })
          own(log)
          yield* begun
          const { operations } = yield* reconciler.seal(log)
          if (mode === "sync" && operations > 0) yield* reconciler.carryOut(log)
        })
    })
    return run
  }, turn.withPermits(1))

  const unusable = ({ digest: sealed, run, state }: RunRow, digest: string | undefined) => {
    if (state === "completed")
      return new PlanUnusable({ plan: run, detail: "has been applied or ended already. Plan again" })
    if (sealed === null) return new PlanUnusable({ plan: run, detail: "was never sealed. Plan again" })
    if (digest === undefined || digest === sealed) return undefined
    return new PlanUnusable({ plan: run, detail: "is not the one that was sealed: it was altered. Plan again" })
  }

  const apply = Effect.fn("Runs.apply")(function* (
    run: string,
    { by, digest }: { readonly by: By; readonly digest?: string }
  ) {
    const row = yield* rowOf(run)
    yield* free
    const refusal = unusable(row, digest)
    if (refusal !== undefined) return yield* refusal
    const log = yield* opened(run)
    yield* carrier.launch({
      run,
      scope: row.scope,
      log,
      carryOut: (engine, _, begun) => {
        if (!isElsewhere(engine, log)) return engine.reconciler.carryOut(log, { by, begun })
        const detail = `was made for another NetBox than ${engine.netbox.endpoint}. Plan again`
        return Effect.fail(new PlanUnusable({ plan: run, detail }))
      }
    })
  }, turn.withPermits(1))

  const over = ({ outcome, run }: RunRow) => new RunOver({ run, detail: `is over: ${outcome}` })

  const discard = Effect.fn("Runs.discard")(function* (run: string, by: By) {
    const row = yield* rowOf(run)
    if (row.state === "completed") return yield* over(row)
    if (row.state !== "planned") return yield* new RunActive({ run })
    const log = yield* opened(run)
    yield* log.append(cancellation(by))
    yield* carrier.abandon(log)
  }, turn.withPermits(1))

  const cancel = Effect.fn("Runs.cancel")(function* (run: string, by: By) {
    const row = yield* rowOf(run)
    if (row.state === "completed") return yield* over(row)
    const carried = carrier.logOf(run)
    if (carried !== undefined) return yield* carried.append(cancellation(by))
    const log = yield* opened(run)
    yield* log.append(cancellation(by))
    if (log.state.batches === 0) return yield* carrier.abandon(log)
    yield* Effect.forkIn(revive, background)
  }, turn.withPermits(1))

  return Runs.of({
    start,
    apply,
    discard,
    cancel,
    active: Effect.map(
      lease,
      Option.map(({ actor, label, requestId, run, scope, started }) => ({
        run,
        label,
        started,
        scope,
        by: { actor, requestId }
      }))
    ),
    events: tails.events,
    await: tails.rest
  })
})

export const layer = (
  options: RunsOptions = { pause: "5 seconds" }
): Layer.Layer<Runs, never, Engines | Journal | Projections> => Layer.scoped(Runs, make(options))
