import { Cause, Duration, Effect, Exit, Option, Redacted, type Scope } from "effect"
import { Pool } from "undici"
import type { Json } from "../domain/Json.ts"
import type { Bulk, Strain } from "../domain/Pace.ts"
import type { ConnectGuard } from "./ConnectGuard.ts"
import { codeOf, describe, makeConnector } from "./Connector.ts"
import { Cut, TlsRejected, Unreachable } from "./EndpointError.ts"
import * as Deadlines from "./Deadlines.ts"
import { exchange, type Overdue } from "./Exchange.ts"
import * as Gate from "./Gate.ts"
import { retryAfterMillis } from "./RetryAfter.ts"

/** How the certificate of an endpoint is judged. A pinned certificate is accepted whatever its issuer or name. */
export interface TlsOptions {
  readonly verify: boolean
  /** PEM text of further authorities. */
  readonly ca?: string
  /** SHA-256 over the DER certificate, upper-case hex pairs with colons. Where there are any, nothing else is accepted. */
  readonly fingerprints?: ReadonlyArray<string>
}

export interface EndpointOptions {
  /** Shown in errors and as the label of metrics: never a credential. */
  readonly name: string
  /** Scheme, host, port and an optional base path. */
  readonly url: string
  readonly tls: TlsOptions
  /** Which addresses may be connected to: all unless given. */
  readonly guard?: ConnectGuard["Type"]
  /** Requests in flight at most, fewer while the server is overloaded; each counts until its body is read. */
  readonly permits: number
  readonly pacing?: Partial<Pacing>
  readonly recorder?: Recorder
}

/** How an endpoint notices that its server is overloaded. */
export interface Pacing {
  /** A request should not take longer: 15 s unless given. */
  readonly aim: Duration.DurationInput
  /** For how long after a slow-down the number of requests in flight does not grow: 10 s unless given. */
  readonly calm: Duration.DurationInput
  /** What an answer shows of overload; by its status alone unless given. */
  readonly strainOf: (answer: Answer) => Strain | null
  /** Whether the server itself handles a request, so that a late answer, or none, speaks of its load: always unless given. */
  readonly isOwn: (request: Request) => boolean
  readonly watcher: Gate.GateWatcher
}

/** Told of every attempt when it gets its permit; what it returns is called once, when the attempt is over. */
export type Recorder = (endpoint: string, method: Request["method"]) => (outcome: Outcome) => void

/** The status of the answer, the error that came instead, or that the caller gave up (deadlines included). */
export type Outcome = number | "Unreachable" | "TlsRejected" | "Cut" | "interrupted"

export interface Request {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  /** Relative to the endpoint's address, beginning with a slash. */
  readonly path: string
  readonly query?: ReadonlyArray<readonly [string, string]>
  readonly headers?: { readonly [name: string]: string | Redacted.Redacted }
  readonly body?: { readonly json: Json } | { readonly form: { readonly [name: string]: string | Redacted.Redacted } }
  /** Objects that the body writes as one list. */
  readonly bulk?: Bulk
  /** From the permit to the last byte of the body. */
  readonly deadline: Duration.DurationInput
}

export interface Answer {
  readonly status: number
  /** Reason phrase: Proxmox puts its messages there. */
  readonly reason: string
  readonly headers: { readonly [name: string]: string }
  readonly text: string
}

/** One address that speaks HTTP, with its connections. Any status is an answer; judging it is the client's part. */
export interface Endpoint {
  readonly name: string
  readonly send: (request: Request) => Effect.Effect<Answer, Unreachable | TlsRejected | Cut>
  readonly gate: Pick<Gate.Gate, "inFlight" | "size" | "account">
}

const plain = (value: string | Redacted.Redacted): string =>
  Redacted.isRedacted(value) ? Redacted.value(value) : value

/** Lays the members over those of `texts`. */
const lay = (members: Request["headers"] & {}, texts: Record<string, string> = {}): Record<string, string> => {
  for (const [name, value] of Object.entries(members)) texts[name] = plain(value)
  return texts
}

const encodeBody = (body: Request["body"]): { readonly type: string; readonly text: string } | undefined => {
  if (body === undefined) return undefined
  if ("json" in body) return { type: "application/json", text: JSON.stringify(body.json) }
  return { type: "application/x-www-form-urlencoded", text: new URLSearchParams(lay(body.form)).toString() }
}

const encodeQuery = (query: Request["query"]): string => {
  if (query === undefined || query.length === 0) return ""
  return `?${new URLSearchParams(query.map(([key, value]): [string, string] => [key, value])).toString()}`
}

/** What a request carries in confidence: each value, and of `Token …`, `Bearer nbt_….…` and `PVEAPIToken=…=…` the end. */
const secretsOf = ({ body, headers = {} }: Request): ReadonlyArray<string> =>
  [...Object.values(headers), ...(body !== undefined && "form" in body ? Object.values(body.form) : [])]
    .flatMap((value) => (Redacted.isRedacted(value) ? [Redacted.value(value)] : []))
    .flatMap((secret) => [secret, secret.slice(secret.search(/[^ .=]*$/))])
    .filter((secret) => secret.length >= 8)

/** A server that echoes a request must not put its credentials into an answer or an error. */
const withoutEcho = (request: Request, answer: Answer): Answer => {
  const secrets = secretsOf(request)
  const clean = (text: string) => secrets.reduce((rest, one) => rest.replaceAll(one, "<redacted>"), text)
  return { ...answer, text: clean(answer.text), reason: clean(answer.reason) }
}

type Failure = Unreachable | TlsRejected | Cut

const outcomeOf = (exit: Exit.Exit<Answer, Failure | Overdue>): Outcome => {
  if (Exit.isSuccess(exit)) return exit.value.status
  const error = Option.getOrUndefined(Cause.failureOption(exit.cause))
  return error === undefined || error._tag === "Overdue" ? "interrupted" : error._tag
}

/** What a status says of the server that sent it. */
export const strainOf = ({ headers, status }: Answer): Strain | null => {
  if (status === 429 || (status === 503 && headers["retry-after"] !== undefined)) return "throttled"
  if ([502, 503, 504].includes(status)) return "unavailable"
  return status >= 500 ? "failing" : null
}

/**
 * An endpoint with a pool of keep-alive connections, which is closed with the scope. The address must be a valid one.
 * A server may close an idle connection at the moment it is used (Proxmox does so after each answer of 400 and more,
 * and after 100 requests); so a read whose connection breaks is sent again once, at once.
 */
export const make = Effect.fnUntraced(function* (
  options: EndpointOptions
): Effect.fn.Return<Endpoint, never, Scope.Scope> {
  const { origin, pathname, protocol } = new URL(options.url)
  const base = pathname.replace(/\/+$/, "")
  const name = options.name
  let opened = 0
  let answered = false
  const pool = yield* Effect.acquireRelease(
    Effect.sync(
      () =>
        new Pool(origin, {
          connections: options.permits,
          pipelining: 1,
          headersTimeout: 0,
          bodyTimeout: 0,
          connect: makeConnector(options, () => {
            opened += 1
          })
        })
    ),
    (pool) => Effect.promise(() => pool.destroy())
  )
  const { aim = "15 seconds", calm = "10 seconds", isOwn = () => true, watcher, ...pacing } = options.pacing ?? {}
  const late = Duration.toMillis(aim)
  const clock = yield* Effect.clock
  const deadlines = yield* Deadlines.make
  const gate = yield* Gate.make(name, { most: options.permits, aim: late, calm: Duration.toMillis(calm) }, watcher)

  const toError = (error: unknown): Failure => {
    if (error instanceof Unreachable || error instanceof TlsRejected) return error
    if (codeOf(error) === "UND_ERR_INVALID_ARG") {
      return new Unreachable({ endpoint: name, detail: `the request cannot be built, ${describe(error)}` })
    }
    const hint = protocol === "http:" && !answered ? " (perhaps the port speaks https)" : ""
    return new Cut({ endpoint: name, detail: describe(error) + hint })
  }

  const attempt = (request: Request, at: number): Effect.Effect<Answer, Failure | Overdue> =>
    Effect.suspend(() => {
      const body = encodeBody(request.body)
      const headers: Record<string, string> = { accept: "application/json" }
      if (body !== undefined) headers["content-type"] = body.type
      lay(request.headers ?? {}, headers)
      const options = {
        method: request.method,
        path: base + request.path + encodeQuery(request.query),
        headers,
        body: body?.text ?? null
      }
      return Effect.map(exchange(pool, options, { at, deadlines, toError }), (answer) => withoutEcho(request, answer))
    })

  const recorded = (request: Request, at: number) => {
    const recorder = options.recorder
    if (recorder === undefined) return attempt(request, at)
    return Effect.suspend(() => {
      const end = recorder(name, request.method)
      return Effect.onExit(attempt(request, at), (exit) => Effect.sync(() => end(outcomeOf(exit))))
    })
  }

  const overdue = (deadline: Duration.Duration) => {
    const detail = `no whole answer within ${Duration.format(deadline)}`
    return opened === 0 ? new Unreachable({ endpoint: name, detail }) : new Cut({ endpoint: name, detail })
  }

  /** A connection that never came about is no sign of load. */
  const read = (request: Request, deadline: Duration.Duration) => {
    const mute: Gate.Shown = { sign: "mute", pauseMillis: 0 }
    const judge = pacing.strainOf ?? strainOf
    return (exit: Exit.Exit<Answer, Failure>, took: number, now: number): Gate.Shown => {
      if (Exit.isFailure(exit)) {
        const error = Option.getOrUndefined(Cause.failureOption(exit.cause))
        if (error?._tag !== "Cut" || !isOwn(request)) return mute
        return { sign: took >= Duration.toMillis(deadline) ? "timeout" : "cut", pauseMillis: 0 }
      }
      answered = true
      const strain = judge(exit.value)
      if (strain === "throttled") {
        return { sign: strain, pauseMillis: retryAfterMillis(exit.value.headers["retry-after"], now) }
      }
      return strain === null && took > late && !isOwn(request) ? mute : { sign: strain ?? "well", pauseMillis: 0 }
    }
  }

  /** Within one deadline, which begins when it is the request's turn. */
  const sent = (request: Request, deadline: Duration.Duration) =>
    Effect.suspend(() => {
      const left = clock.unsafeCurrentTimeMillis()
      const at = left + Duration.toMillis(deadline)
      const failed = (error: Failure | Overdue): Failure => {
        const told = error._tag === "Overdue" ? overdue(deadline) : error
        if (told._tag !== "Cut") return told
        return new Cut({ endpoint: name, detail: told.detail, tookMillis: clock.unsafeCurrentTimeMillis() - left })
      }
      return Effect.catchAll(recorded(request, at), (error) => {
        const again = error._tag === "Cut" && request.method === "GET"
        return again ? Effect.mapError(recorded(request, at), failed) : Effect.fail(failed(error))
      })
    })

  return {
    name,
    gate,
    send: (request) => {
      const deadline = Duration.decode(request.deadline)
      return gate.pass(sent(request, deadline), read(request, deadline), request.bulk)
    }
  }
})
