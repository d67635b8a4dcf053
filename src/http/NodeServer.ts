import { createServer } from "node:http"
import type { Duplex } from "node:stream"
import { Effect } from "effect"
import { HttpSettings } from "./HttpSettings.ts"
import { limitMessages } from "./MessageLimit.ts"
import { headers } from "./SecurityHeaders.ts"

/** What Node gives up on before there is a request. */
const refusals: Readonly<Record<string, readonly [status: string, detail: string]>> = {
  HPE_HEADER_OVERFLOW: ["431 Request Header Fields Too Large", "The headers are too long."],
  ERR_HTTP_REQUEST_TIMEOUT: ["408 Request Timeout", "The request took too long to arrive."]
}

const malformed = ["400 Bad Request", "The request is not HTTP."] as const

const refuse = (error: Error & { readonly code?: string }, socket: Duplex): void => {
  if (!socket.writable || error.code === "ECONNRESET") return void socket.destroy()
  const [status, detail] = refusals[error.code ?? ""] ?? malformed
  const body = JSON.stringify({ detail })
  const lines = Object.entries({
    ...headers,
    "content-type": "application/json",
    "content-length": String(body.length),
    connection: "close"
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${status}\r\n${lines.join("")}\r\n${body}`)
}

/** Node's own server beneath the routes, with limits against clients that are slow on purpose. */
export class NodeServer extends Effect.Service<NodeServer>()("proxledger/NodeServer", {
  effect: Effect.map(HttpSettings, ({ maxBody }) =>
    createServer({
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 75_000,
      connectionsCheckingInterval: 2_000
    })
      .on("clientError", refuse)
      .on("upgrade", (_, socket) => limitMessages(socket, maxBody))
  )
}) {}
