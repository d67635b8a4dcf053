import { Clock, Effect, Either, FiberSet, type Scope } from "effect"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import type { Answer } from "./Answer.ts"
import type { Asked } from "./Api.ts"
import type { Fault } from "./Faults.ts"

export interface ListenerOptions {
  /** 0 for any. */
  readonly port: number
  /** Of every request, in milliseconds. */
  readonly latency: number
  readonly answer: (asked: Asked) => Answer
  readonly faults: (method: string, path: string) => ReadonlyArray<Fault>
  /** Told once the request is dealt with. */
  readonly dealtWith: (asked: Asked, dealt: Dealt) => void
}

export interface Dealt {
  /** Null where no answer went out. */
  readonly status: number | null
  /** When it had come whole, in milliseconds since 1970. */
  readonly at: number
  /** Requests under way then, itself included. */
  readonly together: number
}

/** The length of a list, 1 for a single object, 0 without body. */
export const objectsIn = (body: string): number =>
  body.trim() === ""
    ? 0
    : Either.match(
        Either.try(() => JSON.parse(body) as unknown),
        { onLeft: () => 1, onRight: (parsed) => (Array.isArray(parsed) ? parsed.length : 1) }
      )

const readBody = (request: IncomingMessage): Effect.Effect<string> =>
  Effect.async((resume) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => resume(Effect.succeed(Buffer.concat(chunks).toString("utf8"))))
  })

const send = (response: ServerResponse, method: string, { status, body, html, headers }: Answer): void => {
  const text = html ?? (body === undefined ? "" : JSON.stringify(body))
  const type = html === undefined ? "application/json" : "text/html; charset=utf-8"
  response.writeHead(status, {
    ...(text === "" ? {} : { "Content-Type": type }),
    "Content-Length": Buffer.byteLength(text),
    ...headers
  })
  response.end(method === "HEAD" ? undefined : text)
}

const latencyOf = (fault: Fault, { body }: Asked): number =>
  fault.type !== "latency" ? 0 : fault.millis + (fault.perObject === undefined ? 0 : fault.perObject * objectsIn(body))

const faulty = (fault: Fault & { readonly type: "status" }): Answer => ({
  status: fault.status,
  ...(fault.status === 429
    ? { body: { detail: "Request was throttled." } }
    : { html: `<html><head><title>${fault.status}</title></head></html>\n` }),
  headers: fault.retryAfter === undefined ? {} : { "Retry-After": String(fault.retryAfter) }
})

/** In the words of NetBox 4.7. */
const refusal = ({ field, word }: Fault & { readonly type: "refused" }, { body }: Asked): Answer => {
  const items: ReadonlyArray<{ readonly id?: number }> = JSON.parse(body)
  const place = items[0]?.id === undefined ? { index: 0 } : { id: items[0].id }
  return {
    status: 400,
    body: {
      detail: `1 of ${items.length} objects could not be updated.`,
      errors: [{ ...place, errors: { [field]: [word] } }]
    }
  }
}

/** Serves on 127.0.0.1 until the scope ends, which cuts what connections are left. Returns the address. */
export const listen = (options: ListenerOptions): Effect.Effect<string, never, Scope.Scope> =>
  Effect.gen(function* () {
    const run = yield* FiberSet.makeRuntime<never>()
    let underWay = 0
    const exchange = Effect.fnUntraced(function* (request: IncomingMessage, response: ServerResponse) {
      const url = new URL(request.url ?? "/", "http://localhost")
      const asked: Asked = {
        method: request.method ?? "GET",
        path: url.pathname,
        query: url.searchParams,
        authorization: request.headers.authorization,
        ifMatch: request.headers["if-match"],
        body: yield* readBody(request)
      }
      underWay += 1
      response.once("close", () => {
        underWay -= 1
      })
      const came = { at: yield* Clock.currentTimeMillis, together: underWay }
      const faults = options.faults(asked.method, asked.path)
      const late = faults.reduce((sum, fault) => sum + latencyOf(fault, asked), options.latency)
      if (late > 0) yield* Effect.sleep(late)
      const instead = faults.find((fault) => fault.type !== "latency")
      if (instead?.type === "status" || instead?.type === "refused") {
        const answer = instead.type === "status" ? faulty(instead) : refusal(instead, asked)
        options.dealtWith(asked, { ...came, status: answer.status })
        return send(response, asked.method, answer)
      }
      const answer = instead?.type === "cut" ? null : options.answer(asked)
      options.dealtWith(asked, { ...came, status: instead === undefined && answer !== null ? answer.status : null })
      if (instead !== undefined || answer === null) return void request.socket.resetAndDestroy()
      return send(response, asked.method, answer)
    })
    const server = yield* Effect.acquireRelease(
      Effect.async<ReturnType<typeof createServer>>((resume) => {
        const created = createServer((request, response) => void run(exchange(request, response)))
        created.keepAliveTimeout = 60_000
        created.once("error", (cause) => resume(Effect.die(cause)))
        created.listen(options.port, "127.0.0.1", () => resume(Effect.succeed(created)))
      }),
      (created) =>
        Effect.async<void>((resume) => {
          created.close(() => resume(Effect.void))
          created.closeAllConnections()
        })
    )
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
