import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import type { Json } from "../../../src/domain/Json.ts"
import { parse } from "../../../src/domain/proxmox/GuestInterfaces.ts"

const agent = [
  {
    name: "eth0",
    "hardware-address": "bc:24:11:00:00:01",
    "ip-addresses": [
      { "ip-address": "fe80::be24:11ff:fe00:1%12", "ip-address-type": "ipv6", prefix: 64 },
      { "ip-address": "10.0.0.5", "ip-address-type": "ipv4", prefix: 24 }
    ],
    statistics: { "rx-bytes": 1 }
  }
]

const container = [
  {
    name: "eth0",
    hwaddr: "BC:24:11:00:00:01",
    "hardware-address": "BC:24:11:00:00:01",
    inet: "10.0.0.5/24",
    "ip-addresses": [
      { "ip-address": "10.0.0.5", "ip-address-type": "inet", prefix: "24" },
      { "ip-address": "fe80::be24:11ff:fe00:1", "ip-address-type": "inet6", prefix: "64" }
    ]
  }
]

const eth0 = {
  name: "eth0",
  mac: "BC:24:11:00:00:01",
  addresses: [
    { address: "10.0.0.5", prefix: 24 },
    { address: "fe80::be24:11ff:fe00:1", prefix: 64 }
  ]
}

describe("GuestInterfaces", () => {
  it("agents and containers tell the same in two ways", () => {
    assert.deepStrictEqual(parse(agent), { interfaces: [eth0], partial: false })
    assert.deepStrictEqual(parse(container), { interfaces: [eth0], partial: false })
  })

  it("containers before 8.4 tell one address of each family", () => {
    const old = [{ name: "eth0", hwaddr: "bc:24:11:00:00:01", inet: "10.0.0.5/24", inet6: "fe80::be24:11ff:fe00:1/64" }]
    assert.deepStrictEqual(parse(old), { interfaces: [eth0], partial: false })
    assert.deepStrictEqual(parse([{ name: "eth0", hwaddr: "x", inet: "10.0.0.5/24", inet6: null }]), {
      interfaces: [{ name: "eth0", addresses: [{ address: "10.0.0.5", prefix: 24 }] }],
      partial: false
    })
  })

  it("addresses, MAC and prefix may be missing", () => {
    const bare = [{ name: "wg0" }, { name: "lo", "ip-addresses": [{ "ip-address": "127.0.0.1" }] }]
    assert.deepStrictEqual(parse(bare), {
      interfaces: [
        { name: "lo", addresses: [{ address: "127.0.0.1" }] },
        { name: "wg0", addresses: [] }
      ],
      partial: false
    })
  })

  it("what cannot be read is told, beside what can", () => {
    const odd: ReadonlyArray<Json> = [
      [{ name: "eth0", "ip-addresses": [{ "ip-address": 7 }, { "ip-address": "10.0.0.5", prefix: 24 }] }],
      [{ name: "eth0", "ip-addresses": [null, { "ip-address": "10.0.0.5", prefix: 24 }] }],
      [null, { name: "eth0", inet: "10.0.0.5/24" }],
      [{ name: "" }, { name: "eth0", inet: "10.0.0.5/24" }],
      [{ name: "eth0", inet: "10.0.0.5/24", inet6: {} }]
    ]
    const read = [{ name: "eth0", addresses: [{ address: "10.0.0.5", prefix: 24 }] }]
    for (const rows of odd) assert.deepStrictEqual(parse(rows), { interfaces: read, partial: true })
    assert.deepStrictEqual(parse([{ name: "eth0", "ip-addresses": "x" }])?.partial, true)
  })

  it("a refused command, null and text are no lists", () => {
    for (const value of [null, "x", 1, {}, { error: { class: "CommandNotFound", desc: "disabled" } }]) {
      assert.isUndefined(parse(value))
    }
  })

  it("order and doubles make no difference", () => {
    const rows = [...agent, { name: "lo" }, { name: "eth1", inet: "10.0.0.6/24" }]
    fc.assert(
      fc.property(fc.shuffledSubarray([...rows, ...rows], { minLength: 6, maxLength: 6 }), (shuffled) => {
        assert.deepStrictEqual(parse(shuffled), parse(rows))
      })
    )
  })
})
