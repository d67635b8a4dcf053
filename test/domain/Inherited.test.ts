import { assert, describe, it } from "@effect/vitest"
import type { Rule } from "../../src/domain/Rules.ts"
import { guest, observation, PureWorld } from "../support/PureWorld.ts"

const machine = "virtualization.virtualmachine"
const address = "ipam.ipaddress"

const rules: ReadonlyArray<Rule> = [
  { name: "reds", match: { vmid: "101" }, set: { tenant: "red" } },
  { name: "blues", match: { vmid: "102" }, set: { tenant: "blue" } }
]

/** A guest whose card has these addresses. */
const on = (vmid: number, ...last: ReadonlyArray<number>) => {
  const mac = `BC:24:11:00:${(vmid >> 8).toString(16).padStart(2, "0")}:${(vmid & 255).toString(16).padStart(2, "0")}`
  const upper = mac.toUpperCase()
  return guest(vmid, {
    config: { ...guest(vmid).config, net0: `virtio=${upper},bridge=vmbr0` },
    interfaces: [
      {
        name: "eth0",
        mac: upper,
        addresses: last.map((host) => ({ address: `10.0.${host >> 8}.${host & 255}`, prefix: 16 }))
      }
    ]
  })
}

const begun = () => {
  const world = new PureWorld()
  const [red, blue] = [
    world.add("tenancy.tenant", { name: "red", slug: "red" }),
    world.add("tenancy.tenant", { name: "blue", slug: "blue" })
  ]
  world.apply(world.plan([observation([on(101, 1), on(102, 2)])], { rules }))
  return { world, red, blue }
}

const writes = ({ operations }: ReturnType<PureWorld["plan"]>) =>
  operations.map(({ changes, ref, verb }) => `${verb} ${ref} ${changes.map(({ field }) => field).join(", ")}`)

describe("the address of a guest that is gone", () => {
  it("has the tenant of the guest that reports it, where the engine wrote that of the former one", () => {
    const { blue, red, world } = begun()
    const before = world.find(address, "10.0.0.1/16")
    assert.strictEqual(before?.fields["tenant"], red)
    world.apply(world.plan([observation([on(102, 1)])], { rules }))
    const after = world.find(address, "10.0.0.1/16")
    assert.deepStrictEqual([after?.id, after?.fields["tenant"]], [before?.id, blue])
    assert.strictEqual(world.find(machine, "guest-102")?.fields["primary_ip4"], before?.id)
    assert.isNull(world.find(machine, "guest-101")?.fields["primary_ip4"])
    assert.deepStrictEqual(writes(world.plan([observation([on(102, 1)])], { rules })), [])
  })

  it("loses what the engine wrote for the former guest alone, and keeps the tenant and name of an operator", () => {
    const { world } = begun()
    world.apply(world.plan([observation([on(102, 1)])]))
    assert.isNull(world.find(address, "10.0.0.1/16")?.fields["tenant"])

    const edited = begun()
    const green = edited.world.add("tenancy.tenant", { name: "green", slug: "green" })
    const mine = { tenant: green, dns_name: "mine.example" }
    edited.world.edit(address, ({ fields }) => fields["address"] === "10.0.0.1/16", mine)
    edited.world.apply(edited.world.plan([observation([on(102, 1)])], { rules }))
    assert.deepInclude(edited.world.find(address, "10.0.0.1/16")?.fields, mine)
  })

  it("is moved by the next plan when a run ended before it was, and what is gone lets go of it first", () => {
    const { blue, world } = begun()
    const seen = [observation([on(102, 1)])]
    world.apply({ ...world.plan(seen, { rules }), operations: [] })
    const again = world.plan(seen, { rules })
    const moved = again.operations.findIndex(({ ref }) => ref === `${address}:lab/102/net0/10.0.0.1`)
    const lets = again.operations.findIndex(({ ref }) => ref === `${machine}:lab/101`)
    assert.isTrue(again.operations[moved]?.needs.includes(lets))
    world.apply(again)
    assert.strictEqual(world.find(address, "10.0.0.1/16")?.fields["tenant"], blue)
    assert.deepStrictEqual(writes(world.plan(seen, { rules })), [])
  })

  it("stays where it is while its guest may be there", () => {
    const { world } = begun()
    const unsure = world.plan([observation([on(102, 1)], { complete: false })], { rules })
    assert.deepStrictEqual(writes(unsure), ["delete ipam.ipaddress:lab/102/net0/10.0.0.2 id"])
    assert.lengthOf(unsure.conflicts, 1)
  })
})

describe("primary addresses that are exchanged", () => {
  const many = 200
  const vmids = Array.from({ length: many }, (_, index) => 101 + index)

  it("go round among many guests, of which one lets go first", () => {
    const world = new PureWorld()
    world.apply(world.plan([observation(vmids.map((vmid) => on(vmid, vmid)))]))
    const round = [observation(vmids.map((vmid, index) => on(vmid, vmids[(index + 1) % many] ?? vmid)))]
    const made = world.plan(round, { approved: true })
    const passing = made.operations.filter(({ changes }) =>
      changes.some(({ field, to }) => field === "primary_ip4" && to === null)
    )
    assert.lengthOf(passing, 1)
    world.apply(made)
    assert.deepStrictEqual(writes(world.plan(round)), [])
  })
})
