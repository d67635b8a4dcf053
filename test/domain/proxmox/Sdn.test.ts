import { assert, describe, it } from "@effect/vitest"
import * as Sdn from "../../../src/domain/proxmox/Sdn.ts"

const zones = new Map([
  ["z1", "vlan"],
  ["z2", "vxlan"]
])

describe("Sdn", () => {
  it("reads what zones are, as far as they tell", () => {
    const rows = [{ zone: "z1", type: "vlan" }, { zone: "z2", type: "vxlan" }, { zone: "z3" }, { type: "vlan" }, null]
    assert.deepStrictEqual(Sdn.zoneTypes(rows), zones)
    assert.isUndefined(Sdn.zoneTypes(null))
  })

  it("reads vnets of VLAN zones with their tag, others without", () => {
    const rows = [
      { vnet: "b", zone: "z2", tag: 7000, alias: "Overlay" },
      { vnet: "a", zone: "z1", tag: "200" }
    ]
    assert.deepStrictEqual(Sdn.vnets(rows, zones), [
      { name: "a", tag: 200 },
      { name: "b", alias: "Overlay" }
    ])
  })

  it("leaves out what does not tell whether it is a VLAN, and which", () => {
    const rows = [
      { vnet: "a", zone: "elsewhere", tag: 200 },
      { vnet: "b", tag: 200 },
      { vnet: "c", zone: "z1" },
      { vnet: "d", zone: "z1", tag: 9999 },
      { zone: "z1", tag: 200 }
    ]
    assert.deepStrictEqual(Sdn.vnets(rows, zones), [])
    assert.deepStrictEqual(Sdn.vnets([{ vnet: "a", zone: "z1", tag: 200 }], new Map()), [])
  })
})
