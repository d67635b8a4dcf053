import { Duration, Effect, ParseResult, Redacted, Schema, type Scope } from "effect"
import type { Json } from "../domain/Json.ts"
import * as Endpoint from "./Endpoint.ts"
import { type EndpointError, namesException, Undecodable } from "./EndpointError.ts"
import type { GateWatcher } from "./Gate.ts"
import type { Row } from "./NetBox.ts"
import { judge, strainOf } from "./NetBoxErrors.ts"
import type { NetBoxSettings } from "./NetBoxSettings.ts"
import { retry } from "./Retry.ts"

export interface NetBoxClientOptions {
  /** Scheme, host, port and base path, without `/api/`. */
  readonly url: string
  /** 40 hex digits (v1) or `nbt_key.secret` (v2). */
  readonly token: Redacted.Redacted
  readonly tls: Endpoint.TlsOptions
  readonly guard?: Endpoint.EndpointOptions["guard"]
  /** Schema id of a branch to which all requests go. */
  readonly branch?: string
  readonly settings: NetBoxSettings
  readonly recorder: Endpoint.Recorder
  readonly watcher: GateWatcher
  readonly onRetry: (error: EndpointError) => Effect.Effect<void>
}

export interface Ask {
  readonly query?: ReadonlyArray<readonly [string, string]>
  readonly json?: Json
  readonly headers?: { readonly [name: string]: string }
  /** Whether a host that is out of reach is tried again: true unless given. */
  readonly awaitsHost?: boolean
}

/** Requests to one NetBox: with its token, retried by class, failures as errors, answers decoded. */
export interface NetBoxClient {
  readonly name: string
  /** Succeeds with answers of 2xx only. */
  readonly send: (
    method: Endpoint.Request["method"],
    path: string,
    ask?: Ask
  ) => Effect.Effect<Endpoint.Answer, EndpointError>
  readonly json: <A, I>(
    schema: Schema.Schema<A, I>,
    method: Endpoint.Request["method"],
    path: string,
    ask?: Ask
  ) => Effect.Effect<{ readonly value: A; readonly requestId: string | null }, EndpointError>
  readonly requests: Effect.Effect<{ readonly total: number; readonly mutating: number }>
  readonly gate: Endpoint.Endpoint["gate"]
}

const isRow = (value: unknown): value is Row =>
  typeof value === "object" && value !== null && "id" in value && Number.isInteger(value.id)

/** An object as NetBox answers it, all members kept. */
export const RowSchema = Schema.declare(isRow, { identifier: "Row" })

export const RowsSchema = Schema.Array(RowSchema)

/** A part of a list; `next` is the address of the following part. To be made once: its decoder is kept with it. */
export const Page = <A, I>(row: Schema.Schema<A, I>) =>
  Schema.Struct({ next: Schema.NullOr(Schema.String), results: Schema.Array(row) })

export const RowPage = Page(RowSchema)

export interface Page<A> {
  readonly next: string | null
  readonly results: ReadonlyArray<A>
}

const parse = Schema.decode(Schema.parseJson())

/** A list should be written well before a proxy, or this client, gives up. */
const aimOf = ({ timeout }: NetBoxSettings) => Duration.min("15 seconds", Duration.times(timeout, 0.25))

const calmOf = ({ retryDelay }: NetBoxSettings) => Duration.times(retryDelay, 5)

/** The list that a request writes. */
const bulkOf = (method: Endpoint.Request["method"], path: string, { json }: Ask): Pick<Endpoint.Request, "bulk"> =>
  Array.isArray(json) && (method === "POST" || method === "PATCH" || method === "DELETE")
    ? { bulk: { method, path, items: json.length } }
    : {}

export const make = Effect.fnUntraced(function* (
  options: NetBoxClientOptions
): Effect.fn.Return<NetBoxClient, never, Scope.Scope> {
  const token = Redacted.value(options.token).trim()
  const authorization = Redacted.make(`${token.startsWith("nbt_") ? "Bearer" : "Token"} ${token}`)
  const sent = { total: 0, mutating: 0 }
  const address = new URL(options.url)
  const { branch } = options
  const branched = branch === undefined ? {} : { "x-netbox-branch": branch }

  const endpoint = yield* Endpoint.make({
    name: address.origin + address.pathname.replace(/\/+$/, "") + (branch === undefined ? "" : ` branch ${branch}`),
    url: options.url,
    tls: options.tls,
    ...(options.guard === undefined ? {} : { guard: options.guard }),
    permits: options.settings.maxConcurrent,
    pacing: { aim: aimOf(options.settings), calm: calmOf(options.settings), strainOf, watcher: options.watcher },
    recorder: (name, method) => {
      const end = options.recorder(name, method)
      return (outcome) => {
        if (outcome !== "Unreachable" && outcome !== "TlsRejected") {
          sent.total += 1
          if (method !== "GET") sent.mutating += 1
        }
        end(outcome)
      }
    }
  })

  const send: NetBoxClient["send"] = (method, path, ask = {}) =>
    endpoint
      .send({
        method,
        path,
        query: ask.query ?? [],
        headers: { ...ask.headers, ...branched, authorization },
        ...(ask.json === undefined ? {} : { body: { json: ask.json } }),
        ...bulkOf(method, path, ask),
        deadline: options.settings.timeout
      })
      .pipe(
        Effect.flatMap((answer) => judge(endpoint.name, `${method} ${path}`, answer)),
        retry(
          {
            maxRetries: options.settings.maxRetries,
            base: options.settings.retryDelay,
            awaitsHost: ask.awaitsHost ?? true,
            mayPass: (error) => error._tag === "Upstream" && error.status === 500 && !namesException(error),
            onRetry: options.onRetry
          },
          method
        )
      )

  const json: NetBoxClient["json"] = (schema, method, path, ask) => {
    const decode = Schema.decodeUnknown(schema)
    const undecodable = (error: ParseResult.ParseError) => {
      const issue = ParseResult.ArrayFormatter.formatErrorSync(error)[0]
      const where = issue === undefined || issue.path.length === 0 ? "" : ` at ${issue.path.join(".")}`
      const detail = `not what NetBox's API sends${where}. Check that the address is that of NetBox`
      return new Undecodable({ endpoint: endpoint.name, request: `${method} ${path}`, detail })
    }
    return send(method, path, ask).pipe(
      Effect.flatMap(({ headers, text }) =>
        parse(text).pipe(
          Effect.flatMap((parsed) => decode(parsed)),
          Effect.mapError(undecodable),
          Effect.map((value) => ({ value, requestId: headers["x-request-id"] ?? null }))
        )
      )
    )
  }

  return { name: endpoint.name, send, json, requests: Effect.sync(() => ({ ...sent })), gate: endpoint.gate }
})
