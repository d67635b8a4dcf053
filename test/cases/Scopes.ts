import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { Case } from "./Case.ts"
import { vm } from "./Guests.ts"
import {
  clusters,
  conflicts,
  devices,
  drifts,
  edit,
  machine,
  machines,
  make,
  quiet,
  refusal,
  row,
  rows,
  synced,
  type World,
  writes
} from "./World.ts"

const site = (world: World, name: string) => make(world, "dcim.site", { name, slug: name.toLowerCase() })

const scopeTo = (site: number) => ({ scope_type: "dcim.site", scope_id: site })

const unscoped = { scope_type: null, scope_id: null }

/** Names of the sites at which the devices and the machines stand, by their own names. */
const sites = (world: World) =>
  Effect.gen(function* () {
    const found = [...(yield* rows(world, devices)), ...(yield* rows(world, machines))]
    return Object.fromEntries(found.map((one) => [String(one["name"]), one["site"]]))
  })

/** A cluster at East, with a guest on each of its nodes. */
const atEast = (world: World) =>
  Effect.gen(function* () {
    const east = yield* site(world, "East")
    const west = yield* site(world, "West")
    yield* world.proxmox.addGuest(vm(101, "web"))
    yield* world.proxmox.addGuest(vm(102, "app", { node: "pve2" }))
    yield* synced
    const { id } = yield* row(world, clusters, { name: "lab-cluster", ...scopeTo(east) })
    assert.deepStrictEqual(yield* sites(world), { pve1: "East", pve2: "East", web: "East", app: "East" })
    return { cluster: id, east, west }
  })

const estates = { lab: { settings: { site: "east" } } }

const allWest = { pve1: "West", pve2: "West", web: "West", app: "West" }

/** From one site to another where nothing else is to do: the machines are NetBox's to move. */
const moving = [
  "update cluster lab scope_type, scope_id",
  "update cluster lab scope_type, scope_id",
  "update device lab/node/pve1 site",
  "update device lab/node/pve2 site"
]

/** A cluster's scope: NetBox demands that it is emptied, the devices moved, and then filled. */
export const scopeCases: ReadonlyArray<Case> = [
  {
    number: 65,
    title:
      "a cluster that an operator moves to another site stays there: machines and new nodes follow, nothing is put back",
    real: true,
    estates,
    run: (world) =>
      Effect.gen(function* () {
        const { cluster, west } = yield* atEast(world)
        assert.match(yield* refusal(world, clusters, cluster, scopeTo(west)), /400/)
        const [pve1] = yield* rows(world, devices)
        assert.match(yield* refusal(world, devices, pve1?.id ?? 0, { site: west }), /400/)
        yield* edit(world, clusters, cluster, unscoped)
        for (const device of yield* rows(world, devices)) yield* edit(world, devices, device.id, { site: west })
        yield* edit(world, clusters, cluster, scopeTo(west))
        assert.deepStrictEqual(yield* sites(world), allWest)
        assert.deepStrictEqual(drifts(yield* quiet(world)), [["lab", "scope_id", { $ref: "dcim.site:west" }]])
        yield* world.proxmox.addGuest(vm(103, "db", { node: "pve2" }))
        yield* synced
        assert.deepStrictEqual(yield* sites(world), { ...allWest, db: "West" })
        assert.deepInclude(yield* row(world, clusters, { name: "lab-cluster" }), scopeTo(west))
        world.configure("lab", { site: "west" })
        assert.deepStrictEqual(drifts(yield* quiet(world)), [])
      })
  },
  {
    number: 65,
    variant: "b",
    title:
      "a scope that an operator empties stays empty, devices stay where he puts them, and machines are with theirs",
    real: true,
    estates,
    run: (world) =>
      Effect.gen(function* () {
        const { cluster, west } = yield* atEast(world)
        yield* edit(world, clusters, cluster, unscoped)
        assert.deepStrictEqual(
          drifts(yield* quiet(world)).map(([, field]) => field),
          ["scope_type", "scope_id"]
        )
        const pve1 = yield* row(world, devices, { name: "pve1" })
        yield* edit(world, devices, pve1.id, { site: west })
        assert.deepStrictEqual(writes(yield* synced), ["update virtualmachine lab/101 site"])
        const apart = { pve1: "West", pve2: "East", web: "West", app: "East" }
        assert.deepStrictEqual(yield* sites(world), apart)
        world.configure("lab", { site: "west" })
        yield* quiet(world)
        assert.deepStrictEqual(yield* sites(world), apart)
        assert.deepInclude(yield* row(world, clusters, { name: "lab-cluster" }), unscoped)
      })
  },
  {
    number: 65,
    variant: "c",
    title: "a source whose site changes in the configuration: cluster and devices are moved, machines by NetBox alone",
    real: true,
    estates,
    run: (world) =>
      Effect.gen(function* () {
        const { west } = yield* atEast(world)
        const before = yield* machine(world, "web")
        world.configure("lab", { site: "west" })
        const run = yield* synced
        assert.deepStrictEqual(writes(run), moving)
        assert.strictEqual(run.mutating, 3)
        assert.deepStrictEqual(yield* sites(world), allWest)
        assert.deepInclude(yield* row(world, clusters, { name: "lab-cluster" }), scopeTo(west))
        assert.strictEqual((yield* machine(world, "web"))["last_updated"], before["last_updated"])
        yield* quiet(world)
        world.configure("lab", { site: "east" })
        assert.deepStrictEqual(writes(yield* synced), moving)
      })
  },
  {
    number: 65,
    variant: "d",
    title:
      "a source that moves while guests are renamed, moved, made and removed: they wait until their cluster is there",
    real: true,
    estates,
    run: (world) =>
      Effect.gen(function* () {
        yield* atEast(world)
        world.configure("lab", { site: "west" })
        yield* world.proxmox.migrate(101, "pve2")
        yield* world.proxmox.removeGuest(102)
        yield* world.proxmox.addGuest(vm(103, "db", { ips: ["10.0.0.7/24"] }))
        yield* synced
        assert.deepStrictEqual(yield* sites(world), { ...allWest, db: "West" })
        assert.deepInclude(yield* machine(world, "web"), { device: "pve2", status: "active" })
        assert.deepInclude(yield* machine(world, "app"), { status: "decommissioning" })
      })
  },
  {
    number: 65,
    variant: "e",
    title: "a source that moves while answers are lost arrives all the same",
    real: true,
    estates,
    cuts: true,
    run: (world) =>
      Effect.gen(function* () {
        const { west } = yield* atEast(world)
        world.configure("lab", { site: "west" })
        yield* synced
        assert.deepStrictEqual(yield* sites(world), allWest)
        assert.deepInclude(yield* row(world, clusters, { name: "lab-cluster" }), scopeTo(west))
      })
  },
  {
    number: 65,
    variant: "f",
    title: "a source that should move but has somebody else's device in its cluster stays whole, and names it",
    real: true,
    estates,
    run: (world) =>
      Effect.gen(function* () {
        const { cluster, east, west } = yield* atEast(world)
        const { role: roleName = null } = yield* row(world, devices, { name: "pve1" })
        const [type] = yield* rows(world, "dcim.devicetype")
        const role = yield* row(world, "dcim.devicerole", { name: roleName })
        const backup = yield* make(world, devices, {
          name: "backup",
          device_type: type?.id ?? 0,
          role: role.id,
          site: east,
          cluster
        })
        world.configure("lab", { site: "west" })
        yield* world.proxmox.addGuest(vm(103, "db"))
        const run = yield* synced
        const [told = "", ...more] = conflicts(run)
        assert.deepStrictEqual(more, [])
        assert.match(told, /^lab: its scope does not become site West: .*: backup$/)
        const allEast = { pve1: "East", pve2: "East", backup: "East", web: "East", app: "East", db: "East" }
        assert.deepStrictEqual(yield* sites(world), allEast)
        assert.deepInclude(yield* row(world, clusters, { name: "lab-cluster" }), scopeTo(east))
        assert.deepStrictEqual(conflicts(yield* quiet(world)), [told])
        yield* edit(world, devices, backup, { cluster: null, site: west })
        assert.deepStrictEqual(writes(yield* synced), moving)
        assert.deepStrictEqual(yield* sites(world), { ...allWest, backup: "West", db: "West" })
      })
  }
]
