import { Effect } from "effect"
import { isJsonObject, type Json, type JsonObject } from "../../src/domain/Json.ts"
import { key as firstKey, type RunningService, type ServiceSetup, start, type Told, world } from "./Service.ts"

/** Members of a body that is an object. */
export const membersOf = ({ json }: Told): JsonObject => (isJsonObject(json) ? json : {})

const objectsOf = (list: Json | undefined): ReadonlyArray<JsonObject> =>
  Array.isArray(list) ? list.filter(isJsonObject) : []

/** A member that is a list of objects, as the items of a page; the path to it has dots. */
export const itemsOf = (told: Told, path = "items"): ReadonlyArray<JsonObject> => {
  const found = path
    .split(".")
    .reduce<Json | undefined>((at, name) => (at !== undefined && isJsonObject(at) ? at[name] : undefined), told.json)
  return objectsOf(found)
}

/** Status and code of a problem. */
export const codeOf = (told: Told): string => `${told.status} ${String(membersOf(told)["code"])}`

export type Headers = { readonly [name: string]: string }

export type Ask = (method: string, path: string, json?: Json, headers?: Headers) => Effect.Effect<Told>

/** Requests to a service with a key; the first one of the tests unless given. */
export const asking =
  ({ call }: RunningService, key = firstKey): Ask =>
  (method, path, json, headers = {}) =>
    Effect.orDie(call(path, { method, headers, key, ...(json === undefined ? {} : { json }) }))

/** A service that knows no endpoint, and has a key to store credentials with. */
export const bare = Effect.fnUntraced(function* (setup: ServiceSetup = {}) {
  const service = yield* start(setup)
  const ask = asking(service)
  yield* ask("POST", "/admin/encryption/generate")
  return { service, ask }
})

/** A service over a small cluster and an empty NetBox. */
export const whole = Effect.gen(function* () {
  const { netbox, proxmox, service } = yield* world()
  return { netbox, proxmox, service, ask: asking(service) }
})

/** One part of a stream of server-sent events. */
export interface Event {
  readonly id: number | null
  readonly event: string
  readonly data: JsonObject
}

/** The events of a stream that ends. */
export const streamed = Effect.fnUntraced(function* (ask: Ask, path: string, headers: Headers = {}) {
  const { text } = yield* ask("GET", path, undefined, headers)
  return text.split("\n\n").flatMap((part): ReadonlyArray<Event> => {
    const field = (name: string) =>
      part
        .split("\n")
        .find((line) => line.startsWith(`${name}: `))
        ?.slice(name.length + 2)
    const [data, event, id] = [field("data"), field("event"), field("id")]
    if (data === undefined || event === undefined) return []
    const parsed = JSON.parse(data) as Json
    return [{ id: id === undefined ? null : Number(id), event, data: isJsonObject(parsed) ? parsed : {} }]
  })
})

/** Of a run or plan that was begun; it is at rest when this returns. */
export const finished = Effect.fnUntraced(function* (ask: Ask, begun: Told) {
  const run = String(membersOf(begun)["run"])
  const events = yield* streamed(ask, `/v1/runs/${run}/events`)
  return { run, events, end: events[events.length - 1]?.data ?? {} }
})

/** Starts work and waits for it. */
export const done = Effect.fnUntraced(function* (ask: Ask, path: string, json?: Json) {
  return yield* finished(ask, yield* ask("POST", path, json))
})
