import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import type { Json, JsonObject } from "../../../src/domain/Json.ts"
import * as Address from "../../../src/domain/proxmox/Address.ts"
import type { NodeInterface } from "../../../src/domain/proxmox/NodeInterface.ts"
import { parseNode } from "../../../src/domain/proxmox/ParseNode.ts"

const row = (iface: string, type: string, more: JsonObject = {}): JsonObject => ({ iface, type, active: 1, ...more })

const linux = [
  row("eno1", "eth", { altnames: ["enp1s0", "enxbc2411000001"] }),
  row("eno2", "eth", { active: null }),
  row("bond0", "bond", { slaves: "eno1 eno2", mtu: "9000" }),
  row("bond0.50", "vlan", { cidr: "172.20.0.10/24", comments: "  storage\r\nof all nodes\n" }),
  row("vmbr0", "bridge", {
    bridge_ports: "bond0",
    bridge_vlan_aware: 1,
    bridge_vids: "2-4094",
    cidr: "192.168.0.10/24",
    gateway: "192.168.0.1",
    cidr6: "fd00::a/64"
  }),
  row("vmbr0:1", "alias", { address: "192.168.9.1", netmask: "255.255.255.0" }),
  row("vlan60", "vlan", { "vlan-raw-device": "vmbr0", active: 0 }),
  row("prodnet", "vnet"),
  row("tun0", "unknown"),
  row("wg0", "unknown", { address: "10.9.9.1", netmask: "24" })
]

const ovs = [
  row("eno1", "OVSPort", { ovs_bridge: "vmbr0" }),
  row("bond1", "OVSBond", { ovs_bonds: "eno2 eno3", ovs_bridge: "vmbr0", ovs_tag: "7" }),
  row("eno2", "eth"),
  row("eno3", "eth"),
  row("vmbr0", "OVSBridge", { ovs_ports: "eno1 bond1 mgmt" }),
  row("mgmt", "OVSIntPort", { ovs_bridge: "vmbr0", ovs_tag: 50, cidr: "10.1.0.5/24" })
]

const named = (found: ReadonlyArray<NodeInterface>, name: string): NodeInterface => {
  const one = found.find((candidate) => candidate.name === name)
  if (one === undefined) throw new Error(`${name} is not there`)
  return one
}

const addressesOf = (one: NodeInterface) => one.addresses.map(Address.formatCidr)

describe("parseNode", () => {
  it("types cards, bonds, bridges and VLANs, and how they hang together", () => {
    const { interfaces, others, warnings } = parseNode(linux, true)
    assert.deepStrictEqual(warnings, [])
    assert.deepStrictEqual(others, ["vmbr0:1", "prodnet", "tun0"])
    assert.deepStrictEqual(
      interfaces.map(({ bridge, enabled, form, lag, name, parent }) => [name, form, enabled, lag, bridge, parent]),
      [
        ["eno1", "other", true, "bond0", null, null],
        ["eno2", "other", false, "bond0", null, null],
        ["bond0", "lag", true, null, "vmbr0", null],
        ["bond0.50", "virtual", true, null, null, "bond0"],
        ["vmbr0", "bridge", true, null, null, null],
        ["vlan60", "virtual", false, null, null, "vmbr0"],
        ["wg0", "other", true, null, null, null]
      ]
    )
    const eno1 = named(interfaces, "eno1")
    assert.strictEqual(eno1.mac, "BC:24:11:00:00:01")
    assert.deepStrictEqual(eno1.altnames, ["enp1s0", "enxbc2411000001"])
    assert.strictEqual(named(interfaces, "bond0").mtu, 9000)
    const storage = named(interfaces, "bond0.50")
    assert.strictEqual(storage.comment, "storage")
    assert.deepStrictEqual(storage.vlans, { mode: "tagged", untagged: null, tagged: [50] })
    assert.deepStrictEqual(named(interfaces, "vlan60").vlans, { mode: "tagged", untagged: null, tagged: [60] })
    const bridge = named(interfaces, "vmbr0")
    assert.deepStrictEqual(bridge.vlans, { mode: "tagged-all", untagged: null, tagged: [] })
    assert.deepStrictEqual(bridge.gateways, [4])
    assert.deepStrictEqual(addressesOf(bridge), ["192.168.0.10/24", "fd00::a/64", "192.168.9.1/24"])
    assert.deepStrictEqual(addressesOf(named(interfaces, "wg0")), ["10.9.9.1/24"])
  })

  it("types what Open vSwitch has", () => {
    const { interfaces, warnings } = parseNode(ovs, true)
    assert.deepStrictEqual(warnings, [])
    assert.deepStrictEqual(
      interfaces.map(({ bridge, form, lag, name, vlans }) => [name, form, lag, bridge, vlans?.untagged ?? null]),
      [
        ["eno1", "other", null, "vmbr0", null],
        ["bond1", "lag", null, "vmbr0", 7],
        ["eno2", "other", "bond1", null, null],
        ["eno3", "other", "bond1", null, null],
        ["vmbr0", "bridge", null, null, null],
        ["mgmt", "virtual", null, "vmbr0", 50]
      ]
    )
  })

  it("takes the older name for the members of a bond, and a short list of VIDs as it is", () => {
    const { interfaces } = parseNode(
      [
        row("eth0", "eth"),
        row("bond0", "bond", { bond_slaves: "eth0" }),
        row("vmbr1", "bridge", { bridge_vlan_aware: 1, bridge_vids: "10 20 30-32" })
      ],
      true
    )
    assert.strictEqual(named(interfaces, "eth0").lag, "bond0")
    assert.deepStrictEqual(named(interfaces, "vmbr1").vlans, {
      mode: "tagged",
      untagged: null,
      tagged: [10, 20, 30, 31, 32]
    })
  })

  it("an address of its own goes before that of the card", () => {
    const [one] = parseNode(
      [row("eno1", "eth", { options: ["hwaddress ether 02:00:00:00:00:0a"], altnames: ["enxbc2411000001"] })],
      true
    ).interfaces
    assert.strictEqual(one?.mac, "02:00:00:00:00:0A")
  })

  it("says nothing of what an interface does not belong to where some are hidden or not understood", () => {
    const hidden = parseNode([row("eno1", "eth")], false).interfaces[0]
    assert.isUndefined(hidden?.bridge)
    const { interfaces, warnings } = parseNode([row("eno1", "eth"), row("bond0", "bond", { slaves: { odd: 1 } })], true)
    assert.isUndefined(named(interfaces, "eno1").lag)
    assert.isNull(named(interfaces, "eno1").bridge)
    assert.lengthOf(warnings, 1)
  })

  it("leaves out what would lead back to itself, in whatever ways it is linked", () => {
    const { interfaces, warnings } = parseNode(
      [row("bond0", "bond", { slaves: "vmbr0" }), row("vmbr0", "bridge", { bridge_ports: "bond0" })],
      true
    )
    assert.deepStrictEqual(
      interfaces.map(({ bridge, lag }) => [lag, bridge]),
      [
        [null, null],
        ["bond0", null]
      ]
    )
    assert.match(warnings.join(), /bond0: not taken for a part of vmbr0/)
  })

  it("an address that is leased is not known to be all there is", () => {
    const [one] = parseNode([row("vmbr0", "bridge", { method: "dhcp" })], true).interfaces
    assert.isFalse(one?.addressesKnown)
    const [odd] = parseNode([row("vmbr0", "bridge", { cidr: "10.0.0.300/24" })], true).interfaces
    assert.isFalse(odd?.addressesKnown)
  })

  it("whatever JSON a member holds, only its own interface is concerned, and every warning names it", () => {
    const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as Json)
    const keys = [...new Set([...linux, ...ovs].flatMap((one) => Object.keys(one)))].filter((key) => key !== "iface")
    fc.assert(
      fc.property(
        fc.constantFrom(linux, ovs),
        fc.nat(5),
        fc.constantFrom(...keys, "ovs_options", "options", "vlan-id", "netmask6"),
        json,
        (rows, at, key, value) => {
          const odd = rows.map((one, index) => (index === at ? { ...one, [key]: value } : one))
          const name = String(rows[at]?.["iface"])
          const { interfaces, others, warnings } = parseNode(odd, true)
          assert.lengthOf([...interfaces, ...others.map((other) => other)], rows.length)
          for (const warning of warnings) assert.isTrue(warning.includes(name), `${warning} names ${name}`)
        }
      ),
      { numRuns: 600 }
    )
  })
})
