import * as Http from "node:http"
import * as Https from "node:https"
import { Effect, type Scope } from "effect"

/** One request as the engine sent it, with its answer. */
export interface Exchange {
  readonly method: string
  /** With the query. */
  readonly path: string
  /** Entity tags the request was conditional on. */
  readonly ifMatch: string | undefined
  readonly body: string
  readonly status: number
  readonly answer: string
  /** When it came in, in milliseconds. */
  readonly at: number
  /** Milliseconds from its arrival to the end of its answer. */
  readonly took: number
}

export interface Recorder {
  /** Address to use in place of NetBox's, its base path included. */
  readonly url: string
  /** In the order in which the requests came in. */
  readonly exchanges: () => ReadonlyArray<Exchange>
}

interface Recording {
  readonly request: Pick<Exchange, "method" | "path" | "ifMatch">
  readonly sent: Array<Buffer>
  readonly answered: Array<Buffer>
  readonly from: number
  took: number
  status: number
}

const text = (chunks: ReadonlyArray<Buffer>) => Buffer.concat(chunks).toString("utf8")

/**
 * A proxy in front of NetBox that keeps what passes. Each request goes on over a connection of its own: NetBox closes idle
 * ones after two seconds, and a request that meets a closing connection would be lost.
 */
export const make = (target: string): Effect.Effect<Recorder, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.async<Recorder & { readonly close: () => void }>((resume) => {
      const to = new URL(target)
      const send = to.protocol === "https:" ? Https.request : Http.request
      const recordings: Array<Recording> = []
      const server = Http.createServer((request, response) => {
        const { headers, method = "GET", url: path = "/" } = request
        const recording: Recording = {
          request: { method, path, ifMatch: headers["if-match"] },
          sent: [],
          answered: [],
          from: performance.now(),
          took: 0,
          status: 0
        }
        recordings.push(recording)
        const onward = send(
          new URL(path, to.origin),
          { method, headers: { ...headers, host: to.host, connection: "close" }, agent: false },
          (answer) => {
            recording.status = answer.statusCode ?? 502
            const { connection: _, ...kept } = answer.headers
            response.writeHead(recording.status, kept)
            answer.on("data", (chunk: Buffer) => recording.answered.push(chunk))
            answer.on("end", () => {
              recording.took = performance.now() - recording.from
            })
            answer.pipe(response)
          }
        )
        onward.on("error", () => request.socket.destroy())
        request.on("data", (chunk: Buffer) => recording.sent.push(chunk))
        request.pipe(onward)
      })
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        resume(
          Effect.succeed({
            url: `http://127.0.0.1:${port}${to.pathname.replace(/\/+$/, "")}`,
            exchanges: () =>
              recordings.map(({ answered, from, request, sent, status, took }) => ({
                ...request,
                body: text(sent),
                status,
                answer: text(answered),
                at: from,
                took
              })),
            close: () => {
              server.closeAllConnections()
              server.close()
            }
          })
        )
      })
    }),
    ({ close }) => Effect.sync(close)
  )
