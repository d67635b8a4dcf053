import { Context, Effect, Layer, Option } from "effect"
import type { Event, Outcome, RunPace } from "../domain/Event.ts"
import { counts, type Counts } from "../domain/RunState.ts"
import { Journal } from "../journal/Journal.ts"
import { Projections } from "../journal/Projections.ts"
import type { Problem } from "./Dispatcher.ts"
import { dispatch } from "./Dispatcher.ts"
import { EngineSettings } from "./EngineSettings.ts"
import { NetBox } from "./NetBox.ts"
import { makePlan } from "./Planner.ts"
import { Proxmox } from "./Proxmox.ts"
import { type NothingObserved, type PlanRejected, PlanUnusable } from "./RunErrors.ts"
import { open, type RunLog } from "./RunLog.ts"

export interface Planned {
  readonly run: string
  readonly operations: number
  /** Whether everything could be seen and nothing was held back. */
  readonly whole: boolean
  readonly digest: string
}

export interface Applied extends Counts {
  readonly run: string
  readonly outcome: Outcome
  /** Requests sent to NetBox by the run. */
  readonly requests: number
  /** How far NetBox was spared by these. */
  readonly pace: RunPace
  /** What was left undone beside failed operations; "" when nothing was. */
  readonly detail: string
}

export type PlanProblem = Problem | NothingObserved | PlanRejected

/** The engine: each member is one verb of it, and every run goes through them whoever asks. */
export class Reconciler extends Context.Tag("proxledger/Reconciler")<
  Reconciler,
  {
    /** Observes, plans and seals. Writes nothing to NetBox. A plan without operations is a completed run. */
    readonly plan: (options: {
      readonly trigger: "plan" | "sync"
      /** Plan more removals than the limit. */
      readonly approveRemovals: boolean
      /** Read everything, also what seems not to have changed. */
      readonly full?: boolean
    }) => Effect.Effect<Planned, PlanProblem>
    /** Applies exactly the sealed plan of a run; `digest`, when given, has to be the sealed one. */
    readonly apply: (run: string, digest?: string) => Effect.Effect<Applied, Problem | PlanUnusable>
    /** Finishes, oldest first, every run that was begun and not completed. */
    readonly resume: Effect.Effect<ReadonlyArray<Applied>, Problem | PlanUnusable>
  }
>() {}

const outcomeOf = ({ failed, ok, skipped }: Counts, detail: string): Outcome => {
  if (failed + skipped === 0) return detail === "" ? "succeeded" : "partial"
  return ok === 0 ? "failed" : "partial"
}

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

  const complete = Effect.fnUntraced(function* (log: RunLog, sent: Pick<Applied, "requests" | "pace">) {
    const count = counts(log.state)
    const detail = log.state.undone.join("; ")
    const outcome = outcomeOf(count, detail)
    const { failed, ok, skipped } = count
    yield* log.append([{ _tag: "RunCompleted", outcome, ok, failed, skipped, ...sent, detail }])
    const applied: Applied = { run: log.run, outcome, ...count, ...sent, detail }
    return applied
  })

  /** However it ends, the journal says so: a run without `RunCompleted` is one to resume. */
  const carryOut = (log: RunLog, first: Event) =>
    Effect.gen(function* () {
      const sent = yield* account
      yield* log.append([first])
      yield* dispatch(log, settings.dispatch)
      return yield* complete(log, yield* sent)
    }).pipe(
      Effect.scoped,
      Effect.tapError((problem) =>
        log.append([{ _tag: "RunInterrupted", detail: problem.message }]).pipe(Effect.ignore)
      ),
      Effect.onInterrupt(() =>
        log.append([{ _tag: "RunInterrupted", detail: "stopped by a signal or by its caller" }]).pipe(Effect.ignore)
      )
    )

  const plan = Effect.fn("Reconciler.plan")(
    function* (options: {
      readonly trigger: "plan" | "sync"
      readonly approveRemovals: boolean
      readonly full?: boolean
    }) {
      const sent = yield* account
      const { digest, log, operations } = yield* makePlan({ ...options, full: options.full ?? false })
      if (operations === 0) yield* complete(log, yield* sent)
      const planned: Planned = {
        run: log.run,
        operations,
        whole: log.state.undone.length === 0,
        digest
      }
      return planned
    },
    Effect.scoped,
    Effect.provide(services)
  )

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
    const log = yield* open(run)
    const expected = counts(log.state).open
    return yield* carryOut(log, { _tag: "StageEntered", stage: "apply", expected })
  }, Effect.provide(services))

  const resumeOne = Effect.fnUntraced(function* (run: string) {
    const log = yield* open(run)
    return yield* carryOut(log, { _tag: "RunResumed", actor: settings.actor, open: counts(log.state).open })
  })

  /** Nobody else has the journal, so a run that is still planning has died doing so. */
  const discard = Effect.fnUntraced(function* (run: string) {
    const log = yield* open(run)
    const detail = "ended before its plan was sealed; nothing was sent"
    yield* log.append([
      { _tag: "RunCompleted", outcome: "cancelled", ok: 0, failed: 0, skipped: 0, requests: 0, pace: null, detail }
    ])
  })

  const resume = Effect.gen(function* () {
    yield* Effect.forEach(yield* projections.unsealedRuns, ({ run }) => discard(run), { discard: true })
    const rows = yield* projections.openRuns
    return yield* Effect.forEach(rows, ({ run }) => resumeOne(run))
  }).pipe(Effect.provide(services), Effect.withSpan("Reconciler.resume"))

  return { plan, apply, resume }
})

export const layer: Layer.Layer<Reconciler, never, EngineSettings | NetBox | Proxmox | Journal | Projections> =
  Layer.effect(Reconciler, make)
