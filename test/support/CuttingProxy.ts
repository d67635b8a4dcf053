import * as Http from "node:http"
import { Effect, type Scope } from "effect"

export interface CuttingProxy {
  readonly url: string
  /** Methods of the mutating requests that came through, in order. */
  readonly mutating: ReadonlyArray<string>
  /** Answers that were cut after NetBox had done what they answer. */
  readonly cuts: () => number
}

/**
 * Stands between engine and NetBox and cuts answers: NetBox did what was asked, the client sees the connection go. Which
 * mutating requests (counted from 0) are hit is told by `cut`.
 */
export const make = (
  target: string,
  cut: (method: string, index: number) => boolean
): Effect.Effect<CuttingProxy, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.async<CuttingProxy & { readonly close: () => void }>((resume) => {
      const to = new URL(target)
      const mutating: Array<string> = []
      let cuts = 0
      const server = Http.createServer((request, response) => {
        const { headers, method = "GET", url: path } = request
        const index = method === "GET" ? -1 : mutating.push(method) - 1
        const onward = Http.request(
          { host: to.hostname, port: to.port, path, method, headers: { ...headers, host: to.host } },
          (answer) => {
            if (index >= 0 && cut(method, index)) {
              cuts += 1
              answer.resume().on("end", () => request.socket.destroy())
              return
            }
            response.writeHead(answer.statusCode ?? 502, answer.headers)
            answer.pipe(response)
          }
        )
        onward.on("error", () => request.socket.destroy())
        request.pipe(onward)
      })
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        const close = () => {
          server.closeAllConnections()
          server.close()
        }
        resume(Effect.succeed({ url: `http://127.0.0.1:${port}`, mutating, cuts: () => cuts, close }))
      })
    }),
    ({ close }) => Effect.sync(close)
  )
