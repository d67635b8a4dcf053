import * as Http from "node:http"
import { Effect, type Scope } from "effect"

export interface CuttingProxy {
  readonly url: string
  /** How many answers were cut, by method, after NetBox had done what they answer. */
  readonly cuts: ReadonlyMap<string, number>
  /** Whether the answer to the nth request by a method, from 0, is cut from now on. */
  readonly hit: (rule: Hit) => void
}

export type Hit = (method: string, nth: number) => boolean

/** Every second mutating request of each method, the first included. */
const everySecondWrite: Hit = (method, nth) => method !== "GET" && nth % 2 === 0

/** Stands between engine and NetBox and cuts answers: NetBox did what was asked, the client sees the connection go. */
export const make = (target: string): Effect.Effect<CuttingProxy, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.async<CuttingProxy & { readonly close: () => void }>((resume) => {
      const to = new URL(target)
      const seen = new Map<string, number>()
      const cuts = new Map<string, number>()
      let isHit = everySecondWrite
      const server = Http.createServer((request, response) => {
        const { headers, method = "GET", url: path } = request
        const nth = seen.get(method) ?? 0
        seen.set(method, nth + 1)
        const onward = Http.request(
          { host: to.hostname, port: to.port, path, method, headers: { ...headers, host: to.host } },
          (answer) => {
            if (isHit(method, nth)) {
              cuts.set(method, (cuts.get(method) ?? 0) + 1)
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
        const hit: CuttingProxy["hit"] = (rule) => void (isHit = rule)
        resume(Effect.succeed({ url: `http://127.0.0.1:${port}`, cuts, hit, close }))
      })
    }),
    ({ close }) => Effect.sync(close)
  )
