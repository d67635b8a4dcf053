import { Effect } from "effect"
import { Pool } from "undici"
import { Unmeasurable } from "./Unmeasurable.ts"

/** Requests in flight, as many as the engine has. */
export const concurrency = 2

export interface Address {
  readonly url: string
  readonly token: string
}

const authorization = (token: string) => `${token.startsWith("nbt_") ? "Bearer" : "Token"} ${token}`

export type Send = (
  method: "GET" | "POST" | "PATCH" | "DELETE",
  path: string,
  body?: string,
  ifMatch?: string
) => Effect.Effect<string, Unmeasurable>

/** A client that sends and reads and does nothing else. Any answer but 2xx is the end of the measurement. */
export const make = Effect.fnUntraced(function* ({ token, url }: Address) {
  const pool = yield* Effect.acquireRelease(
    Effect.sync(() => new Pool(new URL(url).origin, { connections: concurrency })),
    (one) => Effect.promise(() => one.close())
  )
  const send: Send = (method, path, body, ifMatch) =>
    Effect.gen(function* () {
      const headers = {
        authorization: authorization(token),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(ifMatch === undefined ? {} : { "if-match": ifMatch })
      }
      const answer = yield* Effect.promise(() =>
        pool.request({ method, path, headers, ...(body === undefined ? {} : { body }) })
      )
      const text = yield* Effect.promise(() => answer.body.text())
      if (answer.statusCode < 300) return text
      return yield* new Unmeasurable({
        detail: `${method} ${path} answered ${answer.statusCode}: ${text.slice(0, 500)}`
      })
    })
  return send
})
