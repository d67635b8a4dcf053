import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { Schema } from "effect"

/** An answer as it leaves. */
export interface Answer {
  readonly status: number
  readonly headers: { readonly [name: string]: string }
  readonly body: string
  /** The body for a request that is repeated, where something in it is shown once. */
  readonly kept?: string
}

/** Answers with a body of a schema. */
export const answering = <A, I>(schema: Schema.Schema<A, I>) => {
  const encode = Schema.encodeSync(schema)
  return (value: A, status: number, headers: Answer["headers"] = {}): Answer => ({
    status,
    headers,
    body: JSON.stringify(encode(value))
  })
}

export const respond = ({ body, headers, status }: Answer): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.text(body, { status, headers, contentType: "application/json" })
