import { expect } from "@effect/vitest"
import { Effect } from "effect"
import type { JsonObject } from "../../../src/domain/Json.ts"
import { fieldOf, idOf, refuses, rowsOf, type It } from "./Case.ts"
import { World } from "./World.ts"

const nics = "virtualization/interfaces/"
const macs = "dcim/mac-addresses/"

/** A machine with one interface. */
const machine = (label: string, more: JsonObject = {}) =>
  Effect.gen(function* () {
    const { make, name, fixture } = yield* World
    const made = yield* make("virtualization/virtual-machines/", { name: name(label), cluster: fixture.cluster })
    return yield* make(nics, { virtual_machine: made.id, name: "net0", ...more })
  })

/** Interfaces, their VLANs and their MACs. */
export const interfaces = (it: It): void => {
  refuses(it, [
    {
      title: "an interface's MTU has bounds",
      path: nics,
      body: ({ fixture }) => ({ virtual_machine: fixture.machine, name: "x", mtu: 65537 }),
      answer: { mtu: ["Ensure this value is less than or equal to 65536."] }
    },
    {
      title: "an interface's MAC is a MAC",
      path: nics,
      body: ({ fixture }) => ({ virtual_machine: fixture.machine, name: "x", mac_address: "zz" }),
      answer: { mac_address: ["Enter a valid MAC address (e.g. 00:11:22:33:44:55)."] }
    },
    {
      title: "an interface's MAC is not blank",
      path: nics,
      body: ({ fixture }) => ({ virtual_machine: fixture.machine, name: "x", mac_address: "" }),
      answer: { mac_address: ["This field may not be blank."] }
    },
    {
      title: "a MAC is a MAC",
      path: macs,
      body: () => ({ mac_address: "nope" }),
      answer: { mac_address: ["Invalid MAC address format: nope"] }
    },
    {
      title: "an interface is not its own bridge",
      method: "PATCH",
      path: ({ fixture }) => `${nics}${fixture.nic}/`,
      body: ({ fixture }) => ({ bridge: fixture.nic }),
      answer: { bridge: ["An interface cannot be bridged to itself."] }
    },
    {
      title: "physical interfaces have no parent",
      path: "dcim/interfaces/",
      body: ({ fixture }) => ({ device: fixture.device, name: "x", type: "other", lag: 999999999 }),
      answer: { lag: ["Related object not found using the provided numeric ID: 999999999"] }
    }
  ])

  it.effect("a bridge belongs to the same machine", () =>
    Effect.gen(function* () {
      const { ask, name, fixture } = yield* World
      const other = yield* machine("bridged")
      expect(yield* ask("PATCH", `${nics}${fixture.nic}/`, { bridge: other.id })).toMatchObject({
        status: 400,
        body: {
          bridge: [`The selected bridge interface (net0) belongs to a different virtual machine (${name("bridged")}).`]
        }
      })
    })
  )

  it.effect("an interface's MAC is found or made, and becomes primary", () =>
    Effect.gen(function* () {
      const { ask, mac } = yield* World
      const made = yield* machine("mac", { mac_address: mac(1).toLowerCase().replaceAll(":", "-") })
      const path = `${nics}${made.id}/`
      expect(made).toMatchObject({
        mac_address: mac(1),
        primary_mac_address: { mac_address: mac(1), display: mac(1) },
        mac_addresses: [{ mac_address: mac(1) }]
      })
      const first = idOf(made["primary_mac_address"])
      const changed = yield* ask("PATCH", path, { mac_address: mac(2) })
      expect(changed.body).toMatchObject({
        mac_address: mac(2),
        mac_addresses: [{ id: first, mac_address: mac(1) }, { mac_address: mac(2) }]
      })
      expect((yield* ask("PATCH", path, { mac_address: null })).body).toMatchObject({
        mac_address: null,
        primary_mac_address: null
      })
      expect((yield* ask("PATCH", path, { mac_address: mac(1) })).body).toMatchObject({
        primary_mac_address: { id: first }
      })
    })
  )

  it.effect("MACs repeat; a primary one stays on its interface, but may be deleted", () =>
    Effect.gen(function* () {
      const { ask, make, mac } = yield* World
      const one = yield* machine("mac-a", { mac_address: mac(9) })
      const two = yield* machine("mac-b")
      const on = { assigned_object_type: "virtualization.vminterface", assigned_object_id: two.id }
      const loose = yield* make(macs, { mac_address: mac(9), ...on })
      expect(loose).toMatchObject({
        is_primary: false,
        assigned_object_type: "virtualization.vminterface",
        assigned_object: { id: two.id, name: "net0" }
      })
      const primary = idOf(one["primary_mac_address"])
      expect(yield* ask("PATCH", `${macs}${primary}/`, on)).toMatchObject({
        status: 400,
        body: { __all__: ["Cannot reassign MAC Address while it is designated as the primary MAC for an object"] }
      })
      const off = { assigned_object_type: null, assigned_object_id: null }
      expect(yield* ask("PATCH", `${macs}${primary}/`, off)).toMatchObject({
        status: 400,
        body: { __all__: ["Cannot unassign MAC Address while it is designated as the primary MAC for an object"] }
      })
      expect((yield* ask("DELETE", `${macs}${primary}/`)).status).toBe(204)
      expect((yield* ask("GET", `${nics}${one.id}/`)).body).toMatchObject({
        mac_address: null,
        primary_mac_address: null
      })
    })
  )

  it.effect("primary_mac_address takes a MAC of the interface", () =>
    Effect.gen(function* () {
      const { ask, make, mac } = yield* World
      const nic = yield* machine("mac-c")
      const path = `${nics}${nic.id}/`
      const free = yield* make(macs, { mac_address: mac(20) })
      expect(yield* ask("PATCH", path, { primary_mac_address: free.id })).toMatchObject({
        status: 400,
        body: { __all__: ["Only a MAC address assigned to this interface can be its primary MAC address."] }
      })
      const on = { assigned_object_type: "virtualization.vminterface", assigned_object_id: nic.id }
      expect((yield* ask("PATCH", `${macs}${free.id}/`, on)).status).toBe(200)
      expect(yield* ask("PATCH", path, { primary_mac_address: free.id })).toMatchObject({
        status: 200,
        body: { mac_address: mac(20) }
      })
    })
  )

  it.effect("VLANs follow the mode", () =>
    Effect.gen(function* () {
      const { ask, make, name, fixture } = yield* World
      const nic = yield* machine("vlan")
      const here = yield* make("ipam/vlans/", { vid: 10, name: name("here"), site: fixture.site })
      const everywhere = yield* make("ipam/vlans/", { vid: 11, name: name("everywhere") })
      const far = yield* make("ipam/vlans/", { vid: 12, name: name("far"), site: fixture.otherSite })
      const patch = (body: JsonObject) =>
        ask("PATCH", `${nics}${nic.id}/`, body).pipe(
          Effect.map((answer) => ({
            status: answer.status,
            mode: fieldOf(fieldOf(answer.body, "mode"), "value"),
            untagged: fieldOf(fieldOf(answer.body, "untagged_vlan"), "vid"),
            tagged: rowsOf(fieldOf(answer.body, "tagged_vlans")).map((vlan) => vlan["vid"])
          }))
        )
      expect(yield* patch({ untagged_vlan: here.id })).toMatchObject({ status: 200, untagged: null })
      expect(yield* patch({ mode: "access", untagged_vlan: here.id })).toMatchObject({ mode: "access", untagged: 10 })
      expect(yield* patch({ mode: "tagged", tagged_vlans: [everywhere.id, here.id] })).toMatchObject({
        mode: "tagged",
        untagged: 10,
        tagged: [10, 11]
      })
      expect(yield* patch({ mode: null })).toEqual({ status: 200, mode: null, untagged: null, tagged: [] })
      const label = `${name("far")} (12)`
      expect(yield* ask("PATCH", `${nics}${nic.id}/`, { mode: "access", untagged_vlan: far.id })).toMatchObject({
        status: 400,
        body: {
          untagged_vlan: [
            `The untagged VLAN (${label}) must belong to the same site as the interface's parent virtual machine, or it must be global.`
          ]
        }
      })
      expect(yield* ask("PATCH", `${nics}${nic.id}/`, { mode: "tagged", tagged_vlans: [far.id] })).toMatchObject({
        status: 400,
        body: {
          tagged_vlans: [
            `VLAN ${label} must belong to the same site as the interface's parent virtual machine, or it must be global.`
          ]
        }
      })
    })
  )

  it.effect("interfaces of devices refuse VLANs that their mode does not take", () =>
    Effect.gen(function* () {
      const { ask, make, name, fixture } = yield* World
      const nic = yield* make("dcim/interfaces/", { device: fixture.device, name: "eth0", type: "other" })
      const vlan = yield* make("ipam/vlans/", { vid: 20, name: name("device-vlan") })
      const path = `dcim/interfaces/${nic.id}/`
      expect(yield* ask("PATCH", path, { untagged_vlan: vlan.id, tagged_vlans: [vlan.id] })).toMatchObject({
        status: 400,
        body: {
          untagged_vlan: ["Interface mode does not support untagged vlan"],
          tagged_vlans: ["Interface mode does not support tagged vlans"]
        }
      })
      expect((yield* ask("PATCH", path, { mode: "tagged", tagged_vlans: [vlan.id] })).status).toBe(200)
    })
  )

  it.effect("bonds, bridges and sub-interfaces of a device", () =>
    Effect.gen(function* () {
      const { ask, make, fixture } = yield* World
      const nic = (name: string, type: string) => make("dcim/interfaces/", { device: fixture.device, name, type })
      const [port, bond, sub] = [
        yield* nic("eno1", "other"),
        yield* nic("bond0", "lag"),
        yield* nic("bond0.5", "virtual")
      ]
      const patch = (id: number, body: JsonObject) => ask("PATCH", `dcim/interfaces/${id}/`, body)
      expect(yield* patch(port.id, { lag: bond.id })).toMatchObject({ status: 200, body: { lag: { id: bond.id } } })
      expect(yield* patch(sub.id, { parent: bond.id })).toMatchObject({
        status: 200,
        body: { parent: { id: bond.id } }
      })
      expect(yield* patch(sub.id, { lag: bond.id })).toMatchObject({
        status: 400,
        body: { lag: ["Virtual interfaces cannot have a parent LAG interface."] }
      })
      expect(yield* patch(port.id, { parent: bond.id })).toMatchObject({
        status: 400,
        body: {
          parent: [
            "Only virtual interfaces, or a channel subinterface with a channel ID assigned, may be assigned to a parent interface."
          ]
        }
      })
      expect((yield* ask("DELETE", `dcim/interfaces/${bond.id}/`)).status).toBe(409)
    })
  )
}
