import { expect } from "@effect/vitest"
import { Effect } from "effect"
import { refuses, type It } from "./Case.ts"
import { World } from "./World.ts"

const machines = "virtualization/virtual-machines/"

const taken = (kind: string, fields: string) => ({ __all__: [`${kind} with this ${fields} already exists.`] })

/** Which two objects NetBox keeps apart, and how it says so. */
export const uniqueness = (it: It): void => {
  refuses(it, [
    {
      title: "names of machines differ by more than case, in a cluster and without tenant",
      path: machines,
      body: ({ name, fixture }) => ({ name: name("MACHINE"), cluster: fixture.cluster }),
      answer: { __all__: ["Virtual machine name must be unique per cluster and tenant."] }
    },
    {
      title: "names of devices differ by more than case, in a site and without tenant",
      path: "dcim/devices/",
      body: ({ name, fixture }) => ({
        name: name("Device"),
        device_type: fixture.deviceType,
        role: fixture.role,
        site: fixture.site
      }),
      answer: { __all__: ["Device name must be unique per site and tenant."] }
    },
    {
      title: "names of interfaces differ within a machine",
      path: "virtualization/interfaces/",
      body: ({ fixture }) => ({ virtual_machine: fixture.machine, name: "net0" }),
      answer: taken("Interface", "Virtual machine and Name")
    },
    {
      title: "names of roles differ at the top",
      path: "dcim/device-roles/",
      body: ({ name }) => ({ name: name("role"), slug: name("role") }),
      answer: {
        __all__: ["A device role with this name already exists.", "A device role with this slug already exists."]
      }
    },
    {
      title: "models differ within a manufacturer",
      path: "dcim/device-types/",
      body: ({ name }) => ({ model: name("model"), slug: name("model-2"), manufacturer: { slug: name("maker") } }),
      answer: taken("Device type", "Manufacturer and Model")
    },
    {
      title: "a taken name in the scope of a cluster is a crash",
      path: "virtualization/clusters/",
      body: ({ name, fixture }) => ({
        name: name("cluster"),
        type: fixture.clusterType,
        scope_type: "dcim.site",
        scope_id: fixture.site
      }),
      status: 500,
      answer: ({ name, fixture }) => ({
        error: `duplicate key value violates unique constraint "virtualization_cluster_unique__site_name"\nDETAIL:  Key (_site_id, name)=(${fixture.site}, ${name("cluster")}) already exists.`,
        exception: "IntegrityError",
        netbox_version: "4.7.3",
        python_version: "3.13.0"
      })
    }
  ])

  it.effect("interfaces of one machine may differ by case alone", () =>
    Effect.gen(function* () {
      const { make, fixture } = yield* World
      expect(
        yield* make("virtualization/interfaces/", { virtual_machine: fixture.machine, name: "NET0" })
      ).toMatchObject({
        name: "NET0"
      })
    })
  )

  it.effect("clusters without scope may share a name", () =>
    Effect.gen(function* () {
      const { make, name, fixture } = yield* World
      const body = { name: name("twin"), type: fixture.clusterType }
      expect((yield* make("virtualization/clusters/", body)).id).not.toBe(
        (yield* make("virtualization/clusters/", body)).id
      )
    })
  )

  it.effect("a crash takes the whole list with it, and tells no position", () =>
    Effect.gen(function* () {
      const { ask, name, fixture } = yield* World
      const scope = { type: fixture.clusterType, scope_type: "dcim.site", scope_id: fixture.site }
      const list = [
        { name: name("first"), ...scope },
        { name: name("cluster"), ...scope }
      ]
      expect(yield* ask("POST", "virtualization/clusters/", list)).toMatchObject({
        status: 500,
        body: { exception: "IntegrityError" }
      })
      expect(yield* ask("GET", `virtualization/clusters/?name=${name("first")}`)).toMatchObject({ body: { count: 0 } })
    })
  )

  it.effect("VLANs are unique in a group, and nowhere else", () =>
    Effect.gen(function* () {
      const { ask, make, name, fixture } = yield* World
      const scope = { scope_type: "virtualization.cluster", scope_id: fixture.cluster }
      const group = yield* make("ipam/vlan-groups/", { name: name("group"), slug: name("group"), ...scope })
      expect(group).toMatchObject({ scope: { id: fixture.cluster }, vid_ranges: [[1, 4094]] })
      const vlan = yield* make("ipam/vlans/", { vid: 100, name: "a", group: group.id })
      expect(vlan).toMatchObject({ display: "a (100)", site: null, status: { value: "active" } })
      expect(yield* ask("POST", "ipam/vlans/", { vid: 100, name: "b", group: group.id })).toMatchObject({
        status: 400,
        body: taken("VLAN", "Group and VLAN ID")
      })
      expect(yield* ask("POST", "ipam/vlans/", { vid: 101, name: "a", group: group.id })).toMatchObject({
        status: 400,
        body: taken("VLAN", "Group and Name")
      })
      expect(yield* ask("POST", "ipam/vlans/", { vid: 4095, name: "c", group: group.id })).toMatchObject({
        status: 400,
        body: { vid: ["Ensure this value is less than or equal to 4094."] }
      })
      const free = { vid: 100, name: name("free"), site: fixture.site }
      expect((yield* make("ipam/vlans/", free)).id).not.toBe((yield* make("ipam/vlans/", free)).id)
    })
  )

  it.effect("platforms are unique by case, types of machines without", () =>
    Effect.gen(function* () {
      const { ask, make, name } = yield* World
      yield* make("dcim/platforms/", { name: name("os"), slug: name("os") })
      yield* make("dcim/platforms/", { name: name("OS"), slug: name("OS") })
      expect(yield* ask("POST", "dcim/platforms/", { name: name("os"), slug: name("os") })).toMatchObject({
        status: 400,
        body: { __all__: ["Platform name must be unique.", "Platform slug must be unique."] }
      })
      yield* make("virtualization/virtual-machine-types/", { name: name("kvm"), slug: name("kvm") })
      const twin = { name: name("KVM"), slug: name("kvm-2") }
      expect(yield* ask("POST", "virtualization/virtual-machine-types/", twin)).toMatchObject({
        status: 400,
        body: { __all__: ["Virtual machine type name must be unique."] }
      })
    })
  )
}
