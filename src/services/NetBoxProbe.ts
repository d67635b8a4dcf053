import { Clock, Data, Duration, Effect, Option, Redacted } from "effect"
import { Endpoints, type NetBoxConnection } from "../store/Endpoints.ts"
import { ConnectGuard } from "./ConnectGuard.ts"
import * as Endpoint from "./Endpoint.ts"

/** Whether the NetBox answers, in the words of the compatible surface. */
export interface Probe {
  readonly reachable: boolean
  readonly status: "reachable" | "timeout" | "connection_error" | "error"
  readonly api_version?: string
  readonly error_type?: string
  readonly error?: string
  readonly timeout_seconds: number
}

/** NetBox did not give what it was asked for. */
export class NetBoxUnavailable extends Data.TaggedError("NetBoxUnavailable")<{
  readonly status: "timeout" | "connection_error" | "error"
  readonly type: string
  readonly detail: string
}> {
  override get message() {
    return this.detail
  }
}

const deadline = Duration.seconds(10)

/** How long an answer is believed. */
const fresh = Duration.toMillis("30 seconds")

const send = Effect.fnUntraced(
  function* ({ name, tls, token, url }: NetBoxConnection, path: string, guard: ConnectGuard["Type"]) {
    const endpoint = yield* Endpoint.make({ name, url, tls, guard, permits: 1 })
    const text = Redacted.value(token)
    const authorization = Redacted.make(`${text.startsWith("nbt_") ? "Bearer" : "Token"} ${text}`)
    const answer = yield* endpoint.send({ method: "GET", path, headers: { authorization }, deadline: "120 seconds" })
    if (answer.status === 200) return answer
    return yield* new NetBoxUnavailable({
      status: "error",
      type: `HTTP${answer.status}`,
      detail:
        answer.status === 401 || answer.status === 403
          ? `NetBox does not accept the token (${answer.status}). Store one that it knows`
          : `NetBox answered with ${answer.status}`
    })
  },
  Effect.scoped,
  Effect.catchTags({
    Unreachable: ({ _tag, message }) =>
      new NetBoxUnavailable({ status: "connection_error", type: _tag, detail: message }),
    TlsRejected: ({ _tag, message }) =>
      new NetBoxUnavailable({ status: "connection_error", type: _tag, detail: message }),
    Cut: ({ _tag, message }) => new NetBoxUnavailable({ status: "connection_error", type: _tag, detail: message })
  })
)

/** Single questions to the configured NetBox, on connections of their own and without retries. */
export class NetBoxProbe extends Effect.Service<NetBoxProbe>()("proxledger/NetBoxProbe", {
  effect: Effect.gen(function* () {
    const endpoints = yield* Endpoints
    const guard = yield* ConnectGuard
    let last: { readonly revision: number; readonly at: number; readonly probe: Probe } | undefined

    const connection = endpoints.netboxConnection.pipe(
      Effect.catchAll(({ _tag, message }) => new NetBoxUnavailable({ status: "error", type: _tag, detail: message })),
      Effect.flatMap(
        Option.match({
          onNone: () =>
            new NetBoxUnavailable({
              status: "error",
              type: "NotConfigured",
              detail: "There is no NetBox endpoint, or it is not enabled. Create one with POST /netbox/endpoint"
            }),
          onSome: Effect.succeed
        })
      )
    )

    /** The body of what is at `path`. */
    const get = (path: string, within: Duration.DurationInput = "120 seconds") =>
      Effect.flatMap(connection, (found) => send(found, path, guard)).pipe(
        Effect.timeoutFail({
          duration: within,
          onTimeout: () =>
            new NetBoxUnavailable({
              status: "timeout",
              type: "Timeout",
              detail: `NetBox did not answer within ${Duration.format(Duration.decode(within))}`
            })
        })
      )

    const ask: Effect.Effect<Probe> = get("/api/status/", deadline).pipe(
      Effect.map(({ headers }): Probe => ({
        reachable: true,
        status: "reachable",
        ...(headers["api-version"] === undefined ? {} : { api_version: headers["api-version"] }),
        timeout_seconds: Duration.toSeconds(deadline)
      })),
      Effect.catchAll(({ detail, status, type }) =>
        Effect.succeed<Probe>({
          reachable: false,
          status,
          error_type: type,
          error: detail,
          timeout_seconds: Duration.toSeconds(deadline)
        })
      )
    )

    /** Asked at most every 30 seconds, unless an endpoint changes. */
    const probe = Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const revision = yield* endpoints.revision
      if (last !== undefined && last.revision === revision && now - last.at < fresh) return last.probe
      const found = yield* ask
      last = { revision, at: now, probe: found }
      return found
    })

    return { get, probe }
  })
}) {}
