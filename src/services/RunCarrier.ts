import { Cause, Deferred, Duration, Effect, Exit, Option, type Scope as EffectScope } from "effect"
import type { Scope } from "../domain/Scope.ts"
import type { Conflict, JournalFailed } from "../journal/Journal.ts"
import { type Engine, Engines } from "./Engines.ts"
import type { PlanProblem } from "./Reconciler.ts"
import { complete, skipRest } from "./RunEnd.ts"
import type { RunLog } from "./RunLog.ts"
import type { Refused } from "./Runs.ts"

const refusals: ReadonlySet<string> = new Set<Refused["_tag"]>([
  "NoEndpoint",
  "ScopeRefused",
  "PlanUnusable",
  "StoreFailed",
  "Conflict",
  "JournalFailed"
])

const isRefused = (problem: Refused | PlanProblem): problem is Refused => refusals.has(problem._tag)

/** One run to be carried out. */
export interface Work {
  readonly run: string
  readonly scope: Scope
  /** Where the run is in the journal already. */
  readonly log?: RunLog
  readonly carryOut: (
    engine: Engine,
    /** Tells by which log a new run goes on. */
    own: (log: RunLog) => void,
    /** To be done once the journal says that it goes on. */
    begun: Effect.Effect<unknown>
  ) => Effect.Effect<unknown, Refused | PlanProblem>
}

export interface Carrier {
  /** Carries a run out in the background; returns once the journal says that it goes on. */
  readonly launch: (work: Work) => Effect.Effect<void, Refused>
  /** By which the run is carried out at this moment; none when nobody does. */
  readonly logOf: (run: string) => RunLog | undefined
  /** Ends a run that is cancelled and that nobody carries out: what was not sent never will be. */
  readonly abandon: (log: RunLog) => Effect.Effect<void, Conflict | JournalFailed>
}

interface Carried {
  readonly run: string
  log: RunLog | undefined
}

/** Pauses between attempts at a run that an endpoint out of reach keeps from going on. */
const longest = Duration.minutes(5)

/**
 * Carries out one run at a time, in the scope in which it is made. After each, successful or not, `next` is asked for what is
 * left open, after a failure with a pause that begins with `pause` and doubles. Who launches holds `turn`.
 */
export const make = Effect.fnUntraced(function* (options: {
  readonly turn: Effect.Semaphore
  readonly pause: Duration.DurationInput
  readonly next: Effect.Effect<void>
}): Effect.fn.Return<Carrier, never, Engines | EffectScope.Scope> {
  const { next, pause, turn } = options
  const engines = yield* Engines
  const background = yield* Effect.scope
  let current: Carried | undefined
  let failures = 0

  const abandon = Effect.fnUntraced(function* (log: RunLog) {
    if (log.state.batches > 0) yield* skipRest(log)
    yield* complete(log, { requests: 0, pace: null })
  })

  /** A cancellation may come when the last thing has been done, and an engine may not be there to carry it out. */
  const close = Effect.fnUntraced(function* (one: Carried, exit: Exit.Exit<unknown, unknown>) {
    if (current === one) current = undefined
    const { log } = one
    if (log === undefined || log.state.outcome !== null || log.state.cancelledBy === null) return
    if (log.state.batches === 0 || Exit.isFailure(exit)) yield* abandon(log)
  })

  const ended = Effect.fnUntraced(function* (one: Carried, exit: Exit.Exit<unknown, Refused | PlanProblem>) {
    yield* Effect.ignore(turn.withPermits(1)(close(one, exit)))
    if (Exit.isSuccess(exit)) failures = 0
    else {
      if (Cause.isInterruptedOnly(exit.cause)) return
      const failure = Option.getOrNull(Cause.failureOption(exit.cause))
      // Whoever asked for it knows.
      if (one.log === undefined || failure?._tag === "RunCancelled") return
      failures += 1
      yield* Effect.logWarning(`Run ${one.run}: ${failure?.message ?? Cause.pretty(exit.cause)}`)
    }
    const wait = failures === 0 ? 0 : Duration.min(longest, Duration.times(pause, 2 ** Math.min(failures - 1, 16)))
    // This is the end of a fiber, which nothing interrupts; the pause after it ends with the service.
    yield* Effect.forkIn(Effect.interruptible(Effect.zipRight(Effect.sleep(wait), next)), background)
  })

  const launch = Effect.fnUntraced(function* ({ carryOut, log, run, scope: { branch } }: Work) {
    const one: Carried = { run, log }
    const own = (begun: RunLog) => {
      one.log = begun
    }
    const started = yield* Deferred.make<void, Refused | PlanProblem>()
    current = one
    yield* engines
      .use(
        (engine) => carryOut(engine, own, Deferred.succeed(started, undefined)),
        branch === undefined ? {} : { branch }
      )
      .pipe(
        Effect.interruptible,
        Effect.onExit((exit) =>
          Effect.zipRight(Deferred.done(started, Exit.asVoid(exit)), Effect.forkIn(ended(one, exit), background))
        ),
        Effect.forkIn(background)
      )
    yield* Effect.catchAll(Deferred.await(started), (problem) =>
      isRefused(problem) ? Effect.fail(problem) : Effect.die(problem)
    )
  })

  return {
    launch,
    abandon,
    logOf: (run) => (current?.run === run && current.log?.state.outcome === null ? current.log : undefined)
  }
})
