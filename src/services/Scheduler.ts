import { Clock, Duration, Effect, Layer, Schedule } from "effect"
import { type Schedule as Row, Schedules } from "../store/Schedules.ts"
import { runIdOf } from "./RunIds.ts"
import { Runs, type RunActive } from "./Runs.ts"

export interface SchedulerOptions {
  /** How often it is looked whether a time has come: expressions may tell seconds. */
  readonly interval: Duration.DurationInput
}

/** A time that came so long ago when it is seen first came while the service was not running. */
const late = Duration.seconds(60)

/** How long a schedule waits for a run that is under way. Times of its own that come meanwhile are made good by the one run. */
const patience = Duration.minutes(15)

const why = (error: { readonly message: string }) => error.message

/**
 * Begins the runs of the schedules whose time has come. One that comes while another run is under way waits its turn; what
 * waited too long, or came while the service was not running, is said to be missed and not made up for. A time begins one run,
 * whatever happens between the beginning and its being noted.
 */
const make = Effect.fnUntraced(function* ({ interval }: SchedulerOptions) {
  const schedules = yield* Schedules
  const runs = yield* Runs
  /** Times that were seen while they were fresh, by the schedule. */
  const waiting = new Map<number, number>()

  const fire = Effect.fnUntraced(function* (
    { approve_removals: approveRemovals, id, name, scope }: Row,
    millis: number
  ) {
    const run = yield* runs.start({
      run: runIdOf(`schedule/${id}/${name}`, millis),
      mode: "sync",
      trigger: "schedule",
      label: name,
      scope,
      by: { actor: `schedule ${id} (${name})`, requestId: null },
      approveRemovals,
      full: false
    })
    waiting.delete(id)
    yield* schedules.fired(id, run)
    yield* Effect.logInfo(`Schedule ${name} began run ${run}`)
  })

  const miss = Effect.fnUntraced(function* ({ id, name }: Row, reason: string) {
    waiting.delete(id)
    yield* schedules.missed(id, reason)
    yield* Effect.logWarning(`Schedule ${name} missed its time: ${reason}`)
  })

  const attend = Effect.fnUntraced(function* (row: Row) {
    const millis = (row.next_at ?? 0) * 1000
    const age = (yield* Clock.currentTimeMillis) - millis
    const isFresh = waiting.get(row.id) === millis
    if (!isFresh && age > Duration.toMillis(late)) return yield* miss(row, "the service was not running")
    waiting.set(row.id, millis)
    const tooLate = age > Duration.toMillis(patience)
    yield* Effect.catchTags(fire(row, millis), {
      RunActive: (active: RunActive) => (tooLate ? miss(row, why(active)) : Effect.void),
      NoEndpoint: (error) => miss(row, why(error)),
      PlanUnusable: (error) => miss(row, why(error)),
      ScopeRefused: (error) => miss(row, why(error))
    })
  })

  const tick = Effect.gen(function* () {
    for (const row of yield* schedules.due) {
      // One that is removed meanwhile has no time any more.
      yield* Effect.catchTag(attend(row), "ScheduleNotFound", () => Effect.void)
    }
  }).pipe(
    Effect.catchAll((error: { readonly message: string }) => Effect.logError(`Schedules: ${error.message}`)),
    Effect.withTracerEnabled(false)
  )

  yield* Effect.forkScoped(Effect.repeat(tick, Schedule.spaced(interval)))
})

export const layer = (
  options: SchedulerOptions = { interval: "1 second" }
): Layer.Layer<never, never, Schedules | Runs> => Layer.scopedDiscard(make(options))
