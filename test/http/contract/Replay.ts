import { get } from "node:http"
import { Effect } from "effect"
import { isJsonObject, type Json } from "../../../src/domain/Json.ts"
import type { Broken } from "../../support/Ask.ts"
import type { RunningService, Told } from "../../support/Service.ts"
import { framesOf } from "../legacy/sync/RecordedStream.ts"
import { frameDifferences } from "./Frames.ts"
import { routeOf } from "./Routes.ts"
import { differences, type Shape } from "./Shape.ts"
import type { Step } from "./Step.ts"

/** What texts of steps stand for. */
export type Known = Map<string, Json>

export interface Replayed {
  /** What was asked, in order. */
  readonly asked: ReadonlyArray<string>
  /** Routes of the contract that answered. */
  readonly visited: ReadonlySet<string>
  /** One line for each thing that is not as the contract says. */
  readonly differences: ReadonlyArray<string>
}

/** A text with what its names stand for. */
export const filled = (text: string, known: Known): string =>
  text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = known.get(name)
    if (value === undefined) throw new Error(`nothing is known of ${name}`)
    return String(value)
  })

const filledJson = (value: Json, known: Known): Json => {
  if (typeof value === "string") {
    const whole = /^\{\{(\w+)\}\}$/.exec(value)?.[1]
    return whole === undefined ? filled(value, known) : (known.get(whole) ?? filled(value, known))
  }
  if (Array.isArray(value)) return value.map((member: Json) => filledJson(member, known))
  return isJsonObject(value)
    ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, filledJson(member, known)]))
    : value
}

const valueAt = (value: Json, path: string): Json =>
  path
    .split(".")
    .reduce<Json>(
      (at, name) => (Array.isArray(at) ? (at[Number(name)] ?? null) : isJsonObject(at) ? (at[name] ?? null) : null),
      value
    )

const strict = "default-src 'self'; frame-ancestors 'none'"
const relaxed =
  "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"

/** On every answer, whatever made it. */
const always: { readonly [header: string]: Shape } = {
  "x-content-type-options": "=nosniff",
  "x-frame-options": "=DENY",
  "x-xss-protection": "=1; mode=block",
  "referrer-policy": "=strict-origin-when-cross-origin",
  "permissions-policy": "=geolocation=(), microphone=(), camera=()",
  "strict-transport-security": "=max-age=31536000; includeSubDomains",
  "x-request-id": /^[\w.:-]{1,128}$/,
  location: null,
  "access-control-allow-credentials": null
}

const streaming: { readonly [header: string]: Shape } = {
  "content-type": "=text/event-stream; charset=utf-8",
  "cache-control": "=no-cache",
  "x-accel-buffering": "=no",
  "transfer-encoding": "=chunked"
}

/** Pages and the document are no part of either surface. */
const undated = new Set(["GET /docs", "GET /redoc", "GET /openapi.json"])

const headersOf = (step: Step, path: string, route: string | undefined): { readonly [header: string]: Shape } => ({
  ...always,
  "content-security-policy": `=${/^\/(docs|redoc|admin)\/?$/.test(path) ? relaxed : strict}`,
  ...(step.is === undefined ? {} : { "content-type": "=application/json" }),
  ...(step.stream === undefined && step.frame === undefined ? {} : streaming),
  ...(route === undefined || step.status >= 300 || undated.has(route) ? {} : { deprecation: /^@\d+$/ }),
  ...step.has
})

const bodyDifferences = (step: Step, { json, text }: Told): ReadonlyArray<string> => {
  const frame = step.frame === undefined ? undefined : framesOf(text)[0]
  return [
    ...(step.is === undefined ? [] : differences(step.is, json, "body")),
    ...(step.text === undefined || step.text.test(text) ? [] : [`body: expected ${String(step.text)}, got ${text}`]),
    ...(step.stream === undefined ? [] : frameDifferences(step.stream, text)),
    ...(step.frame === undefined || frame === undefined ? [] : differences(step.frame.data, frame.data, "frame")),
    ...(step.frame === undefined ? [] : differences(`=${step.frame.event}`, frame?.event ?? null, "event"))
  ]
}

/** The head of an answer that does not end, and its text up to the end of the first frame. */
const beginning = (url: string, headers: { readonly [name: string]: string }): Effect.Effect<Told> =>
  Effect.async((resume) => {
    const request = get(url, { agent: false, headers }, (response) => {
      let text = ""
      response.on("data", (piece: Buffer) => {
        text += piece.toString("utf8")
        const { headers: told, statusCode = 0, statusMessage = "" } = response
        if (text.includes("\n\n")) {
          resume(Effect.succeed({ status: statusCode, reason: statusMessage, headers: told, text, json: null }))
        }
      })
    })
    request.on("error", () => {})
    return Effect.sync(() => request.destroy())
  })

const answerTo = (service: RunningService, step: Step, known: Known): Effect.Effect<Told, Broken> => {
  const [method = "", path = ""] = filled(step.ask, known).split(" ")
  const key = step.key === undefined ? "{{key}}" : step.key
  const raw = key === null ? null : filled(key, known)
  const headers = Object.fromEntries(
    Object.entries(step.headers ?? {}).map(([name, value]) => [name, filled(value, known)])
  )
  if (step.frame !== undefined) {
    return beginning(`${service.url}${path}`, { ...headers, ...(raw === null ? {} : { "x-proxbox-api-key": raw }) })
  }
  return service.call(path, {
    method,
    headers,
    key: raw,
    ...(step.json === undefined ? {} : { json: filledJson(step.json, known) }),
    ...(step.body === undefined ? {} : { body: step.body })
  })
}

/** Carries out steps in their order, and goes on whatever comes back. */
export const replay = Effect.fnUntraced(function* (service: RunningService, steps: ReadonlyArray<Step>, known: Known) {
  const asked: Array<string> = []
  const visited = new Set<string>()
  const found: Array<string> = []
  for (const step of steps) {
    const line = filled(step.ask, known)
    const [method = "", path = ""] = line.split("?")[0]?.split(" ") ?? []
    const route = routeOf(`${method} ${path}`)
    const told = yield* answerTo(service, step, known)
    asked.push(line)
    if (route !== undefined) visited.add(route)
    const headers = Object.entries(headersOf(step, path, route)).flatMap(([name, shape]) =>
      differences(shape, (told.headers[name] ?? null) as Json, `header ${name}`)
    )
    const wrong =
      told.status === step.status
        ? [...headers, ...bodyDifferences(step, told)]
        : [`status: expected ${step.status}, got ${told.status} ${told.text.slice(0, 300)}`]
    found.push(...wrong.map((difference) => `${line}: ${difference}`))
    for (const [name, at] of Object.entries(step.save ?? {})) known.set(name, valueAt(told.json, at))
  }
  const replayed: Replayed = { asked, visited, differences: found }
  return replayed
})
