import { expect } from "@effect/vitest"
import { Effect } from "effect"
import type { JsonObject } from "../../../src/domain/Json.ts"
import { fieldOf, refuses, type It } from "./Case.ts"
import { World } from "./World.ts"

const machines = "virtualization/virtual-machines/"
const disks = "virtualization/virtual-disks/"

/** A second site with a cluster and a device of its own. */
const elsewhere = (label: string) =>
  Effect.gen(function* () {
    const { make, name, fixture } = yield* World
    const cluster = yield* make("virtualization/clusters/", {
      name: name(`${label}-cluster`),
      type: fixture.clusterType
    })
    const device = yield* make("dcim/devices/", {
      name: name(`${label}-device`),
      device_type: fixture.deviceType,
      role: fixture.role,
      site: fixture.otherSite,
      cluster: cluster.id
    })
    return { cluster: cluster.id, device: device.id }
  })

/** Where machines run, and how big they are. */
export const machinesCases = (it: It): void => {
  refuses(it, [
    {
      title: "a machine is somewhere",
      path: machines,
      body: () => ({ name: "x" }),
      answer: { __all__: ["A virtual machine must be assigned to a site, cluster, or device."] }
    },
    {
      title: "a machine is in the site of its cluster",
      path: machines,
      body: ({ fixture }) => ({ name: "x", cluster: fixture.cluster, site: fixture.otherSite }),
      answer: ({ name }) => ({
        cluster: [`The selected cluster (${name("cluster")}) is not assigned to this site (${name("other-site")}).`]
      })
    },
    {
      title: "a device brings its cluster",
      path: machines,
      body: ({ fixture }) => ({ name: "x", device: fixture.device }),
      answer: ({ name }) => ({
        cluster: [
          `Must specify the assigned device's cluster (${name("cluster")}) when assigning host device ${name("device")}.`
        ]
      })
    },
    {
      title: "a device is in the site of its cluster",
      path: "dcim/devices/",
      body: ({ fixture }) => ({
        name: "x",
        device_type: fixture.deviceType,
        role: fixture.role,
        site: fixture.otherSite,
        cluster: fixture.cluster
      }),
      answer: ({ name }) => ({ cluster: [`The assigned cluster belongs to a different site (${name("site")})`] })
    },
    {
      title: "a cluster does not leave its devices",
      method: "PATCH",
      path: ({ fixture }) => `virtualization/clusters/${fixture.cluster}/`,
      body: ({ fixture }) => ({ scope_id: fixture.otherSite }),
      answer: ({ name }) => ({
        scope: [`1 devices are assigned as hosts for this cluster but are not in site ${name("other-site")}`]
      })
    },
    {
      title: "a disk has a size",
      path: disks,
      body: ({ fixture }) => ({ virtual_machine: fixture.machine, name: "x" }),
      answer: { size: ["This field is required."] }
    }
  ])

  it.effect("the site follows the cluster", () =>
    Effect.gen(function* () {
      const { make, name, fixture } = yield* World
      const made = yield* make(machines, { name: name("placed"), cluster: fixture.cluster, device: fixture.device })
      expect(made).toMatchObject({ site: { id: fixture.site }, device: { id: fixture.device } })
    })
  )

  it.effect("the device is in the cluster of the machine", () =>
    Effect.gen(function* () {
      const { ask, name, fixture } = yield* World
      const other = yield* elsewhere("far")
      const body = { name: name("astray"), cluster: other.cluster, device: fixture.device }
      expect(yield* ask("POST", machines, body)).toMatchObject({
        status: 400,
        body: {
          device: [`The selected device (${name("device")}) is not assigned to this cluster (${name("far-cluster")}).`]
        }
      })
    })
  )

  it.effect("a machine moves to another site with cluster, device and site in one request", () =>
    Effect.gen(function* () {
      const { ask, make, name, fixture } = yield* World
      const other = yield* elsewhere("move")
      const made = yield* make(machines, { name: name("mover"), cluster: fixture.cluster, device: fixture.device })
      const path = `${machines}${made.id}/`
      expect(yield* ask("PATCH", path, other)).toMatchObject({
        status: 400,
        body: {
          site: [`The selected device (${name("move-device")}) is not assigned to this site (${name("site")}).`]
        }
      })
      expect(yield* ask("PATCH", path, { ...other, site: fixture.otherSite })).toMatchObject({
        status: 200,
        body: { site: { id: fixture.otherSite }, cluster: { id: other.cluster }, device: { id: other.device } }
      })
    })
  )

  it.effect("a cluster that gets a scope takes its machines along, without touching them", () =>
    Effect.gen(function* () {
      const { ask, make, name, fixture } = yield* World
      const cluster = yield* make("virtualization/clusters/", { name: name("scopeless"), type: fixture.clusterType })
      const made = yield* make(machines, { name: name("taken-along"), cluster: cluster.id })
      expect(made).toMatchObject({ site: null })
      const scope = { scope_type: "dcim.site", scope_id: fixture.site }
      expect((yield* ask("PATCH", `virtualization/clusters/${cluster.id}/`, scope)).status).toBe(200)
      const after = yield* ask("GET", `${machines}${made.id}/`)
      expect(after.body).toMatchObject({ site: { id: fixture.site }, last_updated: made["last_updated"] ?? null })
    })
  )

  it.effect(
    "a cluster goes to another site when it is emptied, its devices moved, and filled; in between machines are stuck",
    () =>
      Effect.gen(function* () {
        const { ask, make, name, fixture } = yield* World
        const clusters = "virtualization/clusters/"
        const at = (site: number) => ({ scope_type: "dcim.site", scope_id: site })
        const cluster = yield* make(clusters, {
          name: name("mover"),
          type: fixture.clusterType,
          ...at(fixture.site)
        })
        const node = (label: string) =>
          make("dcim/devices/", {
            name: name(label),
            device_type: fixture.deviceType,
            role: fixture.role,
            site: fixture.site,
            cluster: cluster.id
          })
        const [one, two] = [yield* node("mover-1"), yield* node("mover-2")]
        const made = yield* make(machines, { name: name("moved"), cluster: cluster.id, device: one.id })
        const machine = `${machines}${made.id}/`
        const scoped = (body: JsonObject) => ask("PATCH", clusters, [{ id: cluster.id, ...body }])
        const placed = (id: number) => ask("PATCH", "dcim/devices/", [{ id, site: fixture.otherSite }])
        expect((yield* placed(one.id)).status).toBe(400)
        expect(yield* scoped({ scope_type: "", scope_id: null })).toMatchObject({
          status: 200,
          body: [{ scope_type: null, scope_id: null }]
        })
        expect((yield* placed(one.id)).status).toBe(200)
        expect((yield* scoped(at(fixture.otherSite))).status).toBe(400)
        expect(yield* ask("PATCH", machine, { comments: "x" })).toMatchObject({
          status: 400,
          body: { site: [`The selected device (${name("mover-1")}) is not assigned to this site (${name("site")}).`] }
        })
        expect((yield* placed(two.id)).status).toBe(200)
        expect((yield* scoped(at(fixture.otherSite))).status).toBe(200)
        expect((yield* ask("GET", machine)).body).toMatchObject({
          site: { id: fixture.otherSite },
          last_updated: made["last_updated"] ?? null
        })
      })
  )

  it.effect("disk is the sum of the disks, and nothing else", () =>
    Effect.gen(function* () {
      const { ask, make, name, fixture } = yield* World
      const machine = yield* make(machines, { name: name("disks"), cluster: fixture.cluster, disk: 7 })
      const path = `${machines}${machine.id}/`
      const state = Effect.map(ask("GET", path), ({ body }) => fieldOf(body, "disk"))
      expect(machine["disk"]).toBe(7)
      const a = yield* make(disks, { virtual_machine: machine.id, name: "scsi0", size: 100 })
      const b = yield* make(disks, { virtual_machine: machine.id, name: "scsi1", size: 50 })
      const before = yield* ask("GET", path)
      expect(before.body).toMatchObject({
        disk: 150,
        virtual_disk_count: 2,
        last_updated: machine["last_updated"] ?? null
      })
      expect(yield* ask("PATCH", path, { disk: 5 })).toMatchObject({
        status: 400,
        body: { disk: ["The specified disk size (5) must match the aggregate size of assigned virtual disks (150)."] }
      })
      expect(yield* ask("PATCH", path, { disk: null })).toMatchObject({ status: 200, body: { disk: null } })
      expect(yield* ask("PATCH", path, { comments: "x" })).toMatchObject({ status: 200, body: { disk: 150 } })
      yield* ask("PATCH", disks, [{ id: a.id, size: 200 }])
      expect(yield* state).toBe(250)
      yield* ask("DELETE", disks, [{ id: a.id }])
      expect(yield* state).toBe(50)
      yield* ask("DELETE", `${disks}${b.id}/`)
      expect(yield* state).toBe(null)
    })
  )

  it.effect("the name of a machine type is unique without case", () =>
    Effect.gen(function* () {
      const { ask, make, name } = yield* World
      const path = "virtualization/virtual-machine-types/"
      const type = yield* make(path, { name: name("type-a"), slug: name("type-a") })
      expect(type).toMatchObject({ default_vcpus: null, default_memory: null, virtual_machine_count: 0 })
      const again = yield* ask("POST", path, { name: name("TYPE-A"), slug: name("type-b") })
      expect(again).toMatchObject({ status: 400, body: { __all__: ["Virtual machine type name must be unique."] } })
    })
  )

  it.effect("a machine type that is in use stays", () =>
    Effect.gen(function* () {
      const { ask, make, name, fixture } = yield* World
      const path = "virtualization/virtual-machine-types/"
      const type = yield* make(path, { name: name("used"), slug: name("used") })
      yield* make(machines, { name: name("of-type"), cluster: fixture.cluster, virtual_machine_type: type.id })
      expect((yield* ask("DELETE", `${path}${type.id}/`)).status).toBe(409)
    })
  )

  it.effect("a new machine takes the defaults of its type", () =>
    Effect.gen(function* () {
      const { make, name, fixture } = yield* World
      const type = yield* make("virtualization/virtual-machine-types/", {
        name: name("sized"),
        slug: name("sized"),
        default_vcpus: 2,
        default_memory: 512
      })
      const sized = { name: name("sized"), cluster: fixture.cluster, virtual_machine_type: type.id }
      expect(yield* make(machines, sized)).toMatchObject({ vcpus: 2, memory: 512 })
      expect(yield* make(machines, { ...sized, name: name("own"), vcpus: 1 })).toMatchObject({ vcpus: 1, memory: 512 })
    })
  )
}
