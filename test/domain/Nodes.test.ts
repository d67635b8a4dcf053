import { assert, describe, it } from "@effect/vitest"
import type { JsonObject } from "../../src/domain/Json.ts"
import type { NodeFacts, Observation } from "../../src/domain/proxmox/Observation.ts"
import { observation, PureWorld } from "../support/PureWorld.ts"

const interfaces = "dcim.interface"

const row = (iface: string, type: string, more: JsonObject = {}): JsonObject => ({ iface, type, active: 1, ...more })

const eno1 = row("eno1", "eth", { altnames: ["enp1s0", "enxbc2411000001"] })
const eno2 = row("eno2", "eth")
const bond0 = row("bond0", "bond", { slaves: "eno1 eno2" })
const storage = row("bond0.50", "vlan", { cidr: "172.20.0.10/24", comments: "storage\n" })
const vmbr0 = row("vmbr0", "bridge", {
  bridge_ports: "bond0",
  bridge_vlan_aware: 1,
  cidr: "192.168.0.10/24",
  gateway: "192.168.0.1"
})
const whole = [eno1, eno2, bond0, storage, vmbr0]

const seen = (network: ReadonlyArray<JsonObject>, more: Partial<Observation> = {}, node: Partial<NodeFacts> = {}) =>
  observation([], { nodes: [{ name: "pve1", online: true, ip: "192.168.0.10", network, ...node }], ...more })

const synced = (network: ReadonlyArray<JsonObject> = whole) => {
  const world = new PureWorld()
  world.apply(world.plan([seen(network)]))
  return world
}

const verbs = (made: ReturnType<PureWorld["plan"]>) =>
  made.operations.map(({ changes, label, verb }) => `${verb} ${label} ${changes.map(({ field }) => field).join(",")}`)

const nameOf = (world: PureWorld, id: unknown) => world.all(interfaces).find((one) => one.id === id)?.fields["name"]

const topology = (world: PureWorld) =>
  Object.fromEntries(
    world
      .all(interfaces)
      .map(({ fields }) => [
        fields["name"],
        [fields["type"], nameOf(world, fields["lag"]), nameOf(world, fields["bridge"]), nameOf(world, fields["parent"])]
      ])
  )

describe("the network of a node", () => {
  it("becomes interfaces with topology, VLANs, MACs, addresses and a primary address, once", () => {
    const world = new PureWorld()
    const first = world.plan([seen(whole)])
    assert.deepStrictEqual([first.conflicts, first.warnings], [[], []])
    world.apply(first)
    assert.deepStrictEqual(topology(world), {
      eno1: ["other", "bond0", undefined, undefined],
      eno2: ["other", "bond0", undefined, undefined],
      bond0: ["lag", undefined, "vmbr0", undefined],
      "bond0.50": ["virtual", undefined, undefined, "bond0"],
      vmbr0: ["bridge", undefined, undefined, undefined]
    })
    const vlan = world.all("ipam.vlan")
    assert.deepStrictEqual(
      vlan.map(({ fields }) => fields["vid"]),
      [50]
    )
    const sub = world.find(interfaces, "bond0.50")
    assert.deepStrictEqual(sub?.fields["tagged_vlans"], [vlan[0]?.id ?? 0])
    assert.strictEqual(sub?.fields["description"], "storage")
    assert.strictEqual(world.find(interfaces, "vmbr0")?.fields["mode"], "tagged-all")
    const mac = world.find("dcim.macaddress", "BC:24:11:00:00:01")
    assert.strictEqual(world.find(interfaces, "eno1")?.fields["primary_mac_address"], mac?.id)
    const ip = world.find("ipam.ipaddress", "192.168.0.10/24")
    assert.strictEqual(ip?.fields["assigned_object_id"], world.find(interfaces, "vmbr0")?.id)
    assert.strictEqual(world.find("dcim.device", "pve1")?.fields["primary_ip4"], ip?.id)
    const again = world.plan([seen(whole)])
    assert.deepStrictEqual([verbs(again), again.drifts, again.settled], [[], [], []])
  })

  it("is found again without the journal", () => {
    const world = synced()
    const lost = new PureWorld()
    for (const [kind, rows] of world.rows) lost.rows.set(kind, rows)
    assert.deepStrictEqual(verbs(lost.plan([seen(whole)])), [])
  })

  it("says of a primary address: that of the cluster, then the way to the gateway, then the lowest; one that is set stays", () => {
    const plain = row("vmbr1", "bridge", { cidr: "10.0.0.9/24" })
    const primary = (network: ReadonlyArray<JsonObject>, ip?: string) => {
      const world = new PureWorld()
      world.apply(world.plan([seen(network, {}, ip === undefined ? { ip: "203.0.113.9" } : { ip })]))
      const id = world.find("dcim.device", "pve1")?.fields["primary_ip4"]
      return { world, text: world.all("ipam.ipaddress").find((one) => one.id === id)?.fields["address"] }
    }
    assert.strictEqual(primary([...whole, plain], "172.20.0.10").text, "172.20.0.10/24")
    assert.strictEqual(primary([...whole, plain]).text, "192.168.0.10/24")
    assert.strictEqual(primary([storage, bond0, plain]).text, "10.0.0.9/24")
    const { world } = primary([...whole, plain])
    const other = world.find("ipam.ipaddress", "10.0.0.9/24")?.id ?? 0
    world.edit("dcim.device", () => true, { primary_ip4: other })
    const made = world.plan([seen([...whole, plain])])
    assert.deepStrictEqual([verbs(made), made.drifts], [[], []])
  })

  it("a card that Proxmox renames keeps its object, with MAC and address, by its old name or by its MAC", () => {
    for (const altnames of [["eno1", "enxbc2411000001"], ["eno1"], ["enp9s0", "enxbc2411000001"]]) {
      const card = { ...eno1, cidr: "10.5.0.1/24" }
      const world = synced([card, eno2])
      const id = world.find(interfaces, "eno1")?.id
      const ip = world.find("ipam.ipaddress", "10.5.0.1/24")?.id
      const renamed = [{ ...card, iface: "nic0", altnames }, eno2]
      const made = world.plan([seen(renamed)])
      const known = altnames.includes("enxbc2411000001")
      assert.deepStrictEqual(verbs(made), ["update pve1 nic0 name", ...(known ? [] : [])])
      world.apply(made)
      assert.strictEqual(world.find(interfaces, "nic0")?.id, id)
      assert.strictEqual(world.find("ipam.ipaddress", "10.5.0.1/24")?.id, ip)
      assert.lengthOf(world.all(interfaces), 2)
      assert.deepStrictEqual(verbs(world.plan([seen(renamed)])), [])
    }
  })

  it("a bond with the address of a card is not that card", () => {
    const world = synced([eno1])
    const bond = row("bond0", "bond", { slaves: "", options: ["hwaddress bc:24:11:00:00:01"] })
    const made = world.plan([seen([bond])])
    assert.deepStrictEqual(
      verbs(made).filter((text) => text.includes("bond0")),
      ["create pve1 bond0 device,name,type,enabled,tags", "update pve1 bond0 primary_mac_address"]
    )
  })

  it("removes what the engine made, sub-interfaces before what they stand on, and unties its members first", () => {
    const world = synced()
    const made = world.plan([seen([eno1, eno2, { ...vmbr0, bridge_ports: "eno1" }])])
    assert.deepStrictEqual(
      verbs(made).filter((text) => !text.startsWith("delete")),
      ["update pve1 eno1 lag,bridge", "update pve1 eno2 lag"]
    )
    const op = (label: string) => made.operations.find((one) => one.label === label && one.verb === "delete")
    assert.include(op("bond0")?.needs ?? [], op("bond0.50")?.op)
    assert.include(op("bond0.50")?.needs ?? [], op("172.20.0.10/24")?.op)
    world.apply(made)
    assert.sameMembers(Object.keys(topology(world)), ["eno1", "eno2", "vmbr0"])
    assert.deepStrictEqual(verbs(world.plan([seen([eno1, eno2, { ...vmbr0, bridge_ports: "eno1" }])])), [])
  })

  it("an address moves with its object from one bridge to another, and stays primary", () => {
    const world = synced()
    const { cidr, gateway, ...bare } = vmbr0
    const ip = world.find("ipam.ipaddress", "192.168.0.10/24")?.id
    const vmbr1 = row("vmbr1", "bridge", { cidr: cidr ?? null, gateway: gateway ?? null })
    for (const network of [
      [eno1, eno2, bond0, storage, bare, vmbr1],
      [eno1, eno2, bond0, storage, vmbr1]
    ]) {
      const made = world.plan([seen(network)])
      world.apply(made)
      assert.deepStrictEqual(made.conflicts, [])
      assert.deepStrictEqual(verbs(world.plan([seen(network)])), [])
      const moved = world.find("ipam.ipaddress", "192.168.0.10/24")
      assert.strictEqual(moved?.id, ip)
      assert.strictEqual(moved?.fields["assigned_object_id"], world.find(interfaces, "vmbr1")?.id)
      assert.strictEqual(world.find("dcim.device", "pve1")?.fields["primary_ip4"], ip)
    }
  })

  it("an address leaves a bridge before the bridge goes", () => {
    const world = synced()
    const vmbr1 = row("vmbr1", "bridge", { cidr: "192.168.0.10/24" })
    const made = world.plan([seen([eno1, eno2, bond0, storage, vmbr1])])
    const move = made.operations.find(({ label }) => label === "192.168.0.10/24")
    assert.strictEqual(move?.verb, "update")
    const removal = made.operations.find(({ label, verb }) => label === "vmbr0" && verb === "delete")
    assert.include(removal?.needs ?? [], move?.op)
  })

  it("touches nothing of a node that is offline, or whose interfaces were not all seen", () => {
    const world = synced()
    const { network: _, ...unseen } = seen([]).nodes[0] ?? { name: "pve1" }
    assert.deepStrictEqual(verbs(world.plan([observation([], { nodes: [unseen], complete: false })])), [])
    for (const scope of ["source", "node/pve1"]) {
      const gaps = [{ scope, what: "network", why: "bridges are hidden" }]
      assert.deepStrictEqual(verbs(world.plan([seen([eno1, eno2], { gaps })])), [], scope)
    }
    const offline = seen([eno1], { complete: false }, { online: false })
    assert.deepStrictEqual(verbs(world.plan([offline])), ["update pve1 status"])
  })

  it("an interface that is listed as something else now is not gone", () => {
    const world = synced([eno1, eno2])
    assert.deepStrictEqual(verbs(world.plan([seen([eno1, { ...eno2, type: "unknown" }])])), [])
    const odd = world.plan([seen([eno1, { ...eno2, type: { odd: true } }])])
    assert.deepStrictEqual(verbs(odd), [])
    assert.lengthOf(odd.warnings, 1)
  })

  it("type and description are an operator's after creation, enabled and MTU are Proxmox's", () => {
    const world = synced()
    const isEno1 = ({ fields }: { readonly fields: JsonObject }) => fields["name"] === "eno1"
    world.edit(interfaces, isEno1, { type: "1000base-t", description: "by hand", enabled: false })
    const made = world.plan([seen(whole.map((one) => (one === eno1 ? { ...one, mtu: 9000 } : one)))])
    assert.deepStrictEqual(verbs(made), ["update pve1 eno1 enabled,mtu"])
    assert.deepStrictEqual(made.drifts, [])
  })

  it("of an interface with a cable it writes only what Proxmox decides alone, and never removes it", () => {
    const world = synced([eno1, eno2])
    world.edit(interfaces, ({ fields }) => fields["name"] === "eno1", { _occupied: true, enabled: false })
    const made = world.plan([seen([eno1, eno2, bond0])])
    assert.deepStrictEqual(verbs(made), [
      "update pve1 eno1 enabled",
      "create pve1 bond0 device,name,type,enabled,tags",
      "update pve1 eno2 lag"
    ])
    assert.deepStrictEqual(
      made.drifts.map(({ field, label }) => [label, field]),
      [["pve1 eno1", "lag"]]
    )
    const gone = world.plan([seen([eno2])])
    assert.deepStrictEqual(verbs(gone), [])
    assert.deepStrictEqual(
      gone.conflicts.map(({ detail }) => detail),
      ["gone from the source, but kept: it is connected"]
    )
  })

  it("does not put a virtual interface of an operator's into a bond", () => {
    const world = synced([eno1, eno2])
    world.edit(interfaces, ({ fields }) => fields["name"] === "eno1", { type: "virtual" })
    const made = world.plan([seen([eno1, eno2, bond0])])
    assert.deepStrictEqual(
      verbs(made).filter((text) => text.includes("lag")),
      ["update pve1 eno2 lag"]
    )
    assert.deepStrictEqual(
      made.drifts.map(({ field }) => field),
      ["lag"]
    )
  })

  it("keeps what an operator made or hung on: an adopted interface, an address, a sub-interface", () => {
    const world = synced([])
    const device = world.find("dcim.device", "pve1")?.id ?? 0
    world.add(interfaces, { device, name: "eno1", type: "25gbase-x-sfp28", description: "rack 3" })
    world.apply(world.plan([seen([eno1, eno2, vmbr0])]))
    assert.strictEqual(world.find(interfaces, "eno1")?.fields["type"], "25gbase-x-sfp28")
    const on = (name: string) => ({
      assigned_object_type: interfaces,
      assigned_object_id: world.find(interfaces, name)?.id ?? 0
    })
    world.add("ipam.ipaddress", { address: "10.7.0.1/24", ...on("eno2") })
    world.add(interfaces, {
      device,
      name: "by-hand",
      type: "virtual",
      parent: world.find(interfaces, "vmbr0")?.id ?? 0
    })
    const gone = world.plan([seen([row("eno9", "eth")])])
    assert.deepStrictEqual(
      gone.conflicts.map(({ detail, label }) => [label, detail]),
      [
        ["eno1", "gone from the source, but kept: somebody else made it"],
        ["eno2", "gone from the source, but kept: it carries IP address 10.7.0.1/24, which somebody else made"],
        ["vmbr0", "gone from the source, but kept: it carries node interface by-hand, which somebody else made"]
      ]
    )
    assert.deepStrictEqual(
      verbs(gone).filter((text) => text.startsWith("delete")),
      []
    )
  })

  it("adopts a free address whatever its mask, and never takes one from somebody else", () => {
    const world = synced([])
    world.add("ipam.ipaddress", { address: "192.168.0.10/32" })
    const device = world.add("dcim.device", { name: "router" })
    const port = world.add(interfaces, { device, name: "eth0" })
    world.add("ipam.ipaddress", {
      address: "172.20.0.10/24",
      assigned_object_type: interfaces,
      assigned_object_id: port
    })
    const made = world.plan([seen(whole)])
    assert.deepStrictEqual(
      made.conflicts.map(({ detail }) => detail),
      ["172.20.0.10 is assigned to another object in NetBox"]
    )
    world.apply(made)
    assert.strictEqual(
      world.find("ipam.ipaddress", "192.168.0.10/32")?.fields["assigned_object_id"],
      world.find(interfaces, "vmbr0")?.id
    )
    assert.deepStrictEqual(verbs(world.plan([seen(whole)])), [])
  })

  it("an address that two nodes have is the first one's; the other has none of it, nor as primary", () => {
    const inner = row("vmbr1", "bridge", { cidr: "10.10.10.1/24" })
    const nodes = ["pve1", "pve2"].map((name) => ({ name, online: true, ip: "10.10.10.1", network: [inner] }))
    const world = new PureWorld()
    const made = world.plan([observation([], { nodes })])
    assert.deepStrictEqual(
      made.conflicts.map(({ detail }) => detail),
      ["address 10.10.10.1 is taken in NetBox by another object"]
    )
    world.apply(made)
    assert.isNotNull(world.find("dcim.device", "pve1")?.fields["primary_ip4"])
    assert.isNull(world.find("dcim.device", "pve2")?.fields["primary_ip4"])
    assert.deepStrictEqual(verbs(world.plan([observation([], { nodes })])), [])
  })

  it("names no VLAN of the cluster's site on a node that a rule places elsewhere", () => {
    const world = new PureWorld()
    const [home] = ["home", "away"].map((name) => world.add("dcim.site", { name, slug: name }))
    world.add("ipam.vlan", { vid: 50, name: "storage", site: home ?? 0 })
    world.add("dcim.device", { name: "pve2", site: home ?? 0 })
    const rules = [{ name: "second room", match: { node: "^pve1$" }, set: { site: "away" } }]
    const nodes = ["pve1", "pve2"].map((name) => ({ name, online: true, network: [bond0, { ...storage, cidr: null }] }))
    world.apply(world.plan([observation([], { nodes })], { rules }))
    const [away, here] = ["pve1", "pve2"].map((name) =>
      world
        .all(interfaces)
        .find(({ fields }) => fields["name"] === "bond0.50" && fields["device"] === world.find("dcim.device", name)?.id)
    )
    assert.deepStrictEqual([away?.fields["mode"], away?.fields["tagged_vlans"]], [null, []])
    assert.deepStrictEqual(here?.fields["tagged_vlans"], [world.find("ipam.vlan", "storage")?.id ?? 0])
  })

  it("an interface of a machine with the same number is somebody else", () => {
    const world = synced([])
    const id = world.add("virtualization.vminterface", { name: "net0" })
    world.add("ipam.ipaddress", {
      address: "192.168.0.10/24",
      assigned_object_type: "virtualization.vminterface",
      assigned_object_id: id
    })
    assert.lengthOf(world.plan([seen(whole)]).conflicts, 1)
  })
})
