import { assert, describe, it } from "@effect/vitest"
import { guest, observation, PureWorld } from "../support/PureWorld.ts"

const machine = "virtualization.virtualmachine"

const synced = (guests = [guest(101), guest(102)]) => {
  const world = new PureWorld()
  world.apply(world.plan([observation(guests)]))
  return world
}

const verbs = (made: ReturnType<PureWorld["plan"]>) =>
  made.operations.map(({ changes, label, verb }) => `${verb} ${label} ${changes.map(({ field }) => field).join(",")}`)

describe("plan", () => {
  it("makes everything once, parents first, and then has nothing to do", () => {
    const world = new PureWorld()
    const first = world.plan([observation([guest(101), guest(102)])])
    assert.deepStrictEqual(first.conflicts, [])
    for (const { needs, op } of first.operations) assert.isTrue(needs.every((need) => need < op || need > op))
    world.apply(first)
    assert.strictEqual(world.all(machine).length, 2)
    assert.strictEqual(world.all("virtualization.vminterface").length, 2)
    assert.strictEqual(world.all("dcim.macaddress").length, 2)
    assert.strictEqual(world.all("ipam.ipaddress").length, 2)
    assert.strictEqual(world.all("virtualization.virtualdisk").length, 2)
    assert.strictEqual(world.all("dcim.device").length, 2)
    assert.strictEqual(world.all("ipam.vlan").length, 1)
    assert.strictEqual(world.all("dcim.site").length, 1)
    const ip = world.find("ipam.ipaddress", "10.0.0.101/16")
    assert.strictEqual(world.find(machine, "guest-101")?.fields["primary_ip4"], ip?.id)
    const again = world.plan([observation([guest(101), guest(102)])])
    assert.deepStrictEqual(verbs(again), [])
    assert.deepStrictEqual(again.settled, [])
    assert.deepStrictEqual(again.drifts, [])
  })

  it("finds everything again without the journal: no create, the same ids", () => {
    const world = synced()
    const lost = new PureWorld()
    for (const [kind, rows] of world.rows) lost.rows.set(kind, rows)
    const made = lost.plan([observation([guest(101), guest(102)])])
    assert.deepStrictEqual(verbs(made), [])
    assert.strictEqual(made.bound.length, [...world.bindings.keys()].length)
  })

  it("renames in place when Proxmox renames, keeps the name an operator gave, and reports it in every run", () => {
    const world = synced()
    const id = world.find(machine, "guest-101")?.id
    const renamed = [guest(101, { name: "web" }), guest(102)].map((one) =>
      one.vmid === 101 ? { ...one, config: { ...one.config, name: "web" } } : one
    )
    const made = world.plan([observation(renamed)])
    assert.deepStrictEqual(verbs(made), ["update web name"])
    world.apply(made)
    assert.strictEqual(world.find(machine, "web")?.id, id)
    world.edit(machine, ({ fields }) => fields["name"] === "web", { name: "web-by-hand" })
    for (const run of [1, 2]) {
      const kept = world.plan([observation(renamed)])
      assert.deepStrictEqual(verbs(kept), [], `run ${run}`)
      assert.deepStrictEqual(
        kept.drifts.map(({ base, field, ours, theirs }) => ({ base, field, ours, theirs })),
        [{ base: "web", field: "name", ours: "web", theirs: "web-by-hand" }]
      )
    }
  })

  it("overwrites an owned field", () => {
    const world = synced()
    world.edit(machine, ({ fields }) => fields["name"] === "guest-101", { memory: 1 })
    const made = world.plan([observation([guest(101), guest(102)])])
    assert.deepStrictEqual(verbs(made), ["update guest-101 memory"])
    assert.deepStrictEqual(made.operations[0]?.changes, [{ field: "memory", from: 1, to: 2048, why: "config.memory" }])
  })

  it("keeps a status an operator has taken over", () => {
    const world = synced()
    world.edit(machine, ({ fields }) => fields["name"] === "guest-101", { status: "planned" })
    const made = world.plan([observation([guest(101), guest(102)])])
    assert.deepStrictEqual(verbs(made), [])
    assert.deepStrictEqual(
      made.drifts.map(({ field }) => field),
      ["status"]
    )
  })

  it("gives guests of the same name distinct names, without case, and leaves them when one goes", () => {
    const named = (vmid: number, name: string) => {
      const one = guest(vmid)
      return { ...one, name, config: { ...one.config, name } }
    }
    const guests = [named(101, "gateway"), named(205, "Gateway")]
    const world = synced(guests)
    assert.sameMembers(
      world.all(machine).map(({ fields }) => String(fields["name"])),
      ["gateway", "Gateway (205)"]
    )
    assert.deepStrictEqual(verbs(world.plan([observation(guests)])), [])
    const alone = world.plan([observation(guests.slice(1))])
    assert.deepStrictEqual(verbs(alone).slice(1), ["update gateway status,tags"])
  })

  it("exchanges names by way of a third", () => {
    const world = synced()
    const swapped = [guest(101), guest(102)].map((one, index) => {
      const name = `guest-${102 - index}`
      return { ...one, name, config: { ...one.config, name } }
    })
    const before = new Map(world.all(machine).map(({ fields, id }) => [id, fields["name"]]))
    world.apply(world.plan([observation(swapped)]))
    for (const { fields, id } of world.all(machine)) {
      assert.strictEqual(fields["name"], before.get(id) === "guest-101" ? "guest-102" : "guest-101")
    }
    assert.deepStrictEqual(verbs(world.plan([observation(swapped)])), [])
  })

  it("retires what is gone, restores what returns with the same id, and removes nothing from a partial view", () => {
    const world = synced([guest(101), guest(102), guest(103)])
    const id = world.find(machine, "guest-103")?.id
    const some = [guest(101), guest(102)]
    assert.deepStrictEqual(verbs(world.plan([observation(some, { complete: false })])), [])
    world.apply(world.plan([observation(some)]))
    assert.strictEqual(world.find(machine, "guest-103")?.fields["status"], "decommissioning")
    assert.deepStrictEqual(verbs(world.plan([observation(some)])), [])
    const back = world.plan([observation([...some, guest(103)])])
    assert.deepStrictEqual(verbs(back), ["update guest-103 tags,status"])
    assert.strictEqual(back.operations[0]?.purpose, "restore")
    world.apply(back)
    assert.strictEqual(world.find(machine, "guest-103")?.id, id)
    assert.strictEqual(world.find(machine, "guest-103")?.fields["status"], "active")
    assert.deepStrictEqual(verbs(world.plan([observation([...some, guest(103)])])), [])
  })

  it("deletes a retired guest after the grace time when the policy says so, but not with an operator's interface", () => {
    const world = synced([guest(101), guest(102)])
    world.apply(world.plan([observation([guest(101)])]))
    world.now += 999
    assert.deepStrictEqual(verbs(world.plan([observation([guest(101)])], { deletes: true })), [])
    world.now += 1
    assert.deepStrictEqual(verbs(world.plan([observation([guest(101)])])), [])
    assert.deepStrictEqual(verbs(world.plan([observation([guest(101)])], { deletes: true })), [
      "delete scsi0 id",
      "delete 10.0.0.102/16 id",
      "delete BC:24:11:00:00:66 id",
      "delete net0 id",
      "delete guest-102 id"
    ])
    const id = world.find(machine, "guest-102")?.id ?? 0
    world.add("virtualization.vminterface", { virtual_machine: id, name: "by-hand" })
    const kept = world.plan([observation([guest(101)])], { deletes: true })
    assert.deepStrictEqual(verbs(kept), [])
    assert.match(kept.conflicts[0]?.detail ?? "", /VM interface by-hand/)
  })

  it("holds back more removals than the limit until they are approved", () => {
    const many = Array.from({ length: 20 }, (_, index) => guest(101 + index))
    const world = synced(many)
    const made = world.plan([observation(many.slice(0, 10))])
    assert.deepStrictEqual(verbs(made), [])
    assert.deepStrictEqual(made.held, [{ source: "lab", removals: 10, of: 20, limit: 5 }])
    assert.strictEqual(world.plan([observation(many.slice(0, 10))], { approved: true }).operations.length, 11)
  })

  it("removes a NIC, its MAC and its address, and what was not seen of a guest stays", () => {
    const two = guest(101)
    const nics = { ...two, config: { ...two.config, net1: "virtio=BC:24:11:00:01:01,bridge=vmbr1" } }
    const world = synced([nics])
    assert.strictEqual(world.all("virtualization.vminterface").length, 2)
    const { config: _config, interfaces: _interfaces, ...unseen } = nics
    assert.deepStrictEqual(verbs(world.plan([observation([unseen])])), [])
    const made = world.plan([observation([two])])
    assert.deepStrictEqual(verbs(made), ["delete BC:24:11:00:01:01 id", "delete net1 id"])
    world.apply(made)
    assert.deepStrictEqual(verbs(world.plan([observation([two])])), [])
  })

  it("keeps the addresses of a guest that does not answer, and of one that is stopped", () => {
    const world = synced()
    const { interfaces: _, ...silent } = guest(101)
    assert.deepStrictEqual(verbs(world.plan([observation([silent, guest(102)])])), [])
    assert.deepStrictEqual(verbs(world.plan([observation([{ ...silent, status: "stopped" }, guest(102)])])), [
      "update guest-101 status"
    ])
  })

  it("addresses that change places between the NICs of a guest stay the same objects", () => {
    const one = guest(101)
    const on = (first: string, second: string) => ({
      ...one,
      config: { ...one.config, net1: "virtio=BC:24:11:00:01:01,bridge=vmbr1" },
      interfaces: [
        { name: "eth0", mac: "BC:24:11:00:00:65", addresses: [{ address: first, prefix: 16 }] },
        { name: "eth1", mac: "BC:24:11:00:01:01", addresses: [{ address: second, prefix: 16 }] }
      ]
    })
    const world = synced([on("10.0.0.1", "10.0.0.2")])
    const primary = world.find(machine, "guest-101")?.fields["primary_ip4"]
    const made = world.plan([observation([on("10.0.0.2", "10.0.0.1")])])
    assert.deepStrictEqual(verbs(made), [
      "update 10.0.0.2/16 assigned_object_type,assigned_object_id",
      "update 10.0.0.1/16 assigned_object_type,assigned_object_id"
    ])
    world.apply(made)
    assert.strictEqual(world.find(machine, "guest-101")?.fields["primary_ip4"], primary)
    assert.deepStrictEqual(verbs(world.plan([observation([on("10.0.0.2", "10.0.0.1")])])), [])
  })

  it("repoints the primary before the old address goes", () => {
    const world = synced()
    const moved = guest(101, {
      interfaces: [{ name: "eth0", mac: "BC:24:11:00:00:65", addresses: [{ address: "10.0.0.77", prefix: 16 }] }]
    })
    const made = world.plan([observation([moved, guest(102)])])
    assert.deepStrictEqual(verbs(made), [
      "create 10.0.0.77/16 address,status,assigned_object_type,assigned_object_id",
      "update guest-101 primary_ip4",
      "delete 10.0.0.101/16 id"
    ])
    assert.deepStrictEqual(made.operations[2]?.needs, [1])
    world.apply(made)
    assert.deepStrictEqual(verbs(world.plan([observation([moved, guest(102)])])), [])
  })

  it("lets an address pass from one guest to another in one run", () => {
    const world = synced()
    const address = (vmid: number, host: string) =>
      guest(vmid, {
        interfaces: [
          {
            name: "eth0",
            mac: `BC:24:11:00:00:${vmid.toString(16).toUpperCase()}`,
            addresses: [{ address: host, prefix: 16 }]
          }
        ]
      })
    const passed = [address(101, "10.0.0.77"), address(102, "10.0.0.101")]
    world.apply(world.plan([observation(passed)]))
    assert.deepStrictEqual(verbs(world.plan([observation(passed)])), [])
  })

  it("never takes an address that belongs to something else", () => {
    const world = new PureWorld()
    const at = world.add("ipam.ipaddress", {
      address: "10.0.0.101/16",
      assigned_object_type: "dcim.interface",
      assigned_object_id: 99
    })
    const made = world.plan([observation([guest(101)])])
    assert.isUndefined(made.operations.find(({ ref }) => ref.startsWith("ipam.ipaddress:")))
    assert.match(made.conflicts[0]?.detail ?? "", /10\.0\.0\.101 is assigned to another object/)
    world.apply(made)
    assert.strictEqual(world.rows.get("ipam.ipaddress")?.get(at)?.fields["assigned_object_id"], 99)
  })

  it("adopts an operator's machine by its MAC though it has another name, and leaves one with other interfaces alone", () => {
    const world = synced([guest(101)])
    const cluster = world.all("virtualization.cluster")[0]?.id ?? 0
    const byMac = world.add(machine, { name: "documented", cluster })
    const nic = world.add("virtualization.vminterface", { virtual_machine: byMac, name: "eth0" })
    world.add("dcim.macaddress", {
      mac_address: "BC:24:11:00:00:66",
      assigned_object_type: "virtualization.vminterface",
      assigned_object_id: nic
    })
    const byName = world.add(machine, { name: "guest-103", cluster })
    const other = world.add("virtualization.vminterface", { virtual_machine: byName, name: "net0" })
    world.add("dcim.macaddress", {
      mac_address: "00:00:5E:00:00:01",
      assigned_object_type: "virtualization.vminterface",
      assigned_object_id: other
    })
    const made = world.plan([observation([guest(101), guest(102), guest(103)])])
    assert.deepInclude(
      made.bound.map(({ evidence, id }) => ({ evidence, id })),
      { evidence: "MAC address in cluster", id: byMac }
    )
    assert.match(made.conflicts[0]?.detail ?? "", /other interfaces/)
    world.apply(made)
    assert.strictEqual(world.find(machine, "documented")?.id, byMac)
    assert.isDefined(world.find(machine, "guest-103 (103)"))
    assert.strictEqual(world.rows.get(machine)?.get(byName)?.fields["custom_fields.proxledger_uid"], null)
    const again = world.plan([observation([guest(101), guest(102), guest(103)])])
    assert.deepStrictEqual(verbs(again), [])
  })

  it("uses the VLAN that is there, and guesses between none", () => {
    const world = new PureWorld()
    const site = world.add("dcim.site", { name: "DC1", slug: "dc1" })
    const vlan = world.add("ipam.vlan", { vid: 100, name: "servers", site })
    const made = world.plan([observation([guest(101)])])
    world.apply(made)
    assert.strictEqual(world.all("ipam.vlan").length, 1)
    assert.strictEqual(world.all("virtualization.vminterface")[0]?.fields["untagged_vlan"], vlan)
    const two = new PureWorld()
    const at = two.add("dcim.site", { name: "DC1", slug: "dc1" })
    two.add("ipam.vlan", { vid: 100, name: "a", site: at })
    two.add("ipam.vlan", { vid: 100, name: "b", site: at })
    const torn = two.plan([observation([guest(101)])])
    assert.match(torn.conflicts[0]?.detail ?? "", /2 objects in NetBox fit/)
    two.apply(torn)
    assert.isNull(two.all("virtualization.vminterface")[0]?.fields["untagged_vlan"] ?? null)
  })

  it("keeps a tag an operator took away, removes its own when Proxmox drops it, and never touches theirs", () => {
    const tagged = (tags: string) => [guest(101, { tags })]
    const world = synced(tagged("web;prod"))
    const row = () => world.find(machine, "guest-101")
    const id = (name: string) => world.find("extras.tag", name)?.id ?? 0
    const theirs = world.add("extras.tag", { name: "theirs", slug: "theirs" })
    const tags = row()?.fields["tags"]
    world.edit(machine, ({ fields }) => fields["name"] === "guest-101", {
      tags: [...(Array.isArray(tags) ? tags : []).filter((tag) => tag !== id("web")), theirs]
    })
    const made = world.plan([observation(tagged("web;prod"))])
    assert.deepStrictEqual(verbs(made), [])
    assert.deepStrictEqual(
      made.drifts.map(({ field }) => field),
      ["tags"]
    )
    world.apply(world.plan([observation(tagged("web"))]))
    const left = row()?.fields["tags"]
    assert.isTrue(
      Array.isArray(left) && left.includes(theirs) && !left.includes(id("prod")) && !left.includes(id("web"))
    )
  })

  it("costs one warning and no field when a value makes no sense", () => {
    const world = synced()
    const odd = guest(101)
    const made = world.plan([
      observation([{ ...odd, config: { ...odd.config, cores: { a: 1 }, net0: 7, memory: [] } }, guest(102)])
    ])
    assert.deepStrictEqual(verbs(made), [])
    assert.isTrue(made.warnings.length >= 3)
  })

  it("takes a vmid that was given again for another guest: the old machine is retired, a new one made", () => {
    const world = synced()
    const old = world.find(machine, "guest-101")?.id
    const other = guest(101, { interfaces: [] })
    const reborn = {
      ...other,
      config: {
        ...other.config,
        name: "guest-101",
        smbios1: "uuid=11111111-0000-4000-8000-000000000101",
        net0: "virtio=BC:24:11:99:99:99,bridge=vmbr0"
      }
    }
    world.apply(world.plan([observation([reborn, guest(102)])]))
    const [retired] = world.all(machine).filter(({ id }) => id === old)
    assert.strictEqual(retired?.fields["status"], "decommissioning")
    assert.strictEqual(retired?.fields["custom_fields.proxledger_uid"], `lab/101~${old}`)
    assert.strictEqual(retired?.fields["name"], "guest-101")
    const made = world.find(machine, "guest-101 (101)")
    assert.strictEqual(made?.fields["custom_fields.proxledger_uid"], "lab/101")
    assert.notStrictEqual(made?.id, old)
    assert.deepStrictEqual(verbs(world.plan([observation([reborn, guest(102)])])), [])
  })

  it("knows a guest again whose type is the same and whose UUID was set anew: its MAC address tells", () => {
    const world = synced()
    const again = guest(101)
    const set = { ...again, config: { ...again.config, smbios1: "uuid=11111111-0000-4000-8000-000000000101" } }
    assert.deepStrictEqual(verbs(world.plan([observation([set, guest(102)])])), [])
  })

  describe("an interface whose name NetBox would refuse, for a sibling has it", () => {
    const named = (name: string) => `name=${name},hwaddr=BC:24:11:00:01`
    const box = (second: string) =>
      guest(101, {
        type: "lxc",
        config: {
          hostname: "box",
          net0: `${named("net1")}:00,bridge=vmbr0`,
          net1: `${named(second)}:01,bridge=vmbr0,tag=300,ip=10.0.1.1/24`
        },
        interfaces: []
      })
    const primary = (world: PureWorld) => world.find(machine, "box")?.fields["primary_ip4"]
    const refs = (made: ReturnType<PureWorld["plan"]>) => made.operations.map(({ ref }) => ref)

    it("is not made, nor what stands on it; what points to that does without", () => {
      const world = new PureWorld()
      const made = world.plan([observation([box("net1")])])
      world.apply(made)
      assert.deepStrictEqual(
        refs(made).filter((ref) => /net1|10\.0\.1\.1|vlan/.test(ref)),
        []
      )
      assert.isNull(primary(world))
      assert.lengthOf(made.conflicts, 1)
      assert.deepStrictEqual(verbs(world.plan([observation([box("net1")])])), [])
    })

    it("is made with all that once the name is free", () => {
      const world = new PureWorld()
      for (const name of ["net1", "eth1"]) world.apply(world.plan([observation([box(name)])]))
      assert.strictEqual(primary(world), world.find("ipam.ipaddress", "10.0.1.1/24")?.id)
      assert.deepStrictEqual(verbs(world.plan([observation([box("eth1")])])), [])
    })

    it("costs a machine that is there no more than that either", () => {
      const world = new PureWorld()
      const plain = guest(101, {
        type: "lxc",
        config: { hostname: "box", net0: `${named("net1")}:00` },
        interfaces: []
      })
      world.apply(world.plan([observation([plain])]))
      world.apply(world.plan([observation([box("net1")])]))
      assert.isNull(primary(world))
    })
  })

  describe("a vmid whose hardware UUID is another", () => {
    const uuid = "11111111-0000-4000-8000-000000000101"
    const set = (config: { readonly [key: string]: string | null }) => {
      const made = guest(101, { interfaces: [] })
      const merged = Object.entries({ ...made.config, ...config }).filter(([, value]) => value !== null)
      return { ...made, config: Object.fromEntries(merged) }
    }
    const without = { net0: null }
    const renewed = { smbios1: `uuid=${uuid}` }
    const other = { net0: "virtio=BC:24:11:99:99:99,bridge=vmbr0" }
    const isAnother = (was: ReturnType<typeof set>, ...then: ReadonlyArray<ReturnType<typeof set>>) => {
      const world = new PureWorld()
      world.apply(world.plan([observation([was, guest(102)])]))
      const id = world.bindings.get(`${machine}:lab/101`)?.id
      for (const one of then) world.apply(world.plan([observation([one, guest(102)])]))
      assert.deepStrictEqual(verbs(world.plan([observation([...then.slice(-1), guest(102)])])), [])
      return world.bindings.get(`${machine}:lab/101`)?.id !== id
    }

    it("has another guest where no MAC address is the same, with or without NICs on either side", () => {
      for (const was of [{}, without]) {
        for (const is of [other, without]) assert.isTrue(isAnother(set(was), set({ ...renewed, ...is })))
      }
    })

    it("has the same where a MAC address is, and keeps it when its NICs change or go later", () => {
      assert.isFalse(isAnother(set({}), set(renewed)))
      for (const later of [other, without]) {
        assert.isFalse(isAnother(set({}), set(renewed), set({ ...renewed, ...later })))
        assert.isFalse(isAnother(set({}), set(later)))
      }
    })

    it("tells nothing while its NICs cannot be read, and is judged once they can", () => {
      const garbled = { ...renewed, net0: "virtio=BC:24:11:99,bridge=vmbr0" }
      assert.isFalse(isAnother(set({}), set(garbled)))
      assert.isTrue(isAnother(set({}), set(garbled), set({ ...renewed, ...other })))
    })
  })

  it("places nodes where rules say, unless the cluster is scoped to a site", () => {
    const world = new PureWorld()
    const [one, two] = ["DC1", "DC2"].map((name) => world.add("dcim.site", { name, slug: name.toLowerCase() }))
    const rules = [
      { name: "first room", set: { site: "dc1" } },
      { name: "second room", match: { node: "^pve2$" }, set: { site: "DC2" } }
    ]
    world.apply(world.plan([observation([guest(101)])], { rules }))
    assert.strictEqual(world.find("dcim.device", "pve1")?.fields["site"], one)
    assert.strictEqual(world.find("dcim.device", "pve2")?.fields["site"], two)
    const scoped = new PureWorld()
    const home = scoped.add("dcim.site", { name: "DC1", slug: "dc1" })
    scoped.add("dcim.site", { name: "DC2", slug: "dc2" })
    scoped.apply(scoped.plan([observation([guest(101)])], { rules, settings: { site: "dc1" } }))
    assert.strictEqual(scoped.find("dcim.device", "pve2")?.fields["site"], home)
  })

  it("tells a site that is configured and missing", () => {
    const world = new PureWorld()
    assert.deepStrictEqual(world.plan([observation([guest(101)])], { settings: { site: "nowhere" } }).operations, [])
  })
})
