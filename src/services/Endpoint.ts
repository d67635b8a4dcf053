import type { Duration, Effect, Redacted } from "effect"
import type { Json } from "../domain/Json.ts"
import type { Cut, TlsRejected, Unreachable } from "./EndpointError.ts"

/** How the certificate of an endpoint is judged. A pinned certificate is accepted whatever its issuer or name. */
export interface TlsOptions {
  readonly verify: boolean
  /** PEM text of further authorities. */
  readonly ca?: string
  /** SHA-256 over the DER certificate, upper-case hex pairs with colons. */
  readonly fingerprints?: ReadonlyArray<string>
}

export interface EndpointOptions {
  /** Shown in errors and as the label of metrics: never a credential. */
  readonly name: string
  /** Scheme, host, port and an optional base path. */
  readonly url: string
  readonly tls: TlsOptions
  /** Requests in flight at most; held until the body is read. */
  readonly permits: number
}

export interface Request {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  /** Relative to the endpoint's address, beginning with a slash. */
  readonly path: string
  readonly query?: ReadonlyArray<readonly [string, string]>
  readonly headers?: { readonly [name: string]: string | Redacted.Redacted }
  readonly body?: { readonly json: Json } | { readonly form: { readonly [name: string]: string | Redacted.Redacted } }
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
}
