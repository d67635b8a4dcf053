import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http"
import { createServer as createTlsServer } from "node:https"
import type { AddressInfo } from "node:net"
import { gzipSync } from "node:zlib"
import { Effect, Fiber, FiberSet, Option, type Scope } from "effect"
import { isJsonObject } from "../../domain/Json.ts"
import type { Asked, Reply } from "./Api.ts"
import type { Certificate } from "./Certificate.ts"

export interface Listener {
  readonly url: string
  /** Closes the port and every connection. */
  readonly stop: Effect.Effect<void>
  /** Listens again, on the same port. */
  readonly start: Effect.Effect<void>
}

export interface ListenerOptions {
  readonly api: (asked: Asked) => Effect.Effect<Reply>
  /** Index of the listener among those of the cluster. */
  readonly endpoint: number
  /** 0 for any. */
  readonly port: number
  readonly certificate: Certificate | undefined
}

const prefix = "/api2/json"

const decode = Option.liftThrowable(decodeURIComponent)

const readBody = (request: IncomingMessage): Effect.Effect<string> =>
  Effect.async((resume) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => resume(Effect.succeed(Buffer.concat(chunks).toString("utf8"))))
  })

const parseJson = Option.liftThrowable((text: string): unknown => JSON.parse(text))

const parseParameters = (type: string | undefined, body: string): Asked["parameters"] => {
  if (type?.startsWith("application/json") !== true) return Object.fromEntries(new URLSearchParams(body))
  const value = Option.getOrUndefined(parseJson(body))
  return isJsonObject(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, String(item)])) : {}
}

const ticketOf = (cookie: string | undefined): string | undefined => {
  const raw = /(?:^|;\s*)PVEAuthCookie=([^;]*)/.exec(cookie ?? "")?.[1]
  return raw === undefined ? undefined : Option.getOrElse(decode(raw), () => raw)
}

const header = (request: IncomingMessage, name: string): string | undefined => {
  const value = request.headers[name]
  return typeof value === "string" ? value : undefined
}

const send = (response: ServerResponse, reply: Reply, acceptsGzip: boolean): void => {
  const socket = response.socket
  if (reply.cut === "before headers") return void socket?.resetAndDestroy()
  const plain = Buffer.from(reply.body)
  const isZipped = acceptsGzip && plain.length > 1024
  const body = isZipped ? gzipSync(plain) : plain
  response.writeHead(reply.status, reply.reason.replaceAll(/[^\t\x20-\x7e]/g, "?"), {
    "content-type": "application/json;charset=UTF-8",
    "content-length": body.length,
    server: "pve-api-daemon/3.0",
    ...(isZipped ? { "content-encoding": "gzip" } : {}),
    // Proxmox closes the connection after every error.
    ...(reply.status >= 400 ? { connection: "close" } : {})
  })
  if (reply.cut === "no") return void response.end(body)
  response.write(body.subarray(0, body.length / 2), () => socket?.resetAndDestroy())
}

/** One address of a cluster. Connections end after 100 requests or 5 s of silence, as those of pveproxy do. */
export const listen = (options: ListenerOptions): Effect.Effect<Listener, never, Scope.Scope> =>
  Effect.gen(function* () {
    const run = yield* FiberSet.makeRuntime<never>()
    const exchange = Effect.fnUntraced(function* (request: IncomingMessage, response: ServerResponse) {
      const url = new URL(request.url ?? "/", "http://localhost")
      const body = yield* readBody(request)
      const method = request.method ?? "GET"
      const path = Option.getOrElse(decode(url.pathname), () => url.pathname)
      const reply: Reply = path.startsWith(`${prefix}/`)
        ? yield* options.api({
            method,
            path: path.slice(prefix.length).replace(/(.)\/$/, "$1"),
            parameters: {
              ...Object.fromEntries(url.searchParams),
              ...parseParameters(header(request, "content-type"), body)
            },
            authorization: header(request, "authorization"),
            ticket: ticketOf(header(request, "cookie")),
            csrf: header(request, "csrfpreventiontoken"),
            endpoint: options.endpoint
          })
        : { status: 404, reason: `no such file '${path}'`, body: "", cut: "no" }
      yield* Effect.sync(() => send(response, reply, header(request, "accept-encoding")?.includes("gzip") ?? false))
    })
    const onRequest: RequestListener = (request, response) => {
      const fiber = run(exchange(request, response))
      response.once("close", () => run(Fiber.interrupt(fiber)))
    }
    const { certificate } = options
    const server = certificate === undefined ? createServer(onRequest) : createTlsServer(certificate, onRequest)
    server.keepAliveTimeout = 5000
    server.maxRequestsPerSocket = 100
    const listenOn = (port: number): Effect.Effect<AddressInfo> =>
      Effect.async((resume) => {
        const fail = (error: Error): void => resume(Effect.die(error))
        server.once("error", fail)
        server.listen(port, "127.0.0.1", () => {
          server.off("error", fail)
          const address = server.address()
          resume(
            typeof address === "object" && address !== null ? Effect.succeed(address) : Effect.dieMessage("no port")
          )
        })
      })
    const stop = Effect.async<void>((resume) => {
      server.close(() => resume(Effect.void))
      server.closeAllConnections()
    })
    const { port } = yield* Effect.acquireRelease(listenOn(options.port), () => stop)
    return {
      url: `${certificate === undefined ? "http" : "https"}://127.0.0.1:${port}`,
      stop,
      start: Effect.asVoid(listenOn(port))
    }
  })
