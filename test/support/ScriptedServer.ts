import { Effect, type Scope } from "effect"
import * as Http from "node:http"
import * as Https from "node:https"
import type { AddressInfo } from "node:net"

export interface Seen {
  readonly method: string
  /** With its query. */
  readonly url: string
  readonly headers: Http.IncomingHttpHeaders
  readonly body: string
}

export interface ScriptedServer {
  readonly url: string
  /** Requests that came whole, in order. */
  readonly seen: ReadonlyArray<Seen>
  /** Requests answered at one time, at most. */
  readonly peak: () => number
}

/** Answers a request; `count` is how many came before it. */
export type Script = (seen: Seen, response: Http.ServerResponse, count: number) => void

export const json = (
  response: Http.ServerResponse,
  status: number,
  body: unknown,
  headers: Http.OutgoingHttpHeaders = {}
) => response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body))

/** A server on a free port that does what a test wants of it; with a certificate it speaks TLS. */
export const serve = (
  script: Script,
  certificate?: { readonly key: string; readonly cert: string }
): Effect.Effect<ScriptedServer, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.async<{ readonly server: Http.Server; readonly scripted: ScriptedServer }>((resume) => {
      const seen: Array<Seen> = []
      let open = 0
      let peak = 0
      const listener: Http.RequestListener = (request, response) => {
        const chunks: Array<Buffer> = []
        request.on("data", (chunk: Buffer) => chunks.push(chunk))
        request.on("end", () => {
          open += 1
          peak = Math.max(peak, open)
          response.on("close", () => {
            open -= 1
          })
          const { headers, method = "", url = "" } = request
          const one: Seen = { method, url, headers, body: Buffer.concat(chunks).toString() }
          script(one, response, seen.push(one) - 1)
        })
      }
      const server = certificate === undefined ? Http.createServer(listener) : Https.createServer(certificate, listener)
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo
        const url = `${certificate === undefined ? "http" : "https"}://127.0.0.1:${port}`
        resume(Effect.succeed({ server, scripted: { url, seen, peak: () => peak } }))
      })
    }),
    ({ server }) =>
      Effect.async<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      })
  ).pipe(Effect.map(({ scripted }) => scripted))
