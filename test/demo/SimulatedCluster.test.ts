import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { type Cluster, nameOf } from "../../src/demo/proxmox/Cluster.ts"
import { type ClusterOptions, generate } from "../../src/demo/proxmox/Generate.ts"
import { parseGuest } from "../../src/domain/proxmox/ParseGuest.ts"

const make = (options: Partial<ClusterOptions>): Cluster =>
  generate({ name: "lab", nodes: 3, guests: 300, seed: 7, ...options }, 1_800_000_000_000).cluster

const guestsOf = (cluster: Cluster) => [...cluster.guests.values()]

const parsed = (cluster: Cluster) =>
  guestsOf(cluster).map(({ config, node, status, type, vmid }) => parseGuest({ vmid, type, node, status, config }))

const networkOf = (cluster: Cluster) => ({
  macs: parsed(cluster).flatMap(({ nics }) => nics.map(({ mac }) => mac)),
  // Every host runs docker on the same address; loopback and link-local addresses recur by nature.
  addresses: guestsOf(cluster)
    .flatMap(({ interfaces }) => interfaces.flatMap(({ addresses = [] }) => addresses.map(({ address }) => address)))
    .filter((address) => /^(?:10\.|fd00:)/.test(address))
})

const distinct = (values: ReadonlyArray<unknown>): number => new Set(values).size

describe("a generated cluster", () => {
  it.prop("follows from its options alone", [FastCheck.integer({ min: 0, max: 0xffff_ffff })], ([seed]) => {
    assert.deepStrictEqual(make({ seed, guests: 10 }), make({ seed, guests: 10 }))
  })

  it("differs by seed", () => {
    assert.notDeepEqual(make({ seed: 1 }), make({ seed: 2 }))
  })

  it("has both types, templates, stopped guests and every kind of noise", () => {
    const guests = guestsOf(make({ guests: 1000 }))
    const share = (is: (guest: (typeof guests)[number]) => boolean) => guests.filter(is).length / guests.length
    const has = (key: string) => share(({ config }) => config[key] !== undefined)
    const between = (value: number, low: number, high: number) =>
      assert.isTrue(value > low && value < high, String(value))
    between(
      share(({ type }) => type === "qemu"),
      0.6,
      0.8
    )
    between(
      share(({ status }) => status === "running"),
      0.7,
      0.9
    )
    between(has("template"), 0.005, 0.06)
    between(has("agent"), 0.4, 0.7)
    for (const key of ["ipconfig0", "efidisk0", "tpmstate0", "unused0", "ide2", "mp0", "net1", "tags", "description"]) {
      assert.isTrue(has(key) > 0, key)
    }
    assert.isTrue(share(({ status }) => status === "stopped") > 0 && share(({ pool }) => pool !== undefined) > 0)
  })

  it("is written in the grammar of Proxmox without a flaw, about two NICs and disks to a VM", () => {
    const guests = parsed(make({ guests: 1000, oddities: 1 }))
    assert.deepStrictEqual(
      guests.flatMap(({ warnings }) => warnings),
      []
    )
    const mean = (count: (guest: (typeof guests)[number]) => number) =>
      guests.reduce((sum, guest) => sum + count(guest), 0) / guests.length
    assert.isTrue(mean(({ nics }) => nics.length) > 1.5 && mean(({ nics }) => nics.length) < 2.5)
    assert.isTrue(mean(({ disks }) => disks.length) > 1.2 && mean(({ disks }) => disks.length) < 2.5)
    assert.isTrue(guests.every(({ disks }) => disks.length > 0))
  })

  it("has no MAC and no address twice, nor shares one with a cluster of another block", () => {
    const clusters = [networkOf(make({ block: 0 })), networkOf(make({ block: 1 })), networkOf(make({ block: 15 }))]
    for (const key of ["macs", "addresses"] as const) {
      const all = clusters.flatMap((network) => network[key])
      assert.isTrue(all.length > 600)
      assert.strictEqual(distinct(all), all.length)
    }
  })

  it("lets names collide only as often as asked for", () => {
    const names = (oddities: number) => guestsOf(make({ oddities })).map(nameOf)
    assert.strictEqual(distinct(names(0)), 300)
    const odd = names(0.5)
    assert.isTrue(distinct(odd) < 300)
    assert.isTrue(distinct(odd.map((name) => name.toLowerCase())) < distinct(odd))
  })

  it("takes the nodes' names, and one of them when it stands alone", () => {
    assert.deepStrictEqual(
      make({ nodes: ["a", "b"] }).nodes.map(({ name }) => name),
      ["a", "b"]
    )
    const alone = make({ standalone: true })
    assert.strictEqual(alone.nodes.length, 1)
    assert.isTrue(guestsOf(alone).every(({ node }) => node === "pve1"))
  })
})
