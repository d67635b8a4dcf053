import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { isJsonObject, type Json, type JsonObject } from "../../../src/domain/Json.ts"
import { ask } from "../../support/Ask.ts"
import type { RunningService } from "../../support/Service.ts"
import { differences, every, type Shape } from "../contract/Shape.ts"
import { Reader, type Taken } from "./Lines.ts"
import { type Wired, wired } from "./Wire.ts"

/** As Python's `requests` sends them. */
const plain = {
  "user-agent": "python-requests/2.32.3",
  "accept-encoding": "gzip, deflate",
  accept: "*/*"
}

export interface Reply {
  readonly status: number
  readonly headers: { readonly [name: string]: string | ReadonlyArray<string> | undefined }
  readonly body: Json
}

export interface Asking {
  readonly json?: Json
  /** In place of the plugin's own; null sends none. */
  readonly key?: string | null
  readonly headers?: { readonly [name: string]: string }
}

/** H20: an error is a JSON object with `detail`, a text or a list, or with `message`. */
export const assertError = ({ body }: Reply, what: string): void => {
  const members: JsonObject = isJsonObject(body) ? body : {}
  const { detail, message } = members
  assert.isTrue(
    typeof detail === "string" || Array.isArray(detail) || typeof message === "string",
    `H20: ${what}: ${JSON.stringify(body)}`
  )
}

export const assertLooks = (body: Json, shape: Shape, what: string): void =>
  assert.deepStrictEqual(differences(shape, body, what), [])

/** The last frame, as strictly as the plugin takes it: wrong types are a failed stage. */
const complete: Shape = {
  ok: "bool",
  message: "text",
  "result?": "object|list",
  "errors?": every({ "detail?": "text", "*": "any" }),
  "*": "any"
}

export interface Streamed {
  readonly frames: ReadonlyArray<Taken>
  readonly comments: ReadonlyArray<string>
  /** Whether the last frame says that all went well. */
  readonly ok: boolean
}

/** A client of the service that is as strict as the plugin. */
export interface Client {
  readonly call: (method: "GET" | "POST" | "PUT", path: string, asking?: Asking) => Effect.Effect<Reply>
  /** The body of an answer that has to be 200. */
  readonly read: (path: string) => Effect.Effect<Json>
  /** A stream to its end. */
  readonly stream: (path: string) => Effect.Effect<Streamed>
  /** A stream that is cut off after its first frame. */
  readonly hangUp: (path: string) => Effect.Effect<void>
}

const headersOf = (given: string, { headers = {}, json, key = given }: Asking) => ({
  ...plain,
  ...(key === null ? {} : { "x-proxbox-api-key": key }),
  ...(json === undefined ? {} : { "content-type": "application/json" }),
  ...headers
})

/** H14: as many frames are taken as chunks have come, whatever comes after them. */
const framesIn = ({ chunks }: Wired): Reader => {
  const reader = new Reader()
  for (const [index, chunk] of chunks.entries()) {
    reader.take(chunk)
    assert.strictEqual(reader.taken.length + reader.comments.length, index + 1, `H14: chunk ${index}: ${String(chunk)}`)
  }
  reader.end()
  assert.strictEqual(reader.taken.length + reader.comments.length, chunks.length, "H14: a frame was held back")
  return reader
}

export const clientOf = ({ port, url }: RunningService, given: string): Client => {
  const call: Client["call"] = Effect.fnUntraced(function* (method, path, asking = {}) {
    const { json } = asking
    const answer = yield* Effect.orDie(
      ask(`${url}${path}`, {
        method,
        headers: headersOf(given, asking),
        ...(json === undefined ? {} : { body: JSON.stringify(json) })
      })
    )
    assert.isFalse(answer.status >= 300 && answer.status < 400, `H7: ${method} ${path} is redirected`)
    const reply: Reply = {
      status: answer.status,
      headers: answer.headers,
      body: answer.text === "" ? {} : (JSON.parse(answer.text) as Json)
    }
    if (answer.status >= 400) assertError(reply, `${method} ${path}`)
    return reply
  })

  const open = (path: string, enough?: (wired: Wired) => boolean) =>
    Effect.map(
      wired(port, path, { host: `127.0.0.1:${port}`, connection: "keep-alive", ...headersOf(given, {}) }, enough),
      (answer) => {
        assert.strictEqual(answer.status, 200, `H13: ${path}: ${answer.chunks.map(String).join("")}`)
        assert.match(answer.headers.get("content-type") ?? "", /^text\/event-stream/, `H13: ${path}`)
        assert.strictEqual(answer.headers.get("transfer-encoding"), "chunked", `H14: ${path}`)
        return answer
      }
    )

  return {
    call,
    read: (path) =>
      Effect.map(call("GET", path), ({ body, status }) => {
        assert.strictEqual(status, 200, `${path}: ${JSON.stringify(body)}`)
        return body
      }),
    stream: (path) =>
      Effect.map(open(path), (answer) => {
        assert.isTrue(answer.isWhole, `H13: ${path} broke off`)
        const { comments, taken } = framesIn(answer)
        const last = taken.at(-1)
        assert.strictEqual(last?.event, "complete", `H13: ${path}`)
        assert.lengthOf(
          taken.filter(({ event }) => event === "complete"),
          1,
          `H13: ${path}`
        )
        assertLooks(last?.data ?? null, complete, `H13: ${path}`)
        return { frames: taken, comments, ok: last?.data["ok"] === true }
      }),
    hangUp: (path) => Effect.asVoid(open(path, ({ chunks }) => chunks.length > 0))
  }
}
