import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import type { Plan } from "../../src/domain/Plan.ts"
import { kinds } from "../../src/domain/Kinds.ts"
import type { GuestFacts } from "../../src/domain/proxmox/Observation.ts"
import { keyOf, kindOf, type Ref } from "../../src/domain/Ref.ts"
import type { Scope } from "../../src/domain/Scope.ts"
import { guest, observation, PureWorld } from "../support/PureWorld.ts"

const machine = "virtualization.virtualmachine"
const nic = "virtualization.vminterface"
const address = "ipam.ipaddress"
const disk = "virtualization.virtualdisk"
const device = "dcim.device"

const machineOf = (vmid: number): Ref => `${machine}:lab/${vmid}`

const written = (made: Plan) => [...new Set(made.operations.map(({ ref }) => kindOf(ref)))].sort()

const texts = (made: Plan) => made.operations.map(({ ref, verb }) => `${verb} ${ref}`)

const seen = (...vmids: ReadonlyArray<number>) => [observation(vmids.map((vmid) => guest(vmid)))]

/** A world that is in step with these guests. */
const inStep = (...vmids: ReadonlyArray<number>) => {
  const world = new PureWorld()
  world.add("dcim.site", { name: "lab", slug: "lab" })
  for (let runs = 0; runs < 3; runs++) world.apply(world.plan(seen(...vmids)))
  return world
}

const changed = (vmid: number, config: GuestFacts["config"]) => {
  const before = guest(vmid)
  return { ...before, config: { ...before.config, ...config } }
}

describe("a scope of kinds", () => {
  it("writes those, and creates what they need and NetBox does not have", () => {
    const world = new PureWorld()
    const made = world.plan(seen(101), { scope: { kinds: [device] } })
    assert.include(written(made), device)
    assert.include(written(made), "virtualization.cluster")
    for (const kind of [machine, nic, address, disk]) assert.notInclude(written(made), kind)
    world.apply(made)
    assert.deepStrictEqual(texts(world.plan(seen(101), { scope: { kinds: [device] } })), [])
  })

  it("draws in parents, but leaves what points back to a run that is about it", () => {
    const world = new PureWorld()
    const machines = world.plan(seen(101), { scope: { kinds: [machine] } })
    assert.notInclude(written(machines), address)
    assert.deepStrictEqual(machines.conflicts, [])
    world.apply(machines)
    assert.strictEqual(world.find(machine, "guest-101")?.fields["primary_ip4"], null)
    const addresses = world.plan(seen(101), { scope: { kinds: [address] } })
    assert.deepStrictEqual(
      addresses.operations.filter(({ ref }) => kindOf(ref) === machine),
      []
    )
    world.apply(addresses)
    assert.strictEqual(world.find(machine, "guest-101")?.fields["primary_ip4"], null)
    world.apply(world.plan(seen(101), { scope: { kinds: [machine] } }))
    assert.strictEqual(
      world.find(machine, "guest-101")?.fields["primary_ip4"],
      world.find(address, "10.0.0.101/16")?.id
    )
  })

  it("changes and removes nothing else", () => {
    const world = inStep(101, 102)
    const now = [observation([changed(101, { memory: "4096", scsi0: "local-lvm:vm-101-disk-0,size=64G" })])]
    assert.deepStrictEqual(texts(world.plan(now, { scope: { kinds: [disk] } })), [`update ${disk}:lab/101/scsi0`])
    assert.deepStrictEqual(world.plan(now, { scope: { kinds: [device] } }).operations, [])
    const machines = texts(world.plan(now, { scope: { kinds: [machine] } }))
    assert.sameMembers(machines, [
      "create extras.tag:Proxledger retired",
      `update ${machineOf(101)}`,
      `update ${machineOf(102)}`
    ])
  })

  it("leaves what has to wait for something outside, and says for what", () => {
    const world = inStep(101, 102)
    const swapped = [observation([changed(101, { name: "guest-102" }), changed(102, { name: "guest-101" })])]
    const made = world.plan(swapped, { scope: { guests: [machineOf(101)] } })
    assert.deepStrictEqual(made.operations, [])
    assert.deepStrictEqual(
      made.conflicts.map(({ detail, ref }) => [ref, detail.replace(/:.*/, "")]),
      [[machineOf(101), "left to a run of a wider scope"]]
    )
    world.apply(world.plan(swapped))
    assert.strictEqual(world.find(machine, "guest-101")?.fields["custom_fields.proxmox_vm_id"], 102)
  })
})

describe("a scope of guests", () => {
  it("is these with all that belongs to them", () => {
    const world = new PureWorld()
    const made = world.plan(seen(101, 1010), { scope: { guests: [machineOf(101)] } })
    const keys = new Set(made.operations.map(({ ref }) => keyOf(ref)).filter((key) => /^lab\/\d/.test(key)))
    assert.sameMembers(
      [...keys].filter((key) => key.startsWith("lab/1010")),
      []
    )
    for (const kind of [machine, nic, "dcim.macaddress", address, disk]) assert.include(written(made), kind)
    world.apply(made)
    const late = world.plan(seen(101, 1010), { scope: { guests: [machineOf(101)] } })
    assert.deepStrictEqual(late.operations, [])
  })

  it("removes those of them that are gone, and no others, whose number counts for nothing", () => {
    const world = inStep(101, 102, 103, 104, 105, 106, 107, 108)
    const now = seen(108)
    assert.deepStrictEqual(world.plan(now).held.length, 1)
    const made = world.plan(now, { scope: { guests: [machineOf(101)] } })
    assert.deepStrictEqual(made.held, [])
    assert.include(texts(made), `update ${machineOf(101)}`)
    assert.notInclude(texts(made), `update ${machineOf(102)}`)
  })
})

describe("a scope of what nodes and guests both have", () => {
  const cards = ["pve1", "pve2"].map((name, index) => ({
    name,
    online: true,
    network: [{ iface: "vmbr0", type: "bridge", active: 1, address: `10.9.0.${index + 1}`, netmask: "24" }]
  }))

  it("is that of the one or of the other", () => {
    const made = (of: "nodes" | "guests") =>
      new PureWorld()
        .plan([observation([guest(101)], { nodes: cards })], { scope: { kinds: [address], of } })
        .operations.flatMap(({ ref }) => (kindOf(ref) === address ? [keyOf(ref)] : []))
    assert.deepStrictEqual(made("nodes"), ["lab/node/pve1/vmbr0/10.9.0.1", "lab/node/pve2/vmbr0/10.9.0.2"])
    assert.deepStrictEqual(made("guests"), ["lab/101/net0/10.0.0.101"])
  })
})

describe("what a scope keeps", () => {
  const keep = { keep: [`${machine}.memory`, `${machine}.tags`] }

  it("is written at creation, and then left alone, without looking applied", () => {
    const world = new PureWorld()
    world.apply(world.plan(seen(101), { scope: keep }))
    assert.strictEqual(world.find(machine, "guest-101")?.fields["memory"], 2048)
    const now = [observation([changed(101, { memory: "4096", cores: 4 })])]
    world.apply(world.plan(now, { scope: keep }))
    assert.strictEqual(world.find(machine, "guest-101")?.fields["memory"], 2048)
    assert.strictEqual(world.find(machine, "guest-101")?.fields["vcpus"], 4)
    world.apply(world.plan(now))
    assert.strictEqual(world.find(machine, "guest-101")?.fields["memory"], 4096)
  })

  it("keeps tags as they are", () => {
    const world = inStep(101)
    const now = [observation([{ ...guest(101), tags: "web" }])]
    assert.deepStrictEqual(texts(world.plan(now, { scope: keep })), [])
    assert.include(texts(world.plan(now)), "create extras.tag:web")
  })
})

describe("kinds that are only created", () => {
  it("are neither changed nor removed", () => {
    const world = inStep(101, 102)
    const now = [observation([changed(101, { memory: "4096" }), guest(103)])]
    const made = world.plan(now, { scope: { createOnly: [machine] } })
    const machines = made.operations.filter(({ ref }) => kindOf(ref) === machine)
    // Its primary address is a part of the creation.
    assert.deepStrictEqual(
      machines.map(({ ref, verb }) => `${verb} ${ref}`),
      [`create ${machineOf(103)}`, `update ${machineOf(103)}`]
    )
    world.apply(made)
    assert.strictEqual(world.find(machine, "guest-102")?.fields["status"], "active")
  })
})

describe("sources that are not seen", () => {
  it("lose nothing to one that is", () => {
    const world = new PureWorld()
    const east = observation([guest(101)], { source: "east", cluster: { name: "east", quorate: true } })
    const both = [...seen(102), east]
    for (let runs = 0; runs < 3; runs++) world.apply(world.plan(both))
    const nic101 = "BC:24:11:00:00:65"
    const wanderer = {
      ...changed(103, { net0: `virtio=${nic101},bridge=vmbr0` }),
      interfaces: [{ name: "eth0", mac: nic101, addresses: [{ address: "10.0.0.101", prefix: 16 }] }]
    }
    const made = world.plan([observation([guest(102), wanderer])], { unseen: ["east"] })
    assert.deepStrictEqual(made.released, [])
    assert.deepStrictEqual(
      made.operations.filter(({ ref }) => keyOf(ref).startsWith("east")),
      []
    )
  })
})

/** What NetBox holds, ids apart. */
const stateOf = (world: PureWorld) => {
  const names = new Map<string, string>()
  for (const { name } of kinds)
    for (const { fields, id } of world.all(name))
      names.set(
        `${name} ${id}`,
        String(fields["name"] ?? fields["model"] ?? fields["address"] ?? fields["mac_address"])
      )
  return kinds.flatMap(({ fields: types, name }) =>
    world
      .all(name)
      .map(({ fields }) =>
        JSON.stringify([
          name,
          ...Object.entries(types).map(([field, type]) => {
            const value = fields[field] ?? null
            const of = (kind: string, id: unknown) => names.get(`${kind} ${String(id)}`) ?? id
            if (type.type === "ref") return of(type.kind, value)
            if (type.type === "generic") return of(String(fields[type.typeField]), value)
            if (type.type === "tags" && Array.isArray(value)) return value.map((id) => of("extras.tag", id)).sort()
            return value
          })
        ])
      )
      .sort()
  )
}

describe("after any scoped runs", () => {
  const vmid = fc.integer({ min: 101, max: 106 })
  const names = ["web", "db", "web-1"]
  /** What an estate is at a moment: few names and MAC addresses, so that guests exchange them. */
  const estate = fc
    .uniqueArray(
      fc.record({
        vmid,
        name: fc.constantFrom(...names),
        mac: fc.integer({ min: 1, max: 4 }),
        memory: fc.constantFrom("1024", "2048"),
        tags: fc.constantFrom("", "red", "red;blue"),
        disk: fc.constantFrom("8G", "16G")
      }),
      { selector: (one) => one.vmid, minLength: 1, maxLength: 5 }
    )
    .map((guests) => [
      observation(
        guests.map(({ disk: size, mac, memory, name, tags, vmid: id }) => {
          const own = guest(id)
          const hardware = `BC:24:11:00:00:0${mac}`
          return {
            ...own,
            name,
            ...(tags === "" ? {} : { tags }),
            config: {
              ...own.config,
              name,
              memory,
              net0: `virtio=${hardware},bridge=vmbr0`,
              scsi0: `local-lvm:vm-${id}-disk-0,size=${size}`
            },
            interfaces: [{ name: "eth0", mac: hardware, addresses: [{ address: `10.0.0.${mac}`, prefix: 24 }] }]
          }
        })
      )
    ])
  const some = <A>(items: ReadonlyArray<A>) => fc.option(fc.subarray([...items], { minLength: 1 }), { nil: undefined })
  const defined = (scope: { readonly [name: string]: unknown }): Scope =>
    Object.fromEntries(Object.entries(scope).filter(([, value]) => value !== undefined))
  const scope = fc
    .record({
      kinds: some(kinds.map(({ name }) => name)),
      guests: some([101, 102, 103, 104].map(machineOf)),
      // Not names: what is created beside one that is kept takes another, and has it from then on.
      keep: some([
        `${machine}.memory`,
        `${machine}.description`,
        `${machine}.tags`,
        `${disk}.size`,
        `${address}.status`
      ]),
      createOnly: some([machine, nic, address, disk])
    })
    .map(defined)

  it("a full run ends as if they had been full, and each is quiet when it is repeated", () => {
    const settled = (world: PureWorld, now: ReturnType<typeof seen>) => {
      for (let runs = 0; runs < 6; runs++) {
        const made = world.plan(now, { approved: true })
        if (made.operations.length === 0) return stateOf(world)
        world.apply(made)
      }
      throw new Error("it does not become quiet")
    }
    const quiet = (world: PureWorld, now: ReturnType<typeof seen>, within: Scope) => {
      for (let runs = 0; runs < 4; runs++) {
        const made = world.plan(now, { approved: true, scope: within })
        if (made.operations.length === 0) return
        world.apply(made)
      }
      throw new Error("the scoped run does not become quiet")
    }
    fc.assert(
      fc.property(fc.option(estate), fc.array(scope, { minLength: 1, maxLength: 4 }), estate, (first, scopes, last) => {
        const [narrow, whole] = [new PureWorld(), new PureWorld()]
        for (const world of [narrow, whole]) {
          world.add("dcim.site", { name: "lab", slug: "lab" })
          if (first !== null) settled(world, first)
        }
        for (const within of scopes) quiet(narrow, last, within)
        assert.deepStrictEqual(settled(narrow, last), settled(whole, last))
      }),
      { numRuns: 40, seed: 7 }
    )
  })
})
