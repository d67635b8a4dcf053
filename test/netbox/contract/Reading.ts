import { expect } from "@effect/vitest"
import { Effect } from "effect"
import { fieldOf, idsOf, refuses, rowsOf, type It } from "./Case.ts"
import { World } from "./World.ts"

const sites = "dcim/sites/"

/** Three sites of which only the last letter differs. */
const three = (label: string) =>
  Effect.gen(function* () {
    const { ask, name } = yield* World
    const list = ["1", "2", "3"].map((digit) => ({ name: name(`${label}${digit}`), slug: name(`${label}${digit}`) }))
    return { ids: idsOf((yield* ask("POST", sites, list)).body), filter: `name__isw=${name(label)}` }
  })

/** Lists: pages, fields, filters. */
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

  it.effect("filters by id, name and slug", () =>
    Effect.gen(function* () {
      const { ask, name } = yield* World
      const { ids } = yield* three("by")
      const [one = 0, two = 0, last = 0] = ids
      const found = (path: string, query: string) =>
        Effect.map(ask("GET", `${path}?${query}&ordering=id`), ({ body }) => idsOf(body))
      expect(yield* found(sites, `id=${one}&id=${last}`)).toEqual([one, last])
      expect(yield* found(sites, `id__gte=${two}&id__lt=${last}`)).toEqual([two])
      expect(yield* found(sites, `slug=${name("by1")}&slug=${name("by2")}`)).toEqual([one, two])
      expect(yield* found(sites, `slug=${name("BY1")}`)).toEqual([])
      expect(yield* found(sites, `name=${name("BY1")}`)).toEqual([])
      expect(yield* found(sites, `name__ie=${name("BY1")}`)).toEqual([one])
      expect(yield* found(sites, `name__ic=${name("BY")}`)).toEqual(ids)
      expect(yield* found(sites, `q=${name("by2")}`)).toEqual([two])
      expect(idsOf((yield* ask("GET", `${sites}?name__isw=${name("by")}&ordering=-name`)).body)).toEqual([
        last,
        two,
        one
      ])
    })
  )

  it.effect("names of machines and devices are filtered without case, those of interfaces with it", () =>
    Effect.gen(function* () {
      const { ask, name, fixture } = yield* World
      const found = (query: string) => Effect.map(ask("GET", query), ({ body }) => idsOf(body))
      expect(yield* found(`virtualization/virtual-machines/?name=${name("MACHINE")}`)).toEqual([fixture.machine])
      expect(yield* found(`dcim/devices/?name=${name("DEVICE")}`)).toEqual([fixture.device])
      const nics = `virtualization/interfaces/?virtual_machine_id=${fixture.machine}`
      expect(yield* found(`${nics}&name=net0`)).toEqual([fixture.nic])
      expect(yield* found(`${nics}&name=Net0`)).toEqual([])
      expect(yield* found(`virtualization/interfaces/?virtual_machine=${name("machine")}&name=net0`)).toEqual([
        fixture.nic
      ])
    })
  )

  it.effect("filters by what is referred to", () =>
    Effect.gen(function* () {
      const { ask, make, name, fixture } = yield* World
      const cluster = yield* make("virtualization/clusters/", { name: name("filter"), type: fixture.clusterType })
      const machine = yield* make("virtualization/virtual-machines/", {
        name: name("filter"),
        cluster: cluster.id,
        tags: [fixture.tag]
      })
      const found = (query: string) =>
        Effect.map(ask("GET", `virtualization/virtual-machines/?${query}`), ({ body }) => idsOf(body))
      expect(yield* found(`cluster_id=${cluster.id}`)).toEqual([machine.id])
      expect(yield* found(`cluster=${name("filter")}`)).toEqual([machine.id])
      expect(yield* found(`cluster_id=${cluster.id}&cluster_id=${fixture.cluster}`)).toContain(fixture.machine)
      expect(yield* found(`cluster_id=${cluster.id}&site_id=${fixture.site}`)).toEqual([])
      expect(yield* found(`cluster_id=${cluster.id}&role_id=null`)).toEqual([machine.id])
      expect(yield* found(`cluster_id=${cluster.id}&status=active&status=offline`)).toEqual([machine.id])
      expect(yield* found(`cluster_id=${cluster.id}&status=offline`)).toEqual([])
      expect(yield* found(`cluster_id=${cluster.id}&tag=${name("tag")}`)).toEqual([machine.id])
      expect(yield* found(`cluster_id=${cluster.id}&tag_id=${fixture.tag}`)).toEqual([machine.id])
      expect(yield* found(`cluster_id=${fixture.cluster}&tag=${name("tag")}`)).not.toContain(machine.id)
    })
  )

  it.effect("addresses are found by host, with mask exactly, and by what they are assigned to", () =>
    Effect.gen(function* () {
      const { ask, make, ip, fixture } = yield* World
      const made = yield* make("ipam/ip-addresses/", {
        address: ip(90),
        assigned_object_type: "virtualization.vminterface",
        assigned_object_id: fixture.nic
      })
      const host = ip(90).replace("/24", "")
      const found = (query: string) => Effect.map(ask("GET", `ipam/ip-addresses/?${query}`), ({ body }) => idsOf(body))
      expect(yield* found(`address=${host}`)).toEqual([made.id])
      expect(yield* found(`address=${ip(90)}`)).toEqual([made.id])
      expect(yield* found(`address=${ip(90, 32)}`)).toEqual([])
      expect(yield* found(`address=${ip(91)}&address=${host}`)).toEqual([made.id])
      expect(yield* found("address=bogus")).toEqual([])
      expect(yield* found(`vminterface_id=${fixture.nic}&address=${host}`)).toEqual([made.id])
      expect(yield* found(`virtual_machine_id=${fixture.machine}&address=${host}`)).toEqual([made.id])
      expect(yield* found("virtual_machine_id=999999999")).toEqual([])
      expect(yield* found(`assigned_object_type=virtualization.vminterface&address=${host}`)).toEqual([made.id])
      expect(yield* found(`assigned_object_type=dcim.interface&address=${host}`)).toEqual([])
      expect(yield* found(`assigned_object_id=${fixture.nic}&address=${host}`)).toEqual([made.id])
    })
  )

  it.effect("MACs are found in any notation, and by them their interfaces and machines", () =>
    Effect.gen(function* () {
      const { ask, make, name, mac, fixture } = yield* World
      const machine = yield* make("virtualization/virtual-machines/", {
        name: name("by-mac"),
        cluster: fixture.cluster
      })
      const nic = yield* make("virtualization/interfaces/", {
        virtual_machine: machine.id,
        name: "net0",
        mac_address: mac(95)
      })
      const found = (query: string) => Effect.map(ask("GET", query), ({ body }) => idsOf(body))
      const dashed = mac(95).toLowerCase().replaceAll(":", "-")
      const own = yield* found(`dcim/mac-addresses/?mac_address=${dashed}`)
      expect(own).toHaveLength(1)
      expect(yield* found(`dcim/mac-addresses/?vminterface_id=${nic.id}`)).toEqual(own)
      expect(yield* found(`virtualization/interfaces/?mac_address=${mac(95)}`)).toEqual([nic.id])
      expect(yield* found(`virtualization/virtual-machines/?mac_address=${mac(95)}`)).toEqual([machine.id])
    })
  )

  it.effect("VLANs are found by id, group and site", () =>
    Effect.gen(function* () {
      const { ask, make, name, fixture } = yield* World
      const scope = { scope_type: "virtualization.cluster", scope_id: fixture.cluster }
      const group = yield* make("ipam/vlan-groups/", { name: name("by-vid"), slug: name("by-vid"), ...scope })
      const grouped = yield* make("ipam/vlans/", { vid: 40, name: name("v40"), group: group.id })
      const sited = yield* make("ipam/vlans/", { vid: 41, name: name("v41"), site: fixture.site })
      const found = (query: string) => Effect.map(ask("GET", `ipam/${query}`), ({ body }) => idsOf(body))
      expect(yield* found(`vlans/?group_id=${group.id}`)).toEqual([grouped.id])
      expect(yield* found(`vlans/?group_id=${group.id}&vid=41`)).toEqual([])
      expect(yield* found(`vlans/?vid=40&name=${name("v40")}&site_id=null`)).toEqual([grouped.id])
      expect(yield* found(`vlans/?vid=41&site_id=${fixture.site}`)).toEqual([sited.id])
      expect(
        yield* found(
          `vlan-groups/?scope_type=virtualization.cluster&scope_id=${fixture.cluster}&name=${name("by-vid")}`
        )
      ).toEqual([group.id])
    })
  )

  it.effect("rows changed since a time", () =>
    Effect.gen(function* () {
      const { ask } = yield* World
      const { ids, filter } = yield* three("since")
      const [one = 0] = ids
      const { body } = yield* ask("PATCH", `${sites}${one}/`, { description: "later" })
      const since = encodeURIComponent(String(fieldOf(body, "last_updated")))
      expect(idsOf((yield* ask("GET", `${sites}?${filter}&last_updated__gte=${since}`)).body)).toEqual([one])
      expect(idsOf((yield* ask("GET", `${sites}?${filter}&last_updated__lt=${since}`)).body)).toEqual(ids.slice(1))
    })
  )
}
