import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import type { Gap } from "../../../src/domain/Event.ts"
import type { Json } from "../../../src/domain/Json.ts"
import * as Rows from "../../../src/domain/proxmox/Rows.ts"
import { atOnce } from "../../../src/domain/Steps.ts"

const noted = <A>(read: (note: Rows.Note) => A): readonly [A, ReadonlyArray<Gap>] => {
  const gaps: Array<Gap> = []
  return [read((gap) => void gaps.push(gap)), gaps]
}

const listed = (value: Json, note: Rows.Note) => atOnce(Rows.guestList(value, note))

const guest = { id: "qemu/100", type: "qemu", vmid: 100, node: "pve1", status: "running", name: "web", template: 0 }

const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as Json)

const pairs = fc.array(fc.tuple(fc.constantFrom(...Object.keys(guest), "tags", "pool", "maxcpu", "maxmem"), json))

describe("Rows", () => {
  it("a guest whose node is gone has no name rather than an empty one", () => {
    const row = { id: "lxc/101", type: "lxc", vmid: 101, node: "pve2", status: "unknown", pool: "prod" }
    const [list, gaps] = noted((note) => listed([row], note))
    const facts = { vmid: 101, type: "lxc", node: "pve2", status: "unknown", pool: "prod" } as const
    assert.deepStrictEqual(list, { guests: [facts], whole: true })
    assert.deepStrictEqual(gaps, [])
  })

  it("an odd member costs itself, and is named", () => {
    const [list, gaps] = noted((note) => listed([{ ...guest, name: ["x"], maxmem: "much" }], note))
    assert.deepStrictEqual(list?.guests, [
      { vmid: 100, type: "qemu", node: "pve1", status: "running", template: false }
    ])
    assert.isTrue(list?.whole)
    assert.deepStrictEqual(
      gaps.map(({ scope, why }) => `${scope} ${why}`),
      ['guest/100 name: ["x"] is not text', 'guest/100 maxmem: "much" is not a number of bytes']
    )
  })

  it("a row that cannot be told apart leaves the list in doubt", () => {
    const rows: ReadonlyArray<Json> = [
      { ...guest, vmid: "x" },
      { ...guest, vmid: 0 },
      { ...guest, type: "openvz" },
      { ...guest, node: "../../access" },
      { ...guest, node: "" },
      guest.id,
      null
    ]
    for (const row of rows) {
      const [list, gaps] = noted((note) => listed([{ ...guest, vmid: 7 }, row], note))
      assert.deepStrictEqual([list?.guests.length, list?.whole, gaps.length], [1, false, 1], JSON.stringify(row))
    }
    assert.isFalse(noted((note) => listed([guest, guest], note))[0]?.whole)
    for (const data of [null, {}, "x"]) assert.isUndefined(noted((note) => listed(data, note))[0])
  })

  it("whatever a row holds, it becomes a guest or doubt", () => {
    fc.assert(
      fc.property(pairs, (changes) => {
        const row = { ...guest, ...Object.fromEntries(changes) }
        const [list] = noted((note) => listed([row], note))
        assert.strictEqual(list?.guests.length, list?.whole === true ? 1 : 0)
      })
    )
  })

  it("a standalone host has one node and no cluster; several nodes without a cluster, or none, are no status", () => {
    const node = { type: "node", name: "pve1", online: 1, ip: "10.0.0.1", nodeid: 0 }
    const status = (value: Json) => noted((note) => Rows.clusterStatus(value, note))[0]
    const nodes = [{ name: "pve1", online: true, ip: "10.0.0.1" }]
    assert.deepStrictEqual(status([node]), { name: null, quorate: true, nodes })
    assert.isUndefined(status([node, { ...node, name: "pve2" }]))
    for (const value of [[], [{ type: "cluster", name: "lab", quorate: 1 }], null, {}])
      assert.isUndefined(status(value))
    assert.isUndefined(status([{ type: "cluster", name: null, quorate: 1 }, node]))
    const unsure = status([
      { type: "cluster", name: "lab", quorate: "?" },
      { ...node, online: "?" }
    ])
    assert.deepStrictEqual(unsure, { name: "lab", quorate: false, nodes: [{ name: "pve1", ip: "10.0.0.1" }] })
  })

  it("nodes are online, offline or neither", () => {
    const states = Rows.nodeStates(["online", "offline", "unknown"].map((status) => ({ node: status, status })))
    assert.deepStrictEqual([...(states ?? [])].sort(), [
      ["offline", false],
      ["online", true],
      ["unknown", undefined]
    ])
    assert.isUndefined(Rows.nodeStates(null))
  })

  it("networks are told as answered, by name", () => {
    const rows = [{ iface: "vmbr0", active: null, families: ["inet"] }, { iface: "eno1", mtu: "9000" }, { odd: 1 }, 1]
    const [found, gaps] = noted((note) => Rows.networkRows(rows, "pve1", note))
    assert.deepStrictEqual(found, [
      { iface: "eno1", mtu: "9000" },
      { iface: "vmbr0", active: null, families: ["inet"] }
    ])
    assert.deepStrictEqual(
      gaps.map(({ scope, what }) => [scope, what]),
      [["node/pve1", "network"]]
    )
    assert.isUndefined(noted((note) => Rows.networkRows({}, "pve1", note))[0])
  })
})
