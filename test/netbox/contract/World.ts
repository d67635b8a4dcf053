import { Context, Effect, Layer, Redacted, type Scope } from "effect"
import { randomBytes } from "node:crypto"
import { isJsonObject, type Json, type JsonObject } from "../../../src/domain/Json.ts"

export interface NetBoxAddress {
  readonly url: string
  /** Version 1. */
  readonly token: string
}

export interface Answer {
  readonly status: number
  /** Null without body; a text where it is not JSON. */
  readonly body: Json
  readonly headers: Headers
}

export interface AskOptions {
  readonly headers?: Readonly<Record<string, string>>
  /** Instead of the token of the address. */
  readonly authorization?: string | null
}

export type Ask = (method: string, path: string, body?: Json, options?: AskOptions) => Effect.Effect<Answer>

/** Objects that most cases stand on. */
export interface Fixture {
  readonly site: number
  readonly otherSite: number
  readonly clusterType: number
  /** Scoped to `site`. */
  readonly cluster: number
  readonly role: number
  readonly deviceType: number
  /** In `cluster`. */
  readonly device: number
  readonly machine: number
  readonly nic: number
  readonly tag: number
}

/** A NetBox with a corner of its own in it: names, addresses and MACs that nobody else uses, removed at the end. */
export class World extends Context.Tag("test/netbox/World")<
  World,
  {
    readonly url: string
    readonly ask: Ask
    /** Creates one object of a list and returns it; dies where NetBox refuses. */
    readonly make: (path: string, body: JsonObject) => Effect.Effect<JsonObject & { readonly id: number }>
    readonly name: (label: string) => string
    /** An address of the run's own network of 24 bits. */
    readonly ip: (host: number, mask?: number) => string
    readonly mac: (last: number) => string
    readonly fixture: Fixture
  }
>() {}

const parse = (text: string): Json => {
  if (text === "") return null
  return text.startsWith("{") || text.startsWith("[") ? (JSON.parse(text) as Json) : text
}

const client = (address: NetBoxAddress): Ask => {
  const token = Redacted.make(address.token)
  return (method, path, body, options = {}) =>
    Effect.promise(async () => {
      const authorization =
        options.authorization === undefined ? `Token ${Redacted.value(token)}` : options.authorization
      const response = await fetch(path.startsWith("http") ? path : `${address.url}/api/${path}`, {
        method,
        headers: {
          "Content-Type": "application/json",
          // A kept connection may be closed by NetBox just as the next request goes out on it.
          Connection: "close",
          ...(authorization === null ? {} : { Authorization: authorization }),
          ...options.headers
        },
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) })
      })
      return { status: response.status, body: parse(await response.text()), headers: response.headers }
    })
}

const idOf = (value: Json | undefined): number | null => {
  const id = isJsonObject(value ?? null) ? (value as JsonObject)["id"] : undefined
  return typeof id === "number" ? id : null
}

/** Notes every object that is created. */
const noting =
  (ask: Ask, made: Array<string>): Ask =>
  (method, path, body, options) =>
    ask(method, path, body, options).pipe(
      Effect.tap((answer) => {
        if (method !== "POST" || answer.status !== 201) return
        const rows = Array.isArray(answer.body) ? answer.body : [answer.body]
        const list = path.split("?")[0] ?? path
        for (const row of rows) if (idOf(row) !== null) made.push(`${list}${idOf(row)}/`)
      })
    )

const maker =
  (ask: Ask) =>
  (path: string, body: JsonObject): Effect.Effect<JsonObject & { readonly id: number }> =>
    ask("POST", path, body).pipe(
      Effect.flatMap((answer) => {
        const id = idOf(answer.body)
        return answer.status === 201 && id !== null && isJsonObject(answer.body)
          ? Effect.succeed({ ...answer.body, id })
          : Effect.dieMessage(`POST ${path} ${JSON.stringify(body)}: ${answer.status} ${JSON.stringify(answer.body)}`)
      })
    )

/** Last made, first removed; once more those that still had dependents. */
const clear = (ask: Ask, made: ReadonlyArray<string>): Effect.Effect<void> =>
  Effect.filter([...made].reverse(), (path) => Effect.map(ask("DELETE", path), ({ status }) => status === 409)).pipe(
    Effect.flatMap((held) => Effect.forEach(held, (path) => ask("DELETE", path), { discard: true }))
  )

/** The world on the NetBox that `address` finds or starts. */
export const layerWorld = (address: Effect.Effect<NetBoxAddress, never, Scope.Scope>): Layer.Layer<World> =>
  Layer.scoped(
    World,
    Effect.gen(function* () {
      const found = yield* address
      const bare = client(found)
      const made: Array<string> = []
      yield* Effect.addFinalizer(() => clear(bare, made))
      const ask = noting(bare, made)
      const make = maker(ask)
      const mark = randomBytes(3).toString("hex")
      const [a = 0, b = 0, c = 0] = randomBytes(3)
      const name = (label: string) => `zz${mark}-${label}`
      const named = (label: string) => ({ name: name(label), slug: name(label) })
      const site = yield* make("dcim/sites/", named("site"))
      const otherSite = yield* make("dcim/sites/", named("other-site"))
      const clusterType = yield* make("virtualization/cluster-types/", named("type"))
      const scope = { scope_type: "dcim.site", scope_id: site.id }
      const cluster = yield* make("virtualization/clusters/", { name: name("cluster"), type: clusterType.id, ...scope })
      const manufacturer = yield* make("dcim/manufacturers/", named("maker"))
      const deviceType = yield* make("dcim/device-types/", {
        model: name("model"),
        slug: name("model"),
        manufacturer: manufacturer.id
      })
      const role = yield* make("dcim/device-roles/", named("role"))
      const device = yield* make("dcim/devices/", {
        name: name("device"),
        device_type: deviceType.id,
        role: role.id,
        site: site.id,
        cluster: cluster.id
      })
      const tag = yield* make("extras/tags/", named("tag"))
      const machine = yield* make("virtualization/virtual-machines/", { name: name("machine"), cluster: cluster.id })
      const nic = yield* make("virtualization/interfaces/", { virtual_machine: machine.id, name: "net0" })
      const fixture = {
        site: site.id,
        otherSite: otherSite.id,
        clusterType: clusterType.id,
        cluster: cluster.id,
        role: role.id,
        deviceType: deviceType.id,
        device: device.id,
        machine: machine.id,
        nic: nic.id,
        tag: tag.id
      }
      const hex = (byte: number) => byte.toString(16).toUpperCase().padStart(2, "0")
      return {
        url: found.url,
        ask,
        make,
        name,
        ip: (host: number, mask = 24) => `198.${18 + (a % 2)}.${b}.${host}/${mask}`,
        mac: (last: number) => ["02", hex(a), hex(b), hex(c), "00", hex(last)].join(":"),
        fixture
      }
    })
  )
