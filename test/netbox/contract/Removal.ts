import { expect } from "@effect/vitest"
import { Effect } from "effect"
import { fieldOf, idOf, idsOf, type It } from "./Case.ts"
import { World } from "./World.ts"

const statusOf = (path: string) =>
  Effect.flatMap(World, ({ ask }) => Effect.map(ask("GET", path), ({ status }) => status))

/** What goes with an object, and what forbids that it goes. */
export const removal = (it: It): void => {
  it.effect("a cluster does not go before its machines: alone the answer names them, in a list it counts them", () =>
    Effect.gen(function* () {
      const { ask, make, name, fixture } = yield* World
      const cluster = yield* make("virtualization/clusters/", { name: name("held"), type: fixture.clusterType })
      const machine = yield* make("virtualization/virtual-machines/", { name: name("holder"), cluster: cluster.id })
      const list = "virtualization/clusters/"
      expect(yield* ask("DELETE", `${list}${cluster.id}/`)).toMatchObject({
        status: 409,
        body: {
          detail: `Unable to delete object. 1 dependent objects were found: ${name("holder")} (${machine.id})`
        }
      })
      expect(yield* ask("DELETE", list, [{ id: cluster.id }])).toMatchObject({
        status: 409,
        body: {
          detail: "1 of 1 objects could not be deleted.",
          errors: [
            { id: cluster.id, errors: { __all__: ["Unable to delete: 1 dependent object(s) prevent deletion."] } }
          ]
        }
      })
      expect((yield* ask("DELETE", `virtualization/virtual-machines/${machine.id}/`)).status).toBe(204)
      expect((yield* ask("DELETE", list, [{ id: cluster.id }])).status).toBe(204)
    })
  )

  it.effect("a list with one protected object deletes none", () =>
    Effect.gen(function* () {
      const { ask, make, name, fixture } = yield* World
      const free = yield* make("virtualization/cluster-types/", { name: name("free"), slug: name("free") })
      const list = [{ id: free.id }, { id: fixture.clusterType }]
      expect(yield* ask("DELETE", "virtualization/cluster-types/", list)).toMatchObject({
        status: 409,
        body: { detail: "1 of 2 objects could not be deleted.", errors: [{ id: fixture.clusterType }] }
      })
      expect(yield* statusOf(`virtualization/cluster-types/${free.id}/`)).toBe(200)
    })
  )

  it.effect("what is in use stays: roles, types, tenants, platforms do not all forbid it", () =>
    Effect.gen(function* () {
      const { ask, make, name, fixture } = yield* World
      const tenant = yield* make("tenancy/tenants/", { name: name("tenant"), slug: name("tenant") })
      const platform = yield* make("dcim/platforms/", { name: name("debian"), slug: name("debian") })
      const type = yield* make("virtualization/virtual-machine-types/", { name: name("lxc"), slug: name("lxc") })
      const machine = yield* make("virtualization/virtual-machines/", {
        name: name("user"),
        cluster: fixture.cluster,
        role: fixture.role,
        tenant: tenant.id,
        platform: platform.id,
        virtual_machine_type: type.id
      })
      for (const path of [
        `dcim/device-roles/${fixture.role}/`,
        `tenancy/tenants/${tenant.id}/`,
        `virtualization/virtual-machine-types/${type.id}/`,
        `dcim/sites/${fixture.site}/`,
        `dcim/device-types/${fixture.deviceType}/`
      ]) {
        expect([path, (yield* ask("DELETE", path)).status]).toEqual([path, 409])
      }
      expect((yield* ask("DELETE", `dcim/platforms/${platform.id}/`)).status).toBe(204)
      expect((yield* ask("GET", `virtualization/virtual-machines/${machine.id}/`)).body).toMatchObject({
        platform: null
      })
    })
  )

  it.effect("interfaces, addresses, MACs and disks go with their machine", () =>
    Effect.gen(function* () {
      const { ask, make, name, ip, mac, fixture } = yield* World
      const machine = yield* make("virtualization/virtual-machines/", { name: name("whole"), cluster: fixture.cluster })
      const nic = yield* make("virtualization/interfaces/", {
        virtual_machine: machine.id,
        name: "net0",
        mac_address: mac(60)
      })
      const address = yield* make("ipam/ip-addresses/", {
        address: ip(60),
        assigned_object_type: "virtualization.vminterface",
        assigned_object_id: nic.id
      })
      const disk = yield* make("virtualization/virtual-disks/", { virtual_machine: machine.id, name: "scsi0", size: 1 })
      yield* ask("PATCH", `virtualization/virtual-machines/${machine.id}/`, { primary_ip4: address.id })
      expect((yield* ask("DELETE", "virtualization/virtual-machines/", [{ id: machine.id }])).status).toBe(204)
      const gone = [
        `virtualization/virtual-machines/${machine.id}/`,
        `virtualization/interfaces/${nic.id}/`,
        `virtualization/virtual-disks/${disk.id}/`,
        `ipam/ip-addresses/${address.id}/`,
        `dcim/mac-addresses/${idOf(nic["primary_mac_address"])}/`
      ]
      expect(yield* Effect.forEach(gone, statusOf)).toEqual(gone.map(() => 404))
    })
  )

  it.effect("interfaces go with their device, which machines keep", () =>
    Effect.gen(function* () {
      const { ask, make, name, fixture } = yield* World
      const device = yield* make("dcim/devices/", {
        name: name("kept"),
        device_type: fixture.deviceType,
        role: fixture.role,
        site: fixture.site,
        cluster: fixture.cluster
      })
      const nic = yield* make("dcim/interfaces/", { device: device.id, name: "eth0", type: "other" })
      const machine = yield* make("virtualization/virtual-machines/", {
        name: name("keeper"),
        cluster: fixture.cluster,
        device: device.id
      })
      expect((yield* ask("DELETE", `dcim/devices/${device.id}/`)).status).toBe(409)
      yield* ask("PATCH", `virtualization/virtual-machines/${machine.id}/`, { device: null })
      expect((yield* ask("DELETE", `dcim/devices/${device.id}/`)).status).toBe(204)
      expect(yield* statusOf(`dcim/interfaces/${nic.id}/`)).toBe(404)
    })
  )

  it.effect("a tag leaves its objects, a VLAN its interfaces", () =>
    Effect.gen(function* () {
      const { ask, make, name, fixture } = yield* World
      const tag = yield* make("extras/tags/", { name: name("brief"), slug: name("brief") })
      const vlan = yield* make("ipam/vlans/", { vid: 30, name: name("brief") })
      const path = `virtualization/interfaces/${fixture.nic}/`
      yield* ask("PATCH", path, { add_tags: [tag.id], mode: "tagged", untagged_vlan: vlan.id, tagged_vlans: [vlan.id] })
      expect((yield* ask("DELETE", `extras/tags/${tag.id}/`)).status).toBe(204)
      expect((yield* ask("DELETE", `ipam/vlans/${vlan.id}/`)).status).toBe(204)
      const { body } = yield* ask("GET", path)
      expect([fieldOf(body, "tags"), fieldOf(body, "untagged_vlan"), idsOf(fieldOf(body, "tagged_vlans"))]).toEqual([
        [],
        null,
        []
      ])
    })
  )
}
