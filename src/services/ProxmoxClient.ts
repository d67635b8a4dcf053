import { Duration, Effect, Schedule } from "effect"
import type { Json } from "../domain/Json.ts"
import type { Request } from "./Endpoint.ts"
import { type EndpointError, Unreachable } from "./EndpointError.ts"
import { judge, meaningOf, nodeOf } from "./ProxmoxAnswer.ts"
import * as ProxmoxLimits from "./ProxmoxLimits.ts"
import type { ProxmoxSession } from "./ProxmoxSession.ts"
import { isRetried } from "./Retry.ts"

export interface Call {
  readonly path: string
  /** GET unless given. */
  readonly method?: "GET" | "POST" | "PUT" | "DELETE"
  readonly query?: Request["query"]
  readonly form?: { readonly [name: string]: string }
  /** `plain` unless given. */
  readonly lane?: ProxmoxLimits.Lane
  /** Over all tries; waiting for a permit does not count. That of the client unless given. */
  readonly deadline?: Duration.DurationInput
}

export type Send = (call: Call) => Effect.Effect<Json, EndpointError>

/** A source over its endpoints, any of which serves the whole cluster. */
export interface ProxmoxClient {
  readonly source: string
  /** `data` of the answer. */
  readonly send: Send
  /** Several calls in a row under one protected permit of the node, as for talking to the agent of a guest. */
  readonly converse: <A>(
    node: string,
    talk: (send: Send) => Effect.Effect<A, EndpointError>
  ) => Effect.Effect<A, EndpointError>
  /**
   * Turns to another endpoint, as when the node behind this one has lost the cluster's quorum. False where there is none
   * that has not failed or been passed over within the last minute.
   */
  readonly passOver: Effect.Effect<boolean>
}

/** How often a read that failed is repeated. */
export const usualRetries = 2

export interface Patience {
  /** Of a call with all its repetitions: 30 s unless given. */
  readonly deadline?: Duration.DurationInput
  /** How often a read that failed is repeated: `usualRetries` unless given. */
  readonly retries?: number
  /** Before the first repetition, doubled before each further one: 200 ms unless given. */
  readonly backoff?: Duration.DurationInput
}

/** How long an endpoint that failed is the last to be asked. */
const penalty = Duration.toMillis("1 minute")

const isRead = (call: Call): boolean => (call.method ?? "GET") === "GET"

const isTransient = (error: EndpointError): boolean => isRetried("GET")(error) || meaningOf(error) === "node"

/** Whether another endpoint may do better. A write moves on only where nothing was sent. */
const isOfEndpoint = (call: Call, error: EndpointError): boolean => {
  if (error._tag === "Unreachable" || error._tag === "TlsRejected") return true
  if (!isRead(call)) return false
  if (error._tag === "Upstream" && [502, 503, 504].includes(error.status)) return true
  return nodeOf(call.path) === undefined && (error._tag === "Cut" || meaningOf(error) === "node")
}

/** One error for a source none of whose endpoints answers: the most telling one, or all addresses in one. */
const noneAnswers = (source: string, errors: ReadonlyArray<EndpointError>): EndpointError => {
  const [first] = errors
  const telling = errors.find(({ _tag }) => _tag !== "Unreachable")
  if (telling !== undefined) return telling
  const details = errors.map((error) => (error._tag === "Unreachable" ? `${error.endpoint}: ${error.detail}` : ""))
  return errors.length === 1 && first !== undefined
    ? first
    : new Unreachable({ endpoint: source, detail: `no endpoint answers (${details.join("; ")})` })
}

/** Its first run has failed already, so that a schedule is set up only where it is needed. */
const failingFirst = <A>(
  first: EndpointError,
  self: Effect.Effect<A, EndpointError>
): Effect.Effect<A, EndpointError> => {
  let known: EndpointError | undefined = first
  return Effect.suspend(() => {
    if (known === undefined) return self
    const error = known
    known = undefined
    return Effect.fail(error)
  })
}

/**
 * The endpoint that answered last is asked first; one that failed is asked last for a minute. Reads are tried three
 * times within their deadline.
 */
export const make = Effect.fnUntraced(function* (
  source: string,
  sessions: ReadonlyArray<ProxmoxSession>,
  { backoff = "200 millis", deadline = "30 seconds", retries = usualRetries }: Patience = {}
) {
  const repeated = Schedule.exponential(backoff).pipe(Schedule.jittered, Schedule.intersect(Schedule.recurs(retries)))
  const clock = yield* Effect.clock
  const limits = yield* ProxmoxLimits.make
  let preferred = sessions[0]
  const failedAt = new Map<ProxmoxSession, number>()

  const isGood = (session: ProxmoxSession, now: number) => {
    const at = failedAt.get(session)
    return at === undefined || now - at >= penalty
  }

  const candidates = (now: number) => {
    if (sessions.length === 1) return sessions
    const rank = (session: ProxmoxSession) => (isGood(session, now) ? (session === preferred ? 0 : 1) : 2)
    return [...sessions].sort((a, b) => rank(a) - rank(b))
  }

  const ask = (session: ProxmoxSession, call: Call, millis: number): Effect.Effect<Json, EndpointError> => {
    const { form, method = "GET", path, query } = call
    const request: Request = {
      method,
      path,
      deadline: Duration.millis(Math.max(1, millis)),
      ...(query === undefined ? {} : { query }),
      ...(form === undefined ? {} : { body: { form } })
    }
    return session.send(request).pipe(Effect.flatMap((answer) => judge(session.name, request, answer)))
  }

  /** The first of the candidates, and while the fault is the endpoint's and time is left, the next ones. */
  const askInTurn = (call: Call, millis: number): Effect.Effect<Json, EndpointError> =>
    Effect.suspend(() => {
      const start = clock.unsafeCurrentTimeMillis()
      const sessionsNow = candidates(start)
      const from = (index: number, errors: ReadonlyArray<EndpointError>): Effect.Effect<Json, EndpointError> => {
        const session = sessionsNow[index]
        const left = millis - (clock.unsafeCurrentTimeMillis() - start)
        if (session === undefined || (index > 0 && left <= 0)) return Effect.fail(noneAnswers(source, errors))
        return Effect.matchEffect(ask(session, call, left), {
          onSuccess: (data) => {
            preferred = session
            failedAt.delete(session)
            return Effect.succeed(data)
          },
          onFailure: (error) => {
            if (!isOfEndpoint(call, error)) return Effect.fail(error)
            failedAt.set(session, clock.unsafeCurrentTimeMillis())
            return from(index + 1, [...errors, error])
          }
        })
      }
      return from(0, [])
    })

  const sendWithin =
    (permit: <A, E>(self: Effect.Effect<A, E>) => Effect.Effect<A, E>): Send =>
    (call) =>
      Effect.suspend(() => {
        let left = Duration.toMillis(call.deadline ?? deadline)
        const attempt = permit(
          Effect.suspend(() => {
            const start = clock.unsafeCurrentTimeMillis()
            return Effect.tapError(askInTurn(call, left), () =>
              Effect.sync(() => {
                left -= clock.unsafeCurrentTimeMillis() - start
              })
            )
          })
        )
        const isTriedAgain = (error: EndpointError) => isRead(call) && left > 0 && isTransient(error)
        return Effect.catchIf(attempt, isTriedAgain, (first) =>
          Effect.retry(failingFirst(first, attempt), { schedule: repeated, while: isTriedAgain })
        )
      })

  const client: ProxmoxClient = {
    source,
    send: (call) => {
      const node = nodeOf(call.path)
      const lane = call.lane ?? "plain"
      return sendWithin(limits.permit(node, lane))(call).pipe(limits.guard(node, lane))
    },
    converse: (node, talk) =>
      talk(sendWithin((self) => self)).pipe(limits.permit(node, "protected"), limits.guard(node, "protected")),
    passOver: Effect.sync(() => {
      const now = clock.unsafeCurrentTimeMillis()
      if (preferred !== undefined) failedAt.set(preferred, now)
      preferred = sessions.find((session) => isGood(session, now)) ?? preferred
      return preferred !== undefined && isGood(preferred, now)
    })
  }
  return client
})
