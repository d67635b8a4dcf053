import { expect } from "@effect/vitest"
import { Effect } from "effect"
import { fieldOf, idsOf, type It } from "./Case.ts"
import { three } from "./ThreeSites.ts"
import { World } from "./World.ts"

const sites = "dcim/sites/"

/** What lists can be asked for. */
export const filters = (it: It): void => {
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
