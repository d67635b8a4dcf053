import { expect } from "@effect/vitest"
import { Effect } from "effect"
import type { JsonObject } from "../../../src/domain/Json.ts"
import { changesOf, fieldOf, idOf, idsOf, refuses, rowsOf, type It } from "./Case.ts"
import { World } from "./World.ts"

const nics = "dcim/interfaces/"
const macs = "dcim/mac-addresses/"
const addresses = "ipam/ip-addresses/"

/** Interfaces of a device of their own, by name. */
const host = (label: string, types: { readonly [name: string]: string }) =>
  Effect.gen(function* () {
    const { make, name, fixture } = yield* World
    const { id: device } = yield* make("dcim/devices/", {
      name: name(label),
      device_type: fixture.deviceType,
      role: fixture.role,
      site: fixture.site
    })
    const ids: { [name: string]: number } = {}
    for (const [nic, type] of Object.entries(types)) {
      ids[nic] = (yield* make(nics, { device, name: nic, type })).id
    }
    return { device, id: (nic: string) => ids[nic] ?? -1 }
  })

const patch = (id: number, body: JsonObject) => Effect.flatMap(World, ({ ask }) => ask("PATCH", `${nics}${id}/`, body))

const taken = (field: string, message: string) => ({ status: 400, body: { [field]: [message] } })

/** Bonds, bridges and sub-interfaces of devices, what is plugged in, and what hangs on them. */
export const nodeInterfaces = (it: It): void => {
  refuses(it, [
    {
      title: "an interface of a device has a type",
      path: nics,
      body: ({ fixture }) => ({ device: fixture.device, name: "x" }),
      answer: { type: ["This field is required."] }
    },
    {
      title: "there are no loopbacks",
      path: nics,
      body: ({ fixture }) => ({ device: fixture.device, name: "x", type: "loopback" }),
      answer: { type: ["loopback is not a valid choice."] }
    },
    {
      title: "what has no plug is not connected",
      path: nics,
      body: ({ fixture }) => ({ device: fixture.device, name: "x", type: "virtual", mark_connected: true }),
      answer: { mark_connected: ["Virtual interfaces cannot be marked as connected."] }
    }
  ])

  it.effect("an interface in use says so, and gets no type without a plug", () =>
    Effect.gen(function* () {
      const { ask } = yield* World
      const { device, id } = yield* host("plugged", { eno1: "other", eno2: "other" })
      expect(yield* patch(id("eno1"), { mark_connected: true })).toMatchObject({
        status: 200,
        body: { _occupied: true }
      })
      for (const [type, label] of [
        ["virtual", "Virtual"],
        ["bridge", "Bridge"],
        ["lag", "Link Aggregation Group (LAG)"]
      ] as const) {
        const message = `${label} interfaces cannot be marked as connected.`
        expect(yield* patch(id("eno1"), { type })).toMatchObject(taken("mark_connected", message))
      }
      expect((yield* patch(id("eno1"), { type: "1000base-t", enabled: false, mtu: 9000 })).status).toBe(200)
      const lean = yield* ask("GET", `${nics}?device_id=${device}&fields=id,name,_occupied`)
      expect(rowsOf(lean.body)).toEqual([
        { id: id("eno1"), name: "eno1", _occupied: true },
        { id: id("eno2"), name: "eno2", _occupied: false }
      ])
      expect((yield* ask("DELETE", nics, [{ id: id("eno1") }])).status).toBe(204)
    })
  )

  it.effect("interfaces hang together within their device only, and none with itself", () =>
    Effect.gen(function* () {
      const { name } = yield* World
      const { id } = yield* host("knot", {
        eno1: "other",
        bond0: "lag",
        vmbr0: "bridge",
        "bond0.5": "virtual",
        "vmbr0.7": "virtual"
      })
      const other = yield* host("elsewhere", { bond9: "lag" })
      const away = other.id("bond9")
      expect((yield* patch(id("bond0"), { bridge: id("vmbr0") })).status).toBe(200)
      expect((yield* patch(id("eno1"), { lag: id("bond0"), bridge: id("vmbr0") })).status).toBe(200)
      expect((yield* patch(id("bond0.5"), { parent: id("bond0"), bridge: id("vmbr0") })).status).toBe(200)
      expect((yield* patch(id("vmbr0.7"), { parent: id("vmbr0") })).status).toBe(200)
      expect((yield* patch(id("vmbr0"), { bridge: id("bond0") })).status).toBe(200)
      expect(yield* patch(id("bond0"), { parent: id("vmbr0") })).toMatchObject({ status: 400 })
      expect(yield* patch(id("bond0.5"), { type: "other" })).toMatchObject({ status: 400 })
      expect(yield* patch(id("bond0"), { lag: id("bond0") })).toMatchObject(
        taken("lag", "A LAG interface cannot be its own parent.")
      )
      expect(yield* patch(id("eno1"), { bridge: id("eno1") })).toMatchObject(
        taken("bridge", "An interface cannot be bridged to itself.")
      )
      expect(yield* patch(id("bond0.5"), { parent: id("bond0.5") })).toMatchObject(
        taken("parent", "An interface cannot be its own parent.")
      )
      const owner = `belongs to a different device (${name("elsewhere")})`
      expect(yield* patch(id("eno1"), { lag: away })).toMatchObject(
        taken("lag", `The selected LAG interface (bond9) ${owner}.`)
      )
      expect(yield* patch(id("eno1"), { bridge: away })).toMatchObject(
        taken("bridge", `The selected bridge interface (bond9) ${owner}.`)
      )
      expect(yield* patch(id("bond0.5"), { parent: away })).toMatchObject(
        taken("parent", `The selected parent interface (bond9) ${owner}`)
      )
    })
  )

  it.effect("a VLAN-aware bridge takes all VLANs, and then names none", () =>
    Effect.gen(function* () {
      const { make, name } = yield* World
      const { id } = yield* host("aware", { vmbr0: "bridge" })
      const vlan = yield* make("ipam/vlans/", { vid: 77, name: name("aware") })
      expect(yield* patch(id("vmbr0"), { mode: "tagged", tagged_vlans: [vlan.id] })).toMatchObject({ status: 200 })
      const all = yield* patch(id("vmbr0"), { mode: "tagged-all", untagged_vlan: null, tagged_vlans: [] })
      expect(all).toMatchObject({ status: 200, body: { mode: { value: "tagged-all" }, tagged_vlans: [] } })
      const none = yield* patch(id("vmbr0"), { mode: null, untagged_vlan: null, tagged_vlans: [] })
      expect(none).toMatchObject({ status: 200, body: { mode: null } })
    })
  )

  it.effect("a list may hold sub-interfaces with what they stand on, but not always three levels of them", () =>
    Effect.gen(function* () {
      const { ask } = yield* World
      const types = { a: "virtual", b: "virtual", c: "virtual" }
      const two = yield* host("two-levels", types)
      yield* patch(two.id("b"), { parent: two.id("a") })
      expect((yield* ask("DELETE", nics, [{ id: two.id("a") }, { id: two.id("b") }])).status).toBe(204)
      const three = yield* host("three-levels", types)
      yield* patch(three.id("c"), { parent: three.id("b") })
      yield* patch(three.id("b"), { parent: three.id("a") })
      const list = ["a", "b", "c"].map((name) => ({ id: three.id(name) }))
      expect((yield* ask("DELETE", `${nics}${three.id("a")}/`)).status).toBe(409)
      const refused = yield* ask("DELETE", nics, list)
      expect(refused.status).toBe(409)
      expect(rowsOf(fieldOf(refused.body, "errors")).map(idOf)).toContain(three.id("a"))
      expect((yield* ask("DELETE", nics, [{ id: three.id("c") }])).status).toBe(204)
      expect((yield* ask("DELETE", nics, list.slice(0, 2))).status).toBe(204)
    })
  )

  it.effect("members are let go when their bond or bridge goes, with a row in the change log", () =>
    Effect.gen(function* () {
      const { ask } = yield* World
      const { id } = yield* host("members", { eno1: "other", bond0: "lag", vmbr0: "bridge" })
      const before = yield* patch(id("eno1"), { lag: id("bond0"), bridge: id("vmbr0") })
      const gone = yield* ask("DELETE", nics, [{ id: id("bond0") }, { id: id("vmbr0") }])
      expect(gone.status).toBe(204)
      const after = yield* ask("GET", `${nics}${id("eno1")}/`)
      expect(after.body).toMatchObject({ lag: null, bridge: null })
      expect(fieldOf(after.body, "last_updated")).not.toBe(fieldOf(before.body, "last_updated"))
      const rows = yield* changesOf(gone.headers)
      expect(rows.filter((row) => row.id === id("eno1")).map(({ action }) => action)).toEqual(["update", "update"])
    })
  )

  it.effect("MACs and addresses are found by the interface of a device, not by that of a machine", () =>
    Effect.gen(function* () {
      const { ask, make, mac, ip } = yield* World
      const { id } = yield* host("found", { eno1: "other", eno2: "other" })
      const on = (nic: string) => ({ assigned_object_type: "dcim.interface", assigned_object_id: id(nic) })
      const address = yield* make(macs, { mac_address: mac(70), ...on("eno1") })
      const host4 = yield* make(addresses, { address: ip(70), ...on("eno1") })
      const list = (path: string) => Effect.map(ask("GET", path), ({ body }) => idsOf(body))
      expect(yield* list(`${macs}?interface_id=${id("eno1")}&mac_address=${mac(70)}`)).toEqual([address.id])
      expect(yield* list(`${macs}?interface_id=${id("eno2")}&mac_address=${mac(70)}`)).toEqual([])
      expect(yield* list(`${macs}?vminterface_id=${id("eno1")}&mac_address=${mac(70)}`)).toEqual([])
      expect(yield* list(`${addresses}?interface_id=${id("eno1")}&address=${ip(70)}`)).toEqual([host4.id])
      expect(yield* list(`${addresses}?vminterface_id=${id("eno1")}&address=${ip(70)}`)).toEqual([])
      expect(yield* patch(id("eno2"), { primary_mac_address: address.id })).toMatchObject(
        taken("__all__", `MAC address ${mac(70)} is assigned to a different interface (eno1).`)
      )
      expect((yield* patch(id("eno1"), { primary_mac_address: address.id })).status).toBe(200)
      expect((yield* patch(id("eno1"), { name: "nic0" })).body).toMatchObject({ mac_address: mac(70) })
    })
  )

  it.effect("a primary address moves within its device, and not beyond", () =>
    Effect.gen(function* () {
      const { ask, make, ip } = yield* World
      const { device, id } = yield* host("primary", { vmbr0: "bridge", vmbr1: "bridge" })
      const other = yield* host("beyond", { vmbr0: "bridge" })
      const on = (at: number) => ({ assigned_object_type: "dcim.interface", assigned_object_id: at })
      const address = yield* make(addresses, { address: ip(80), ...on(id("vmbr0")) })
      const set = (at: number) => ask("PATCH", `dcim/devices/${at}/`, { primary_ip4: address.id })
      expect(yield* set(other.device)).toMatchObject({ status: 400 })
      expect((yield* set(device)).status).toBe(200)
      expect((yield* ask("PATCH", `${addresses}${address.id}/`, on(id("vmbr1")))).status).toBe(200)
      expect(yield* ask("PATCH", `${addresses}${address.id}/`, on(other.id("vmbr0")))).toMatchObject({
        status: 400,
        body: {
          __all__: ["Cannot reassign IP address while it is designated as the primary IP for the parent object"]
        }
      })
      const gone = yield* ask("DELETE", nics, [{ id: id("vmbr1") }])
      expect(gone.status).toBe(204)
      expect((yield* ask("GET", `${addresses}${address.id}/`)).status).toBe(404)
      expect((yield* ask("GET", `dcim/devices/${device}/`)).body).toMatchObject({ primary_ip4: null })
    })
  )
}
