import { assert, describe, it } from "@effect/vitest"
import type { Plan } from "../../src/domain/Plan.ts"
import type { GuestFacts, Observation } from "../../src/domain/proxmox/Observation.ts"
import { guest, observation, PureWorld } from "../support/PureWorld.ts"

const nics = "virtualization.vminterface"
const disks = "virtualization.virtualdisk"
const vlans = "ipam.vlan"
const machine = "virtualization.virtualmachine"

const verbs = (made: Plan) => made.operations.map(({ ref, verb }) => `${verb} ${ref}`)

const withConfig = (vmid: number, config: NonNullable<GuestFacts["config"]>, gone: ReadonlyArray<string> = []) => {
  const made = guest(vmid)
  const merged = Object.entries({ ...made.config, ...config }).filter(([key]) => !gone.includes(key))
  return { ...made, config: Object.fromEntries(merged) }
}

describe("disks that change their bus", () => {
  const disk = "local-lvm:vm-101-disk-0,size=32G"
  const other = "local-lvm:vm-101-disk-1,size=8G"
  const names = (world: PureWorld) =>
    world.all(disks).map(({ fields, id }) => [id, fields["name"], fields["description"], fields["size"]])

  const synced = (config: NonNullable<GuestFacts["config"]>) => {
    const world = new PureWorld()
    world.apply(world.plan([observation([withConfig(101, config)])]))
    return world
  }

  const follow = (world: PureWorld, next: GuestFacts) => {
    const made = world.plan([observation([next])])
    world.apply(made)
    assert.deepStrictEqual(verbs(world.plan([observation([next])])), [])
    return made
  }

  it("are renamed in place", () => {
    const world = synced({ scsi0: disk })
    const [before] = world.all(disks)
    const made = follow(world, withConfig(101, { virtio0: disk }, ["scsi0"]))
    assert.deepStrictEqual(
      made.operations.map(({ changes, id, verb }) => [verb, id, changes.map(({ field, to }) => [field, to])]),
      [["update", before?.id ?? null, [["name", "virtio0"]]]]
    )
  })

  it("exchange their names", () => {
    const world = synced({ scsi0: disk, scsi1: other })
    const [a, b] = world.all(disks).map(({ id }) => id)
    const made = follow(world, withConfig(101, { scsi0: other, scsi1: disk }))
    assert.isTrue(made.operations.every(({ verb }) => verb === "update"))
    assert.deepStrictEqual(names(world), [
      [a, "scsi1", "local-lvm: vm-101-disk-0", 32768],
      [b, "scsi0", "local-lvm: vm-101-disk-1", 8192]
    ])
  })

  it("take the place of one that is gone, and leave theirs to a new one", () => {
    const world = synced({ scsi0: disk, scsi1: other })
    const [a] = world.all(disks).map(({ id }) => id)
    follow(world, withConfig(101, { scsi1: disk, scsi0: "local-lvm:vm-101-disk-2,size=4G" }))
    assert.deepStrictEqual(
      new Map(names(world).map(([id, name, description]) => [name, [id === a, description]])),
      new Map([
        ["scsi1", [true, "local-lvm: vm-101-disk-0"]],
        ["scsi0", [false, "local-lvm: vm-101-disk-2"]]
      ])
    )
  })

  it("are found by their volume when the journal is lost", () => {
    const world = synced({ scsi0: disk })
    world.bindings.clear()
    world.baselines.clear()
    const made = follow(world, withConfig(101, { virtio0: disk }, ["scsi0"]))
    assert.deepStrictEqual(verbs(made), [`update ${disks}:lab/101/virtio0`])
  })

  it("are the same disk on another storage: the description alone changes", () => {
    const world = synced({ scsi0: disk })
    const made = follow(world, withConfig(101, { scsi0: "ceph:vm-101-disk-0,size=32G" }))
    assert.deepStrictEqual(
      made.operations.map(({ changes }) => changes.map(({ field }) => field)),
      [["description"]]
    )
  })
})

describe("guests on a vnet", () => {
  const onVnet = withConfig(101, { net0: "virtio=BC:24:11:00:00:65,bridge=prodnet" })
  const network = [{ iface: "vmbr0", type: "bridge" }]
  const seen = (guests: ReadonlyArray<GuestFacts>, rest: Partial<Observation>) =>
    observation(guests, {
      nodes: [
        { name: "pve1", online: true, network },
        { name: "pve2", online: true, network }
      ],
      ...rest
    })
  const vnet = (tag: number) => ({ vnets: [{ name: "prodnet", tag, alias: "Production" }] })

  it("are in its VLAN, which is called as the vnet", () => {
    const world = new PureWorld()
    world.apply(world.plan([seen([onVnet], vnet(200))]))
    const [vlan] = world.all(vlans)
    assert.deepInclude(vlan?.fields, { vid: 200, name: "Production" })
    assert.deepInclude(world.find(nics, "net0")?.fields, { mode: "access", untagged_vlan: vlan?.id })
    assert.deepStrictEqual(verbs(world.plan([seen([onVnet], vnet(200))])), [])
  })

  it("stay in it while vnets cannot be seen, and leave it when it is none any more", () => {
    const world = new PureWorld()
    world.apply(world.plan([seen([onVnet], vnet(200))]))
    assert.deepStrictEqual(verbs(world.plan([seen([onVnet], {})])), [])
    world.apply(world.plan([seen([onVnet], { vnets: [{ name: "prodnet" }] })]))
    assert.deepInclude(world.find(nics, "net0")?.fields, { mode: null, untagged_vlan: null })
  })

  it("stay in it while what they are on is no bridge and no vnet that is listed, and that is told", () => {
    const world = new PureWorld()
    world.apply(world.plan([seen([onVnet], vnet(200))]))
    for (const vnets of [[], [{ name: "other", tag: 7 }]]) {
      assert.deepStrictEqual(verbs(world.plan([seen([onVnet], { vnets })])), [])
      assert.deepStrictEqual(world.plan([seen([onVnet], { vnets })]).warnings, [
        {
          scope: "lab",
          detail:
            "prodnet was seen neither as a bridge of its node nor as a vnet; VLANs of 1 NICs on it stay as they are"
        }
      ])
    }
    assert.deepStrictEqual(world.plan([seen([onVnet], vnet(200))]).warnings, [])
    const bridged = { nodes: [{ name: "pve1", online: true, network: [{ iface: "prodnet", type: "bridge" }] }] }
    world.apply(world.plan([seen([onVnet], { vnets: [], ...bridged })]))
    assert.deepInclude(world.find(nics, "net0")?.fields, { mode: null, untagged_vlan: null })
  })

  it("are on a vnet, too, where their node lists it among its interfaces", () => {
    const world = new PureWorld()
    const listed = { name: "pve1", online: true, network: [{ iface: "prodnet", type: "vnet" }] }
    world.apply(world.plan([seen([onVnet], { ...vnet(200), nodes: [listed] })]))
    assert.strictEqual(world.find(nics, "net0")?.fields["mode"], "access")
  })

  it("follow its tag; their own goes before it", () => {
    const world = new PureWorld()
    world.apply(world.plan([seen([onVnet], vnet(200))]))
    world.apply(world.plan([seen([onVnet], vnet(201))]))
    const untagged = () => {
      const id = world.find(nics, "net0")?.fields["untagged_vlan"]
      return world.all(vlans).find((row) => row.id === id)?.fields["vid"]
    }
    assert.strictEqual(untagged(), 201)
    const tagged = withConfig(101, { net0: "virtio=BC:24:11:00:00:65,bridge=prodnet,tag=7" })
    world.apply(world.plan([seen([tagged], vnet(201))]))
    assert.strictEqual(untagged(), 7)
  })
})

describe("rules on pools that cannot be seen", () => {
  const blind = { gaps: [{ scope: "source", what: "pools", why: "Pool.Audit on /pool is missing" }] }
  const pooled = (vmid: number, pool: string) => ({ ...guest(vmid), pool })
  const include = [{ name: "customer", match: { pool: "^customer/" }, include: true as const }]
  const exclude = [{ name: "scratch", match: { pool: "^scratch$" }, exclude: true as const }]
  const set = [{ name: "web", match: { pool: "^customer/web$" }, set: { tags: ["web"], tenant: "acme" } }]

  it("keep and leave guests as they are", () => {
    const world = new PureWorld()
    const guests = [pooled(101, "customer/web"), pooled(102, "other")]
    world.apply(world.plan([observation(guests)], { rules: include }))
    assert.deepStrictEqual(
      world.all(machine).map(({ fields }) => fields["name"]),
      ["guest-101"]
    )
    const unseen = observation([guest(101), guest(102), guest(103)], blind)
    assert.deepStrictEqual(verbs(world.plan([unseen], { rules: include })), [])
    assert.deepStrictEqual(verbs(world.plan([unseen], { rules: exclude })), [])
  })

  it("take nothing away that they had set", () => {
    const world = new PureWorld()
    world.add("tenancy.tenant", { name: "Acme", slug: "acme" })
    const guests = [pooled(101, "customer/web"), pooled(102, "customer/web/old")]
    world.apply(world.plan([observation(guests)], { rules: set }))
    const tagsOf = (name: string) => world.find(machine, name)?.fields["tags"]
    assert.notDeepEqual(tagsOf("guest-101"), tagsOf("guest-102"))
    assert.deepStrictEqual(verbs(world.plan([observation([guest(101), guest(102)], blind)], { rules: set })), [])
  })
})
