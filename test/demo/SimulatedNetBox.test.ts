import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect, Either, Fiber } from "effect"
import * as SimulatedNetBox from "../../src/demo/SimulatedNetBox.ts"
import type { Json } from "../../src/domain/Json.ts"

const sites = "/api/dcim/sites/"
const tags = "/api/extras/tags/"

const start = (options: SimulatedNetBox.Options = {}) =>
  Effect.map(SimulatedNetBox.make(options), (netbox) => {
    /** Fails where no answer comes. */
    const ask = (method: string, path: string, body?: Json) =>
      Effect.tryPromise(async () => {
        const response = await fetch(`${netbox.url}${path}`, {
          method,
          headers: { Authorization: `Token ${netbox.token}`, "Content-Type": "application/json" },
          ...(body === undefined ? {} : { body: JSON.stringify(body) })
        })
        const text = await response.text()
        const isJson = response.headers.get("content-type") === "application/json"
        return { status: response.status, headers: response.headers, body: isJson ? (JSON.parse(text) as Json) : text }
      })
    return { netbox, ask }
  })

const site = (name: string) => ({ name, slug: name })

describe("what the simulated NetBox tells of itself", () => {
  it.scopedLive("requests with their objects, and rows and counts by kind", () =>
    Effect.gen(function* () {
      const { netbox, ask } = yield* start()
      yield* ask("POST", sites, [site("a"), site("b")])
      yield* ask("GET", `${sites}?limit=1`)
      yield* ask("POST", sites, {})
      expect(yield* netbox.requests).toEqual([
        { method: "POST", path: sites, query: "", status: 201, items: 2, together: 1, at: expect.any(Number) },
        { method: "GET", path: sites, query: "limit=1", status: 200, items: 0, together: 1, at: expect.any(Number) },
        { method: "POST", path: sites, query: "", status: 400, items: 1, together: 1, at: expect.any(Number) }
      ])
      expect(yield* netbox.rows("dcim.site")).toMatchObject([
        { id: 1, name: "a" },
        { id: 2, name: "b" }
      ])
      expect(yield* netbox.counts).toMatchObject({ "dcim.site": 2, "extras.tag": 0 })
      yield* netbox.resetRequests
      expect(yield* netbox.requests).toEqual([])
    })
  )

  it.scopedLive("a hand edit is one of another user", () =>
    Effect.gen(function* () {
      const { netbox, ask } = yield* start()
      yield* ask("POST", sites, site("a"))
      const [before] = yield* netbox.rows("dcim.site")
      yield* netbox.edit("dcim.site", 1, { description: "by hand" }, "eve")
      const [after] = yield* netbox.rows("dcim.site")
      expect(after).toMatchObject({ description: "by hand" })
      expect(after?.["last_updated"]).not.toBe(before?.["last_updated"])
      expect(yield* netbox.changelog).toMatchObject([
        { action: "create", user: "admin" },
        { action: "update", user: "eve", kind: "dcim.site", objectId: 1, message: "" }
      ])
      const refused = yield* Effect.exit(netbox.edit("dcim.site", 1, { name: "" }))
      expect(refused._tag).toBe("Failure")
      expect(yield* netbox.changelog).toHaveLength(2)
    })
  )
})

describe("faults of the simulated NetBox", () => {
  it.scopedLive("applied, then the answer cut: the objects are there", () =>
    Effect.gen(function* () {
      const { netbox, ask } = yield* start()
      yield* netbox.addFault({ fault: { type: "appliedThenCut" }, method: "POST", path: sites, nth: 2 })
      expect((yield* ask("POST", sites, site("a"))).status).toBe(201)
      expect(Either.isLeft(yield* Effect.either(ask("POST", sites, [site("b")])))).toBe(true)
      expect((yield* ask("POST", sites, site("c"))).status).toBe(201)
      expect((yield* netbox.rows("dcim.site")).map((row) => row["name"])).toEqual(["a", "b", "c"])
      expect((yield* netbox.requests).map(({ status }) => status)).toEqual([201, null, 201])
      expect(yield* netbox.changelog).toHaveLength(3)
    })
  )

  it.scopedLive("cut before anything is done", () =>
    Effect.gen(function* () {
      const { netbox, ask } = yield* start({ faults: [{ fault: { type: "cut" }, times: 1 }] })
      expect(Either.isLeft(yield* Effect.either(ask("POST", sites, site("a"))))).toBe(true)
      expect(yield* netbox.counts).toMatchObject({ "dcim.site": 0 })
      expect((yield* ask("POST", sites, site("a"))).status).toBe(201)
    })
  )

  it.scopedLive("throttled, and broken, without effect", () =>
    Effect.gen(function* () {
      const { netbox, ask } = yield* start()
      yield* netbox.addFault({ fault: { type: "status", status: 429, retryAfter: 7 }, times: 1 })
      const throttled = yield* ask("POST", sites, site("a"))
      expect(throttled.status).toBe(429)
      expect(throttled.headers.get("retry-after")).toBe("7")
      for (const status of [500, 502, 503, 504]) {
        yield* netbox.clearFaults
        yield* netbox.addFault({ fault: { type: "status", status }, path: sites })
        expect((yield* ask("POST", sites, site("a"))).status).toBe(status)
      }
      expect((yield* ask("GET", tags)).status).toBe(200)
      expect(yield* netbox.counts).toMatchObject({ "dcim.site": 0 })
    })
  )

  it.scopedLive("chance follows the seed", () =>
    Effect.gen(function* () {
      const statuses = (seed: number) =>
        Effect.gen(function* () {
          const fault = { type: "status", status: 503 } as const
          const { ask } = yield* start({ seed, faults: [{ fault, probability: 0.5 }] })
          return yield* Effect.forEach(Array.from({ length: 20 }), () =>
            Effect.map(ask("GET", tags), ({ status }) => status)
          )
        })
      const first = yield* statuses(1)
      expect(new Set(first)).toEqual(new Set([200, 503]))
      expect(yield* statuses(1)).toEqual(first)
      expect(yield* statuses(2)).not.toEqual(first)
    })
  )

  it.scopedLive("a late answer lets others pass", () =>
    Effect.gen(function* () {
      const { netbox, ask } = yield* start()
      const fault = { type: "latency", millis: Duration.toMillis("1 day") } as const
      yield* netbox.addFault({ fault, path: sites })
      const late = yield* Effect.fork(ask("GET", sites))
      expect((yield* ask("GET", tags)).status).toBe(200)
      expect(yield* Fiber.poll(late)).toMatchObject({ _tag: "None" })
    })
  )
})

describe("options of the simulated NetBox", () => {
  it.scopedLive("older versions tell their own", () =>
    Effect.forEach(["4.4.10", "4.5.7", "4.6.8"], (version) =>
      Effect.gen(function* () {
        const { ask } = yield* start({ version })
        const answer = yield* ask("GET", "/api/status/")
        expect(answer.body).toMatchObject({ "netbox-version": version })
        expect(answer.headers.get("api-version")).toBe(version.slice(0, 3))
      })
    )
  )

  it.scopedLive("4.6 tells a create's problems in a list as long, an update's first alone, and passes over ids", () =>
    Effect.gen(function* () {
      const { netbox, ask } = yield* start({ version: "4.6.8" })
      const required = ["This field is required."]
      const blank = ["This field may not be blank."]
      expect(yield* ask("POST", tags, [site("a"), { name: "" }, {}])).toMatchObject({
        status: 400,
        body: [{}, { name: blank, slug: required }, { name: required, slug: required }]
      })
      yield* ask("POST", tags, site("a"))
      const refused = yield* ask("PATCH", tags, [{ id: 1, name: "" }])
      expect(refused).toMatchObject({ status: 400, body: { name: blank } })
      const updated = yield* ask("PATCH", tags, [
        { id: 99, name: "x" },
        { id: 1, description: "d" }
      ])
      expect(updated).toMatchObject({ status: 200, body: [{ id: 1, description: "d" }] })
      expect(yield* netbox.counts).toMatchObject({ "extras.tag": 1 })
    })
  )

  it.scopedLive("4.6 meets what is wrong between two objects of a list in the database alone", () =>
    Effect.gen(function* () {
      const { netbox, ask } = yield* start({ version: "4.6.8" })
      expect(yield* ask("POST", tags, [site("a"), site("a")])).toMatchObject({
        status: 500,
        body: { exception: "IntegrityError" }
      })
      expect(yield* netbox.counts).toMatchObject({ "extras.tag": 0 })
    })
  )

  it.scopedLive("before 4.6 there are no types of machines, no relative tags and no conditions", () =>
    Effect.gen(function* () {
      const { ask } = yield* start({ version: "4.5.10" })
      yield* ask("POST", tags, [site("a"), site("b")])
      yield* ask("POST", sites, { ...site("s"), tags: [{ slug: "a" }] })
      const patched = yield* ask("PATCH", sites, [{ id: 1, add_tags: [{ slug: "b" }] }])
      expect(patched).toMatchObject({ status: 200, body: [{ tags: [{ slug: "a" }] }] })
      expect((yield* ask("GET", `${sites}1/`)).headers.get("etag")).toBe(null)
      expect((yield* ask("GET", "/api/virtualization/virtual-machine-types/")).status).toBe(404)
      const machine = { name: "m", site: 1, virtual_machine_type: 7 }
      const made = yield* ask("POST", "/api/virtualization/virtual-machines/", machine)
      expect(made.status).toBe(201)
      expect(made.body).not.toHaveProperty("virtual_machine_type")
    })
  )

  it.scopedLive("4.5 has offsets only", () =>
    Effect.gen(function* () {
      const { ask } = yield* start({ version: "4.5.7" })
      yield* ask("POST", tags, [site("a"), site("b")])
      expect((yield* ask("GET", `${tags}?start=2&limit=1`)).body).toMatchObject({ count: 2, results: [{ id: 1 }] })
    })
  )

  it.scopedLive("pages have a largest size, and addresses may repeat", () =>
    Effect.gen(function* () {
      const { ask } = yield* start({ pageSize: 2, enforceGlobalUnique: false })
      const addresses = ["10.0.0.1/24", "10.0.0.1/24", "10.0.0.1/32"].map((address) => ({ address }))
      expect((yield* ask("POST", "/api/ipam/ip-addresses/", addresses)).status).toBe(201)
      const page = yield* ask("GET", "/api/ipam/ip-addresses/?limit=1000")
      expect(page.body).toMatchObject({ count: 3, results: [{}, {}] })
    })
  )
})
