import { Context, Effect, Layer, Option } from "effect"
import type { By } from "../domain/By.ts"
import type { Event, RunPace } from "../domain/Event.ts"
import { everything } from "../domain/Scope.ts"
import { counts } from "../domain/RunState.ts"
import { type Conflict, Journal, type JournalFailed } from "../journal/Journal.ts"
import { Projections } from "../journal/Projections.ts"
import type { Problem } from "./Dispatcher.ts"
import { dispatch } from "./Dispatcher.ts"
import { EngineSettings } from "./EngineSettings.ts"
import { NetBox } from "./NetBox.ts"
import { beginRun, planInto, type PlanOptions } from "./Planner.ts"
import { Proxmox } from "./Proxmox.ts"
import { complete, type Ended, endUnsealed, isVoid, skipRest } from "./RunEnd.ts"
import { type NothingObserved, type PlanRejected, PlanUnusable, RunCancelled } from "./RunErrors.ts"
import { open, type RunLog } from "./RunLog.ts"

export interface Applied extends Ended {
  /** Requests sent to NetBox by the run. */
  readonly requests: number
  /** How far NetBox was spared by these. */
  readonly pace: RunPace
}

export interface Planned {
  readonly run: string
  readonly operations: number
  /** Whether everything could be seen and nothing was held back. */
  readonly whole: boolean
  readonly digest: string
}

export type PlanProblem = Problem | NothingObserved | PlanRejected | RunCancelled

/** What is not given is that of a command at a terminal: everything, as far as it has changed, in the name of the settings' actor. */
export interface PlanRequest extends Partial<PlanOptions> {
  readonly trigger: "plan" | "sync"
  /** Plan more removals than the limit. */
  readonly approveRemovals: boolean
  /** The id of the run; a new one unless given. */
  readonly run?: string
}

export interface CarryOn {
  /** Who had the plan applied. */
  readonly by?: By
  /** Done as soon as the journal says that the run goes on. */
  readonly begun?: Effect.Effect<unknown>
}

/** The engine: its verbs, and every run goes through them whoever asks. */
export class Reconciler extends Context.Tag("proxledger/Reconciler")<
  Reconciler,
  {
    /** Observes, plans and seals. Writes nothing to NetBox. A plan without operations is a completed run. */
    readonly plan: (request: PlanRequest) => Effect.Effect<Planned, PlanProblem>
    /** Applies exactly the sealed plan of a run; `digest`, when given, has to be the sealed one. */
    readonly apply: (run: string, digest?: string) => Effect.Effect<Applied, Problem | PlanUnusable>
    /** Finishes, oldest first, every run that was begun and not completed. */
    readonly resume: Effect.Effect<ReadonlyArray<Applied>, PlanProblem | PlanUnusable>
    /** The steps of `plan` and `apply`, for who keeps the log of a run: by it a run is cancelled while it goes on. */
    readonly begin: (request: PlanRequest) => Effect.Effect<RunLog, Conflict | JournalFailed>
    readonly seal: (log: RunLog) => Effect.Effect<Planned, PlanProblem>
    /** Of a sealed run. */
    readonly carryOut: (log: RunLog, options?: CarryOn) => Effect.Effect<Applied, Problem>
    /** Goes on with a run wherever it was left; none where its plan only waits to be applied. */
    readonly goOn: (log: RunLog, options?: CarryOn) => Effect.Effect<Option.Option<Applied>, PlanProblem>
  }
>() {}

const make = Effect.gen(function* () {
  const settings = yield* EngineSettings
  const netbox = yield* NetBox
  const proxmox = yield* Proxmox
  const journal = yield* Journal
  const projections = yield* Projections
  const services = Context.empty().pipe(
    Context.add(EngineSettings, settings),
    Context.add(NetBox, netbox),
    Context.add(Proxmox, proxmox),
    Context.add(Journal, journal),
    Context.add(Projections, projections)
  )

  /** What is sent to NetBox from now on. */
  const account = Effect.gen(function* () {
    const before = yield* netbox.requests
    const pace = yield* netbox.gate.account
    return Effect.gen(function* () {
      const after = yield* netbox.requests
      return { requests: after.total - before.total, pace: yield* pace }
    })
  })

  const end = (log: RunLog, sent: Pick<Applied, "requests" | "pace">) =>
    Effect.map(complete(log, sent), (ended): Applied => ({ ...ended, ...sent }))

  /** The journal says so: a run without `RunCompleted` is one to go on with. */
  const interrupted = (log: RunLog, detail: string) =>
    Effect.suspend(() =>
      log.state.outcome === null ? log.append([{ _tag: "RunInterrupted", detail }]) : Effect.void
    ).pipe(Effect.ignore)

  const stopped = "stopped by a signal or by its caller"

  const begin = Effect.fn("Reconciler.begin")(function* ({ run, ...request }: PlanRequest) {
    return yield* beginRun(run, {
      origin: "cli",
      label: request.trigger,
      scope: everything,
      full: false,
      actor: settings.actor,
      requestId: null,
      ...request
    })
  }, Effect.provide(services))

  const seal = Effect.fn("Reconciler.seal")(
    function* (log: RunLog) {
      const sent = yield* account
      const started = log.state.started
      if (started === null) return yield* Effect.dieMessage(`run ${log.run} was not begun`)
      const sealed = yield* Effect.raceFirst(
        Effect.asSome(planInto(log, started)),
        Effect.as(log.cancelled, Option.none())
      )
      const { cancelledBy, undone } = log.state
      if (Option.isNone(sealed) || cancelledBy !== null) {
        yield* complete(log, yield* sent)
        return yield* new RunCancelled({ run: log.run, by: cancelledBy ?? "" })
      }
      const { digest, operations } = sealed.value
      if (operations === 0) yield* complete(log, yield* sent)
      const planned: Planned = { run: log.run, operations, whole: undone.length === 0, digest }
      return planned
    },
    Effect.scoped,
    Effect.provide(services),
    (planning, log) => Effect.onInterrupt(planning, () => interrupted(log, stopped))
  )

  /** However it ends, the journal says so. */
  const carryOutFrom = (log: RunLog, first: Event, begun: Effect.Effect<unknown> = Effect.void) =>
    Effect.gen(function* () {
      const sent = yield* account
      yield* log.append([first])
      yield* begun
      yield* Effect.catchAll(dispatch(log, settings.dispatch), (problem) =>
        log.state.cancelledBy === null ? Effect.fail(problem) : skipRest(log)
      )
      return yield* end(log, yield* sent)
    }).pipe(
      Effect.scoped,
      Effect.tapError((problem) => interrupted(log, problem.message)),
      Effect.onInterrupt(() => interrupted(log, stopped))
    )

  const carryOut = Effect.fn("Reconciler.carryOut")(function* (log: RunLog, { begun, by }: CarryOn = {}) {
    const expected = counts(log.state).open
    const first: Event = { _tag: "StageEntered", stage: "apply", expected, ...(by === undefined ? {} : { by }) }
    return yield* carryOutFrom(log, first, begun)
  }, Effect.provide(services))

  const plan = Effect.fn("Reconciler.plan")((request: PlanRequest) => Effect.flatMap(begin(request), seal))

  const apply = Effect.fn("Reconciler.apply")(function* (run: string, digest?: string) {
    const row = yield* projections.run(run)
    if (Option.isNone(row)) {
      return yield* new PlanUnusable({ plan: run, detail: "is not in this journal. Plan again, or give its journal" })
    }
    if (row.value.state === "planning" || row.value.digest === null) {
      return yield* new PlanUnusable({ plan: run, detail: "was never sealed. Plan again" })
    }
    if (row.value.state === "completed") {
      return yield* new PlanUnusable({ plan: run, detail: "has been applied already. Plan again" })
    }
    if (digest !== undefined && digest !== row.value.digest) {
      return yield* new PlanUnusable({
        plan: run,
        detail: "is not the one that was sealed: it was altered. Plan again"
      })
    }
    return yield* carryOut(yield* open(run))
  }, Effect.provide(services))

  const goOn = Effect.fn("Reconciler.goOn")(function* (log: RunLog, { begun }: CarryOn = {}) {
    const { cancelledBy, digest, started } = log.state
    const resumed: Event = { _tag: "RunResumed", actor: settings.actor, open: counts(log.state).open }
    // Nothing was sent, so there is nothing to find out.
    if (cancelledBy !== null && log.state.batches === 0) {
      const sent = yield* Effect.scoped(Effect.flatten(account))
      return Option.some(yield* end(log, sent))
    }
    if (digest !== null) return Option.some(yield* carryOutFrom(log, resumed, begun))
    yield* log.append([resumed])
    yield* begun ?? Effect.void
    const { operations } = yield* seal(log)
    return operations === 0 || started?.trigger === "plan" ? Option.none<Applied>() : Option.some(yield* carryOut(log))
  }, Effect.provide(services))

  const resume = Effect.gen(function* () {
    const rows = [...(yield* projections.unsealedRuns), ...(yield* projections.openRuns)]
    const applied = yield* Effect.forEach(rows, ({ origin, run, state }) =>
      Effect.flatMap(open(run), (log) =>
        isVoid({ origin, state }) ? Effect.as(endUnsealed(log), Option.none<Applied>()) : goOn(log)
      )
    )
    return applied.flatMap(Option.toArray)
  }).pipe(Effect.provide(services), Effect.withSpan("Reconciler.resume"))

  return { plan, apply, resume, begin, seal, carryOut, goOn }
})

export const layer: Layer.Layer<Reconciler, never, EngineSettings | NetBox | Proxmox | Journal | Projections> =
  Layer.effect(Reconciler, make)
