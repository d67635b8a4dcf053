import { expect } from "@effect/vitest"
import { Effect } from "effect"
import { fieldOf, idsOf, refuses, rowsOf, type It } from "./Case.ts"
import { three } from "./ThreeSites.ts"
import { World } from "./World.ts"

const sites = "dcim/sites/"

/** Pages, fields, and filters that are refused. */
export const reading = (it: It): void => {
  it.effect("pages by offset", () =>
    Effect.gen(function* () {
      const { ask, url } = yield* World
      const { ids, filter } = yield* three("offset")
      const first = yield* ask("GET", `${sites}?${filter}&limit=2&ordering=id`)
      expect(first.body).toMatchObject({ count: 3, previous: null })
      expect(idsOf(first.body)).toEqual(ids.slice(0, 2))
      const next = String(fieldOf(first.body, "next"))
      expect(next).toBe(`${url}/api/${sites}?limit=2&${filter}&offset=2&ordering=id`)
      const last = yield* ask("GET", next)
      expect(idsOf(last.body)).toEqual(ids.slice(2))
      expect(last.body).toMatchObject({
        count: 3,
        next: null,
        previous: `${url}/api/${sites}?limit=2&${filter}&ordering=id`
      })
    })
  )

  it.effect("pages by cursor", () =>
    Effect.gen(function* () {
      const { ask, url } = yield* World
      const { ids, filter } = yield* three("cursor")
      const [one = 0, two = 0, last = 0] = ids
      const first = yield* ask("GET", `${sites}?${filter}&start=0&limit=2&fields=id,name,bogus`)
      expect(first.body).toMatchObject({ count: null, previous: null })
      expect(rowsOf(first.body).map((row) => Object.keys(row))).toEqual([
        ["id", "name"],
        ["id", "name"]
      ])
      expect(idsOf(first.body)).toEqual([one, two])
      const next = String(fieldOf(first.body, "next"))
      expect(next).toBe(`${url}/api/${sites}?fields=id%2Cname%2Cbogus&limit=2&${filter}&start=${two + 1}`)
      const second = yield* ask("GET", next)
      expect(idsOf(second.body)).toEqual([last])
      expect(second.body).toMatchObject({ next: null })
      const exact = yield* ask("GET", `${sites}?${filter}&start=${one}&limit=3`)
      expect(fieldOf(exact.body, "next")).toContain(`start=${last + 1}`)
      expect((yield* ask("GET", `${sites}?${filter}&start=${last + 1}`)).body).toMatchObject({
        results: [],
        next: null
      })
    })
  )

  it.effect("limits beyond the largest page are clipped, what cannot be read is passed over", () =>
    Effect.gen(function* () {
      const { ask } = yield* World
      const { ids, filter } = yield* three("limit")
      for (const limit of ["0", "-1", "x", "5000"]) {
        expect([limit, idsOf((yield* ask("GET", `${sites}?${filter}&limit=${limit}`)).body)]).toEqual([limit, ids])
      }
    })
  )

  refuses(it, [
    {
      title: "a cursor has no offset",
      method: "GET",
      path: `${sites}?start=0&offset=1`,
      answer: ["'start' and 'offset' are mutually exclusive."]
    },
    {
      title: "a cursor has no ordering",
      method: "GET",
      path: `${sites}?start=0&ordering=id`,
      answer: ["Ordering cannot be specified in conjunction with cursor-based pagination."]
    },
    {
      title: "a cursor is a number",
      method: "GET",
      path: `${sites}?start=x`,
      answer: ["Invalid 'start' parameter: must be a non-negative integer."]
    },
    { title: "ids are numbers", method: "GET", path: `${sites}?id=1,2`, answer: { id: ["Enter a whole number."] } },
    {
      title: "a filter by an object that does not exist",
      method: "GET",
      path: "virtualization/virtual-machines/?cluster_id=999999999",
      answer: { cluster_id: ["Select a valid choice. 999999999 is not one of the available choices."] }
    },
    {
      title: "a filter by an unknown name",
      method: "GET",
      path: ({ name }) => `virtualization/virtual-machines/?cluster=${name("none")}`,
      answer: ({ name }) => ({
        cluster: [`Select a valid choice. ${name("none")} is not one of the available choices.`]
      })
    },
    {
      title: "a filter by an unknown tag",
      method: "GET",
      path: ({ name }) => `virtualization/virtual-machines/?tag=${name("none")}`,
      answer: ({ name }) => ({ tag: [`Select a valid choice. ${name("none")} is not one of the available choices.`] })
    },
    {
      title: "a filter by an unknown choice",
      method: "GET",
      path: "virtualization/virtual-machines/?status=zz",
      answer: { status: ["Select a valid choice. zz is not one of the available choices."] }
    },
    {
      title: "a filter by something that is no MAC",
      method: "GET",
      path: "dcim/mac-addresses/?mac_address=zz",
      answer: { mac_address: ["Invalid MAC address format: zz"] }
    },
    {
      title: "a filter by something that is no time",
      method: "GET",
      path: `${sites}?last_updated__gte=nope`,
      answer: { last_updated__gte: ["Enter a valid date/time."] }
    }
  ])

  it.effect("fields, omit and brief choose what is told", () =>
    Effect.gen(function* () {
      const { ask, fixture } = yield* World
      const path = `virtualization/virtual-machines/${fixture.machine}/`
      const keys = (query: string) => Effect.map(ask("GET", `${path}?${query}`), ({ body }) => Object.keys(body ?? {}))
      expect(yield* keys("fields=name,id,nope")).toEqual(["id", "name"])
      expect(yield* keys("brief=1")).toEqual(["id", "url", "display", "name", "description"])
      expect(yield* keys("omit=config_context,name")).not.toContain("config_context")
      expect(yield* keys("")).toEqual([
        ...[
          "id",
          "url",
          "display_url",
          "display",
          "name",
          "virtual_machine_type",
          "role",
          "status",
          "start_on_boot",
          "site"
        ],
        ...["cluster", "device", "platform", "primary_ip", "primary_ip4", "primary_ip6", "vcpus", "memory", "disk"],
        ...["description", "serial", "tenant", "owner", "comments", "tags", "local_context_data", "config_template"],
        ...["custom_fields", "created", "last_updated", "interface_count", "virtual_disk_count", "config_context"]
      ])
    })
  )

  it.effect("fields of a write are fields of its body, too", () =>
    Effect.gen(function* () {
      const { ask, fixture } = yield* World
      const path = `${sites}${fixture.site}/`
      expect((yield* ask("PATCH", `${path}?fields=id`, { description: "lost" })).body).toEqual({ id: fixture.site })
      expect((yield* ask("GET", path)).body).toMatchObject({ description: "" })
      expect((yield* ask("PATCH", `${path}?fields=id,description`, { description: "kept" })).body).toEqual({
        id: fixture.site,
        description: "kept"
      })
    })
  )

  it.effect("unknown filters are ignored, and what they would say with them", () =>
    Effect.gen(function* () {
      const { ask } = yield* World
      const { ids, filter } = yield* three("unknown")
      expect(idsOf((yield* ask("GET", `${sites}?${filter}&bogus=1&cf_bogus=2&name__bogus=3`)).body)).toEqual(ids)
    })
  )
}
