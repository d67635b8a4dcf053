import { Clock, Duration, Effect, Option, Redacted, SynchronizedRef } from "effect"
import { isJsonObject } from "../domain/Json.ts"
import type { Answer, Endpoint, Request } from "./Endpoint.ts"
import {
  type Cut,
  Denied,
  type Refused,
  type TlsRejected,
  Undecodable,
  type Unreachable,
  type Upstream
} from "./EndpointError.ts"
import { judge } from "./ProxmoxAnswer.ts"

/** An API token `USER@REALM!NAME=UUID`, or an account with its realm (`root@pam`). */
export type ProxmoxAuth =
  { readonly token: Redacted.Redacted } | { readonly username: string; readonly password: Redacted.Redacted }

export type SessionError = Unreachable | TlsRejected | Cut | Denied | Refused | Undecodable | Upstream

/** An endpoint that sends each request with its credentials. */
export interface ProxmoxSession {
  readonly name: string
  readonly send: (request: Request) => Effect.Effect<Answer, SessionError>
}

interface Ticket {
  readonly value: Redacted.Redacted
  readonly csrf: Redacted.Redacted
  /** Milliseconds since 1970 at which it was received. */
  readonly at: number
}

/** A ticket ends after 2 h; its own renewal works as long as it lives. */
const renewAfter = Duration.toMillis("1 hour")
const endsAfter = Duration.toMillis("110 minutes")

const loginPath = "/access/ticket"

const login = Effect.fnUntraced(function* (endpoint: Endpoint, username: string, password: Redacted.Redacted) {
  const asked: Request = {
    method: "POST",
    path: loginPath,
    body: { form: { username, password } },
    deadline: "30 seconds"
  }
  const at = yield* Clock.currentTimeMillis
  const answer = yield* endpoint.send(asked)
  const data = yield* judge(endpoint.name, asked, answer)
  const request = `POST ${loginPath}`
  if (!isJsonObject(data) || typeof data.ticket !== "string" || data.ticket === "") {
    return yield* new Undecodable({ endpoint: endpoint.name, request, detail: "no ticket" })
  }
  if ((data.NeedTFA !== undefined && data.NeedTFA !== 0) || data.ticket.startsWith("PVE:!tfa!")) {
    return yield* new Denied({
      endpoint: endpoint.name,
      status: answer.status,
      request,
      detail: `${username} has a second factor, which a service cannot give: use an API token`
    })
  }
  if (typeof data.CSRFPreventionToken !== "string") {
    return yield* new Undecodable({ endpoint: endpoint.name, request, detail: "no CSRFPreventionToken" })
  }
  const ticket: Ticket = { value: Redacted.make(data.ticket), csrf: Redacted.make(data.CSRFPreventionToken), at }
  return ticket
})

const withTicket = (request: Request, ticket: Ticket): Request => ({
  ...request,
  headers: {
    ...request.headers,
    cookie: Redacted.make(`PVEAuthCookie=${encodeURIComponent(Redacted.value(ticket.value))}`),
    ...(request.method === "GET" ? {} : { CSRFPreventionToken: ticket.csrf })
  }
})

const byToken = (endpoint: Endpoint, token: Redacted.Redacted): ProxmoxSession => {
  const headers = { authorization: Redacted.make(`PVEAPIToken=${Redacted.value(token)}`) }
  return {
    name: endpoint.name,
    send: (request) =>
      endpoint.send({
        ...request,
        headers: request.headers === undefined ? headers : { ...request.headers, ...headers }
      })
  }
}

const byPassword = Effect.fnUntraced(function* (endpoint: Endpoint, username: string, password: Redacted.Redacted) {
  const held = yield* SynchronizedRef.make(Option.none<Ticket>())

  const renew = (ticket: Ticket) =>
    login(endpoint, username, ticket.value).pipe(Effect.catchTag("Denied", () => login(endpoint, username, password)))

  /** The ticket to use now, never `refused` again. One fiber fetches it, the others wait for that one. */
  const current = (refused?: Ticket) =>
    SynchronizedRef.modifyEffect(held, (option) =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const ticket = Option.getOrUndefined(option)
        if (ticket === undefined || ticket === refused || now - ticket.at >= endsAfter) {
          const fresh = yield* login(endpoint, username, password)
          return [fresh, Option.some(fresh)] as const
        }
        const kept = now - ticket.at < renewAfter ? ticket : yield* renew(ticket)
        return [kept, Option.some(kept)] as const
      })
    )

  const send = Effect.fnUntraced(function* (request: Request) {
    const ticket = yield* current()
    const answer = yield* endpoint.send(withTicket(request, ticket))
    if (answer.status !== 401) return answer
    return yield* endpoint.send(withTicket(request, yield* current(ticket)))
  })

  const session: ProxmoxSession = { name: endpoint.name, send }
  return session
})

/**
 * With a password: logs in at the first request, renews the ticket after an hour, and answers a 401 with one login and
 * one more try, which is safe for writes too, as a refused ticket means that nothing was done.
 */
export const make = (endpoint: Endpoint, auth: ProxmoxAuth): Effect.Effect<ProxmoxSession> =>
  "token" in auth ? Effect.succeed(byToken(endpoint, auth.token)) : byPassword(endpoint, auth.username, auth.password)
