import { Duration, Effect, Random, Schedule } from "effect"
import type { Request } from "./Endpoint.ts"
import type { EndpointError } from "./EndpointError.ts"

export interface RetryPolicy {
  /** Tries after the first. */
  readonly maxRetries: number
  /** The delay before the first retry, doubled before each further one. */
  readonly base: Duration.Duration
  /** Whether a host that is out of reach is tried again: true unless given. */
  readonly awaitsHost?: boolean
  /** Further failures that may pass by themselves, so that a read is worth another try. */
  readonly mayPass?: (error: EndpointError) => boolean
  readonly onRetry?: (error: EndpointError) => Effect.Effect<void>
}

/** Floors, as multiples of the base: 10 s and 30 s at the usual base of 2 s. */
const refusedFloor = 5
const overwhelmedFloor = 15

/** A server that ran out of database connections says so in many ways, all of which ask for a long pause. */
const overwhelmedText =
  /too many connections|remaining connection slots|(database|service) (is )?(temporarily )?unavailable|operationalerror|psycopg/i

const isOverwhelmed = (error: EndpointError) =>
  error._tag === "Upstream" && (error.status === 503 || overwhelmedText.test(error.detail))

const isRefused = (error: EndpointError) => error._tag === "Unreachable" && /refused/i.test(error.detail)

/** Worth another try: it may pass by itself. A 500 that names another exception than a lost database will not. */
const isTransient = (error: EndpointError): boolean => {
  switch (error._tag) {
    case "Unreachable":
    case "Cut":
    case "Throttled":
      return true
    case "Upstream":
      return [502, 503, 504].includes(error.status) || error.detail === "" || isOverwhelmed(error)
    default:
      return false
  }
}

/** Whether a request is sent again: a read after all that may pass, a write only where nothing can have been written. */
export const isRetried =
  (method: Request["method"]) =>
  (error: EndpointError): boolean =>
    method === "GET" ? isTransient(error) : error._tag === "Unreachable" || error._tag === "Throttled"

/**
 * The pause after the failed try number `attempt`, counted from 0. `random` out of [0, 1) spreads it over up to half as
 * much again; it is never shorter than what the server asked for.
 */
export const delay = (
  base: Duration.Duration,
  attempt: number,
  error: EndpointError,
  random: number
): Duration.Duration => {
  const unit = Duration.toMillis(base)
  const floor = isOverwhelmed(error) ? overwhelmedFloor * unit : isRefused(error) ? refusedFloor * unit : 0
  const asked = error._tag === "Throttled" ? error.retryAfterMillis : 0
  const backoff = Math.max(unit * 2 ** attempt, floor)
  return Duration.millis(Math.max(backoff, asked) + random * 0.5 * backoff)
}

const schedule = (policy: RetryPolicy, method: Request["method"]) =>
  Schedule.identity<EndpointError>().pipe(
    Schedule.intersect(Schedule.recurs(policy.maxRetries)),
    Schedule.whileInput(
      (error: EndpointError) =>
        (isRetried(method)(error) || (method === "GET" && policy.mayPass?.(error) === true)) &&
        (policy.awaitsHost !== false || error._tag !== "Unreachable")
    ),
    Schedule.modifyDelayEffect(([error, attempt]) =>
      Random.next.pipe(
        Effect.map((random) => delay(policy.base, attempt, error, random)),
        Effect.tap(() => policy.onRetry?.(error) ?? Effect.void)
      )
    )
  )

/** Repeats a request by the policy. Belongs outside of permits, so that a pause holds none. */
export const retry =
  (policy: RetryPolicy, method: Request["method"]) =>
  <A, R>(self: Effect.Effect<A, EndpointError, R>): Effect.Effect<A, EndpointError, R> =>
    Effect.retry(self, schedule(policy, method))
