import { Schema } from "effect"

/**
 * What can go wrong with a request, one class per decision a caller makes. None of them carries a request, its headers
 * or its body, so that no secret can leave through an error.
 */

/** No connection came about, so nothing was sent: refused, no route, no such name, connect timeout. */
export class Unreachable extends Schema.TaggedError<Unreachable>()("Unreachable", {
  endpoint: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `${this.endpoint} cannot be reached: ${this.detail}. Check the address, and that the service runs`
  }
}

/** The certificate was not accepted. */
export class TlsRejected extends Schema.TaggedError<TlsRejected>()("TlsRejected", {
  endpoint: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `${this.endpoint}: the TLS certificate was not accepted: ${this.detail}. Set tls.caFile or tls.fingerprint, or tls.verify: false`
  }
}

/** The request went out and its answer did not come back whole: what became of a write is not known. */
export class Cut extends Schema.TaggedError<Cut>()("Cut", {
  endpoint: Schema.String,
  detail: Schema.String,
  /** How long before it had left, where that is known. */
  tookMillis: Schema.optionalWith(Schema.Number, { exact: true })
}) {
  override get message() {
    return `${this.endpoint}: the answer was cut: ${this.detail}`
  }
}

/** The credentials are wrong (401, and 403 where it speaks of the token) or lack a privilege (403). */
export class Denied extends Schema.TaggedError<Denied>()("Denied", {
  endpoint: Schema.String,
  status: Schema.Int,
  /** Method and path, without query. */
  request: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `${this.endpoint} denied ${this.request} (${this.status}): ${this.detail}. Check the token and its privileges`
  }
}

export class Throttled extends Schema.TaggedError<Throttled>()("Throttled", {
  endpoint: Schema.String,
  retryAfterMillis: Schema.Number
}) {
  override get message() {
    return `${this.endpoint} asks to slow down`
  }
}

/** An answer of 5xx; `detail` is the server's own text, without markup. */
export class Upstream extends Schema.TaggedError<Upstream>()("Upstream", {
  endpoint: Schema.String,
  status: Schema.Int,
  request: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `${this.endpoint} failed on ${this.request} (${this.status}): ${this.detail}`
  }
}

/**
 * NetBox begins with the name of the exception that it met, which is about the objects of the request or its database. A 500
 * without one is not NetBox's own.
 */
export const namesException = ({ detail }: Upstream): boolean => /^[A-Za-z_]\w*:( |$)/.test(detail)

/** One object of a refused request. `position` is an index into a create list, or an id of an update or delete list. */
export const RefusedItem = Schema.Struct({
  position: Schema.Struct({ by: Schema.Literal("index", "id"), value: Schema.Int }),
  detail: Schema.String
})
export type RefusedItem = typeof RefusedItem.Type

/** An answer of 4xx that is about the request: nothing was written. */
export class Refused extends Schema.TaggedError<Refused>()("Refused", {
  endpoint: Schema.String,
  status: Schema.Int,
  request: Schema.String,
  detail: Schema.String,
  /** Empty where the server does not tell which objects it means. */
  items: Schema.Array(RefusedItem)
}) {
  override get message() {
    return `${this.endpoint} refused ${this.request} (${this.status}): ${this.detail}`
  }
}

/** The answer is not what the API is documented to send. */
export class Undecodable extends Schema.TaggedError<Undecodable>()("Undecodable", {
  endpoint: Schema.String,
  request: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `${this.endpoint} answered ${this.request} with something unexpected: ${this.detail}`
  }
}

export const EndpointError = Schema.Union(
  Unreachable,
  TlsRejected,
  Cut,
  Denied,
  Throttled,
  Upstream,
  Refused,
  Undecodable
)
export type EndpointError = typeof EndpointError.Type
