import { assert, describe, it } from "@effect/vitest"
import type { Plan } from "../../src/domain/Plan.ts"
import type { Observation } from "../../src/domain/proxmox/Observation.ts"
import { keyOf, kindOf } from "../../src/domain/Ref.ts"
import { guest, observation, PureWorld } from "../support/PureWorld.ts"

const cluster = "virtualization.cluster"
const device = "dcim.device"
const machine = "virtualization.virtualmachine"

const seen = (...vmids: ReadonlyArray<number>) => [observation(vmids.map((vmid) => guest(vmid)))]

const at = (site: string) => ({ settings: { site } })

/** A world whose cluster the engine has scoped to `east`. */
const scoped = () => {
  const world = new PureWorld()
  const sites = { east: 0, west: 0, north: 0 }
  for (const name of ["east", "west", "north"] as const) sites[name] = world.add("dcim.site", { name, slug: name })
  world.apply(world.plan(seen(101), at("east")))
  return { world, ...sites }
}

const texts = (made: Plan) =>
  made.operations
    .filter(({ ref }) => !ref.startsWith("ipam."))
    .map(({ changes, op, needs, ref, verb }) => {
      const fields = changes.map(({ field, to }) => (to === null ? `${field} emptied` : field)).join()
      return `${op} ${verb} ${kindOf(ref).replace(/^.*\./, "")} ${keyOf(ref)} ${verb === "create" ? "" : fields} [${needs.join()}]`
    })

const placed = (world: PureWorld, kind: string) =>
  Object.fromEntries(
    world.all(kind).map(({ fields }) => [String(fields["name"]), fields["site"] ?? fields["scope_id"]])
  )

/** NetBox moves the machines of a cluster along, without a word. */
const follow = (world: PureWorld, site: number) => {
  for (const { fields } of world.all(machine))
    world.edit(machine, (row) => row.fields["name"] === fields["name"], { site })
}

const put = (world: PureWorld, name: string, site: number) =>
  world.edit(device, (row) => row.fields["name"] === name, { site })

const scope = (world: PureWorld, site: number | null) =>
  world.edit(cluster, () => true, { scope_type: site === null ? null : "dcim.site", scope_id: site })

const drifts = (made: Plan) => made.drifts.map(({ field, ref }) => `${keyOf(ref)} ${field}`)

describe("a source whose site changes in the configuration", () => {
  it("takes its cluster and devices along: emptied, moved, filled; NetBox moves the machines", () => {
    const { west, world } = scoped()
    const made = world.plan(seen(101), at("west"))
    assert.deepStrictEqual(texts(made), [
      "0 update cluster lab scope_type emptied,scope_id emptied []",
      "1 update cluster lab scope_type,scope_id [0,2,3]",
      "2 update device lab/node/pve1 site [0]",
      "3 update device lab/node/pve2 site [0]"
    ])
    assert.deepStrictEqual([made.conflicts, made.drifts], [[], []])
    world.apply(made)
    follow(world, west)
    assert.deepStrictEqual(placed(world, device), { pve1: west, pve2: west })
    assert.deepStrictEqual(placed(world, cluster), { "lab-cluster": west })
    assert.deepStrictEqual(texts(world.plan(seen(101), at("west"))), [])
  })

  it("has machines wait until their cluster is there, and makes new ones and new nodes there", () => {
    const { world } = scoped()
    const changed: ReadonlyArray<Observation> = [
      observation(
        [{ ...guest(101), node: "pve2", name: "web", config: { ...guest(101).config, name: "web" } }, guest(102)],
        {
          nodes: ["pve1", "pve2", "pve3"].map((name) => ({ name, online: true }))
        }
      )
    ]
    const made = world.plan(changed, at("west"))
    const of = (ref: string) => made.operations.filter((one) => one.ref === ref)
    const [, filled] = of(`${cluster}:lab`)
    const [web] = of(`${machine}:lab/101`)
    assert.deepStrictEqual(web?.changes.map(({ field }) => field).sort(), ["device", "name"])
    assert.include(web?.needs ?? [], filled?.op)
    for (const ref of [`${machine}:lab/102`, `${device}:lab/node/pve3`]) {
      const [made] = of(ref)
      assert.include(made?.needs ?? [], filled?.op)
      assert.deepInclude(
        made?.changes.find(({ field }) => field === "site"),
        { to: { $ref: "dcim.site:west" } }
      )
    }
    world.apply(made)
  })

  it("goes on where a run ended between the steps", () => {
    for (const done of [1, 2, 3]) {
      const { west, world } = scoped()
      const made = world.plan(seen(101), at("west"))
      const sent = [0, 2, 3].slice(0, done).flatMap((op) => made.operations.filter((one) => one.op === op))
      world.apply({ ...made, operations: sent })
      const again = world.plan(seen(101), at("west"))
      assert.deepStrictEqual([again.conflicts, again.drifts], [[], []])
      assert.notInclude(texts(again).join(), "virtualmachine")
      assert.notInclude(texts(again).join(), "emptied")
      world.apply(again)
      follow(world, west)
      assert.deepStrictEqual(placed(world, device), { pve1: west, pve2: west })
      assert.deepStrictEqual(placed(world, cluster), { "lab-cluster": west })
      assert.deepStrictEqual(texts(world.plan(seen(101), at("west"))), [])
    }
  })

  it("goes back when the configuration does in between", () => {
    const { east, world } = scoped()
    const made = world.plan(seen(101), at("west"))
    world.apply({
      ...made,
      operations: made.operations.filter(({ op }) => op === 0 || op === 2).map((one) => ({ ...one, needs: [] }))
    })
    world.apply(world.plan(seen(101), at("east")))
    assert.deepStrictEqual(placed(world, device), { pve1: east, pve2: east })
    assert.deepStrictEqual(placed(world, cluster), { "lab-cluster": east })
    assert.deepStrictEqual(texts(world.plan(seen(101), at("east"))), [])
  })

  it("takes the device of a node that is gone along", () => {
    const { west, world } = scoped()
    const alone = [observation([guest(101)], { nodes: [{ name: "pve1", online: true }] })]
    world.apply(world.plan(alone, at("east")))
    world.apply(world.plan(alone, at("west")))
    assert.deepStrictEqual(placed(world, device), { pve1: west, pve2: west })
  })

  it("stays, and so do all, while somebody else's device of the cluster stands there", () => {
    const { east, west, world } = scoped()
    const id = world.find(cluster, "lab-cluster")?.id ?? 0
    world.add(device, { name: "backup", site: east, cluster: id })
    const made = world.plan(seen(101, 102), at("west"))
    assert.deepStrictEqual(
      made.conflicts.map(({ detail, label }) => `${label}: ${detail}`),
      [
        "lab-cluster: its scope does not become site west: NetBox wants all its devices there, and these stand elsewhere and are not Proxledger's to move: backup"
      ]
    )
    world.apply(made)
    follow(world, east)
    assert.deepStrictEqual(placed(world, cluster), { "lab-cluster": east })
    assert.deepStrictEqual(placed(world, device), { pve1: east, pve2: east, backup: east })
    assert.deepStrictEqual(texts(world.plan(seen(101, 102), at("west"))), [])
    put(world, "backup", west)
    assert.lengthOf(texts(world.plan(seen(101, 102), at("west"))), 4)
  })

  it("stays, and so do all, while the name of a device is taken at the new site", () => {
    const { east, west, world } = scoped()
    world.add(device, { name: "PVE2", site: west })
    const made = world.plan(seen(101), at("west"))
    assert.deepStrictEqual(texts(made), [])
    assert.deepStrictEqual(
      made.conflicts.map(({ detail, label }) => `${label}: ${detail}`),
      ["pve2: name pve2 is taken in NetBox by another object", "lab-cluster: not moved: pve2 of it cannot go along"]
    )
    assert.deepStrictEqual(placed(world, cluster), { "lab-cluster": east })
  })

  it("stays, and says so, while NetBox has no such site", () => {
    const { world } = scoped()
    const made = world.plan(seen(101), at("wset"))
    assert.deepStrictEqual(texts(made), [])
    assert.deepStrictEqual(
      made.conflicts.map(({ detail }) => detail),
      ["NetBox has no site wset (site of the source in the configuration); it stays at east"]
    )
  })

  it("takes an unscoped cluster and the devices that the engine placed to the site that is named first", () => {
    const world = new PureWorld()
    world.add("dcim.site", { name: "east", slug: "east" })
    world.apply(world.plan(seen(101)))
    const west = world.add("dcim.site", { name: "west", slug: "west" })
    const made = world.plan(seen(101), at("west"))
    assert.deepStrictEqual(texts(made), [
      "0 update cluster lab scope_type,scope_id [1,2]",
      "1 update device lab/node/pve1 site []",
      "2 update device lab/node/pve2 site []"
    ])
    world.apply(made)
    follow(world, west)
    assert.deepStrictEqual(texts(world.plan(seen(101), at("west"))), [])
  })
})

describe("a cluster whose scope an operator changes", () => {
  it("is kept there with all that hangs on it, and told of", () => {
    const { west, world } = scoped()
    scope(world, west)
    for (const name of ["pve1", "pve2"]) put(world, name, west)
    follow(world, west)
    for (const site of ["east", "north"]) {
      const made = world.plan(seen(101), at(site))
      assert.deepStrictEqual(texts(made), [])
      assert.deepStrictEqual(drifts(made), ["lab scope_id"])
    }
    const grown = [
      observation([guest(101), { ...guest(102), node: "pve3" }], {
        nodes: ["pve1", "pve2", "pve3"].map((name) => ({ name, online: true }))
      })
    ]
    world.apply(world.plan(grown, at("east")))
    assert.strictEqual(world.find(device, "pve3")?.fields["site"], west)
    assert.strictEqual(world.find(machine, "guest-102")?.fields["site"], west)
    assert.deepStrictEqual(texts(world.plan(grown, at("east"))), [])
  })

  it("follows the configuration again once the two agreed", () => {
    const { west, world } = scoped()
    scope(world, west)
    for (const name of ["pve1", "pve2"]) put(world, name, west)
    follow(world, west)
    world.apply(world.plan(seen(101), at("west")))
    assert.lengthOf(texts(world.plan(seen(101), at("north"))), 4)
  })

  it("is left unscoped, and its devices where he put them, machines with theirs", () => {
    const { east, west, world } = scoped()
    scope(world, null)
    put(world, "pve1", west)
    for (const site of ["east", "north"]) {
      const made = world.plan(seen(101), at(site))
      assert.deepStrictEqual(drifts(made), ["lab scope_type", "lab scope_id"])
      assert.isTrue(texts(made).every((text) => text.includes("virtualmachine")))
      world.apply(made)
      assert.deepStrictEqual(placed(world, device), { pve1: west, pve2: east })
      assert.deepStrictEqual(placed(world, machine), { "guest-101": west })
      assert.deepStrictEqual(texts(world.plan(seen(101), at(site))), [])
    }
  })
})
