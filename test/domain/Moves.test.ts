import { assert, describe, it } from "@effect/vitest"
import type { Plan } from "../../src/domain/Plan.ts"
import type { GuestFacts, Observation } from "../../src/domain/proxmox/Observation.ts"
import { guest, observation, PureWorld } from "../support/PureWorld.ts"

const machine = "virtualization.virtualmachine"

/** What is done to guests and theirs; the VLANs of the other cluster are its own. */
const ofGuests = (made: Plan) => verbs(made).filter((text) => !text.includes("ipam.vlan"))

const verbs = (made: Plan) => made.operations.map(({ ref, verb }) => `${verb} ${ref}`)

const other = (guests: ReadonlyArray<GuestFacts>, rest: Partial<Observation> = {}) =>
  observation(guests, {
    source: "far",
    cluster: { name: "far-cluster", quorate: true },
    nodes: [{ name: "far1", online: true }],
    ...rest
  })

/** The same guest, with another vmid on a node of the other cluster. */
const moved = (vmid: number, to: number): GuestFacts => ({ ...guest(vmid), vmid: to, node: "far1" })

const container = (vmid: number): GuestFacts =>
  guest(vmid, {
    type: "lxc",
    name: "box",
    config: {
      hostname: "box",
      net0: "name=eth0,hwaddr=BC:24:11:00:00:77,bridge=vmbr0,ip=10.0.0.77/24",
      rootfs: "local-lvm:vm-77-disk-0,size=8G"
    },
    interfaces: []
  })

const synced = (first: GuestFacts = guest(101)) => {
  const world = new PureWorld()
  world.apply(world.plan([observation([first, guest(102)]), other([])]))
  return world
}

const uidOf = (world: PureWorld, id: number | undefined) =>
  world.all(machine).find((row) => row.id === id)?.fields["custom_fields.proxledger_uid"]

describe("guests that go to another cluster", () => {
  it("keep their machine, which changes in one update", () => {
    const world = synced()
    const before = world.find(machine, "guest-101")?.id
    const after = [observation([guest(102)]), other([moved(101, 205)])]
    const made = world.plan(after)
    assert.deepStrictEqual(ofGuests(made), [
      `update ${machine}:far/205`,
      "update virtualization.vminterface:far/205/net0"
    ])
    const fields =
      made.operations.find(({ ref }) => ref === `${machine}:far/205`)?.changes.map(({ field }) => field) ?? []
    for (const field of ["cluster", "device", "custom_fields.proxledger_uid"]) assert.include(fields, field)
    world.apply(made)
    assert.strictEqual(uidOf(world, before), "far/205")
    assert.deepStrictEqual(verbs(world.plan(after)), [])
  })

  it("keep it when the run ends before the update is sent", () => {
    const world = synced()
    const before = world.find(machine, "guest-101")?.id
    const after = [observation([guest(102)]), other([moved(101, 205)])]
    world.apply({ ...world.plan(after), operations: [] })
    const again = world.plan(after)
    assert.isTrue(ofGuests(again).every((text) => text.startsWith("update ")))
    world.apply(again)
    assert.strictEqual(uidOf(world, before), "far/205")
    assert.strictEqual(world.all(machine).length, 2)
  })

  it("keep it though their vmid was given again at once", () => {
    const world = synced()
    const before = world.find(machine, "guest-101")?.id
    const reborn = guest(101, {
      config: {
        name: "guest-101",
        smbios1: "uuid=11111111-0000-4000-8000-000000000101",
        net0: "virtio=BC:24:11:99:99:99,bridge=vmbr0"
      },
      interfaces: []
    })
    const after = [observation([reborn, guest(102)]), other([moved(101, 205)])]
    world.apply(world.plan(after))
    assert.strictEqual(uidOf(world, before), "far/205")
    assert.strictEqual(world.all(machine).length, 3)
    assert.deepStrictEqual(verbs(world.plan(after)), [])
  })

  it("are known as containers by their MAC addresses and name", () => {
    const world = synced(container(101))
    const before = world.find(machine, "box")?.id
    const far = { ...container(101), vmid: 205, node: "far1" }
    const after = [observation([guest(102)]), other([far])]
    world.apply(world.plan(after))
    assert.strictEqual(uidOf(world, before), "far/205")
    assert.deepStrictEqual(verbs(world.plan(after)), [])
  })

  it("are clones while the other one is there, or cannot be seen", () => {
    for (const here of [
      observation([guest(101), guest(102)]),
      observation([guest(102)], { complete: false, gaps: [] })
    ]) {
      const world = synced()
      const before = world.find(machine, "guest-101")?.id
      world.apply(world.plan([here, other([moved(101, 205)])]))
      assert.strictEqual(uidOf(world, before), "lab/101")
      assert.strictEqual(world.all(machine).length, 3)
    }
  })

  it("are new ones when two that are gone look the same", () => {
    const twin = { ...guest(101), vmid: 103, name: "twin", config: { ...guest(101).config, name: "twin" } }
    const world = new PureWorld()
    world.apply(world.plan([observation([guest(101), twin]), other([])]))
    world.apply(world.plan([observation([]), other([moved(101, 205)])], { approved: true }))
    assert.strictEqual(world.all(machine).length, 3)
  })
})

describe("guests that go to a node at another site", () => {
  it("change device and site in one update", () => {
    const world = new PureWorld()
    const [one, two] = ["DC1", "DC2"].map((name) => world.add("dcim.site", { name, slug: name.toLowerCase() }))
    const rules = [
      { name: "first room", set: { site: "dc1" } },
      { name: "second room", match: { node: "^pve2$" }, set: { site: "dc2" } }
    ]
    world.apply(world.plan([observation([guest(101)])], { rules }))
    assert.strictEqual(world.find(machine, "guest-101")?.fields["site"], one)
    const there = observation([{ ...guest(101), node: "pve2" }])
    const made = world.plan([there], { rules })
    assert.deepStrictEqual(
      made.operations.map(({ changes }) => changes.map(({ field }) => field)),
      [["site", "device"]]
    )
    world.apply(made)
    assert.strictEqual(world.find(machine, "guest-101")?.fields["site"], two)
    assert.deepStrictEqual(verbs(world.plan([there], { rules })), [])
  })

  it("follow a device that an operator placed elsewhere", () => {
    const world = new PureWorld()
    const [, two] = ["DC1", "DC2"].map((name) => world.add("dcim.site", { name, slug: name.toLowerCase() }))
    const rules = [{ name: "room", set: { site: "dc1" } }]
    world.apply(world.plan([observation([guest(101)])], { rules }))
    world.edit("dcim.device", ({ fields }) => fields["name"] === "pve1", { site: two ?? 0 })
    const made = world.plan([observation([guest(101)])], { rules })
    assert.deepStrictEqual(verbs(made), [`update ${machine}:lab/101`])
    world.apply(made)
    assert.strictEqual(world.find(machine, "guest-101")?.fields["site"], two)
  })
})
