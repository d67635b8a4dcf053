import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { Case } from "./Case.ts"
import { mac, vm } from "./Guests.ts"
import { clusters, conflicts, interfaces, make, quiet, row, rows, rowsWith, synced, vlans, writes } from "./World.ts"

const net = (vmid: number, rest = "", nic = 0) => `virtio=${mac(vmid, nic)},bridge=vmbr0${rest}`

/** Tags and trunks of NICs, and which of NetBox's VLANs they mean. */
export const vlanCases: ReadonlyArray<Case> = [
  {
    number: 44,
    title: "a tag is access, trunks are tagged with the tag as native VLAN; without a tag all three fields are cleared",
    real: true,
    run: (world) =>
      Effect.gen(function* () {
        yield* world.proxmox.addGuest(
          vm(101, "web", { config: { net0: net(101, ",tag=100"), net1: net(101, ",tag=100,trunks=10;20-22", 1) } })
        )
        yield* synced
        const nic = (name: string) => row(world, interfaces, { name })
        assert.deepInclude(yield* nic("net0"), { mode: "access", untagged_vlan: "VLAN 100", tagged_vlans: [] })
        assert.deepInclude(yield* nic("net1"), {
          mode: "tagged",
          untagged_vlan: "VLAN 100",
          tagged_vlans: ["VLAN 10", "VLAN 20", "VLAN 21", "VLAN 22"]
        })
        yield* quiet(world)
        yield* world.proxmox.updateGuest(101, { net0: net(101), net1: net(101, ",tag=100", 1) })
        yield* synced
        assert.deepInclude(yield* nic("net0"), { mode: null, untagged_vlan: null, tagged_vlans: [] })
        assert.deepInclude(yield* nic("net1"), { mode: "access", untagged_vlan: "VLAN 100", tagged_vlans: [] })
        yield* world.proxmox.updateGuest(101, { net0: net(101, ",trunks=10;20-22"), net1: net(101, "", 1) })
        yield* synced
        assert.deepInclude(yield* nic("net0"), {
          mode: "tagged",
          untagged_vlan: null,
          tagged_vlans: ["VLAN 10", "VLAN 20", "VLAN 21", "VLAN 22"]
        })
        assert.deepInclude(yield* nic("net1"), { mode: null, untagged_vlan: null, tagged_vlans: [] })
        yield* quiet(world)
        yield* world.proxmox.updateGuest(101, { net0: net(101) })
        yield* synced
        assert.deepInclude(yield* nic("net0"), { mode: null, untagged_vlan: null, tagged_vlans: [] })
      })
  },
  {
    number: 45,
    title:
      "a VLAN id that NetBox has several times means that of the cluster, of the site, of everywhere, in this order",
    real: true,
    estates: { lab: { settings: { site: "east" } } },
    run: (world) =>
      Effect.gen(function* () {
        const east = yield* make(world, "dcim.site", { name: "East", slug: "east" })
        const west = yield* make(world, "dcim.site", { name: "West", slug: "west" })
        yield* world.proxmox.addGuest(vm(101, "web"))
        yield* synced
        const cluster = yield* row(world, clusters, { name: "lab-cluster" })
        const group = yield* make(world, "ipam.vlangroup", {
          name: "Rack",
          slug: "rack",
          scope_type: "virtualization.cluster",
          scope_id: cluster.id
        })
        const vlan = (name: string, vid: number, where: { readonly [field: string]: number } = {}) =>
          make(world, vlans, { name, vid, ...where })
        yield* vlan("global 100", 100)
        yield* vlan("west 100", 100, { site: west })
        yield* vlan("east 100", 100, { site: east })
        yield* vlan("cluster 100", 100, { group })
        yield* vlan("global 101", 101)
        yield* vlan("west 101", 101, { site: west })
        yield* vlan("east 101", 101, { site: east })
        yield* vlan("global 102", 102)
        yield* vlan("west 102", 102, { site: west })
        yield* vlan("east 103", 103, { site: east })
        yield* vlan("east 103 too", 103, { site: east })
        yield* vlan("global 103", 103)
        const before = yield* rows(world, vlans)
        yield* world.proxmox.updateGuest(
          101,
          Object.fromEntries([0, 1, 2, 3].map((nic) => [`net${nic}`, net(101, `,tag=${100 + nic}`, nic)]))
        )
        const run = yield* synced
        assert.deepStrictEqual(
          (yield* rows(world, interfaces)).map((one) => [one["name"], one["untagged_vlan"]]),
          [
            ["net0", "cluster 100"],
            ["net1", "east 101"],
            ["net2", "global 102"],
            ["net3", null]
          ]
        )
        assert.lengthOf(conflicts(run), 1)
        assert.match(conflicts(run)[0] ?? "", /^lab\/103: 2 objects in NetBox fit/)
        assert.deepStrictEqual(yield* rows(world, vlans), before)
        assert.lengthOf(
          writes(run).filter((line) => line.startsWith("create vlan")),
          0
        )
      })
  },
  {
    number: 46,
    title: "a NIC on an SDN network has that network's VLAN",
    run: (world) =>
      Effect.gen(function* () {
        yield* world.proxmox.addGuest(
          vm(101, "web", { config: { net0: `virtio=${mac(101)},bridge=prodnet`, net1: net(101, "", 1) } })
        )
        yield* synced
        const [vlan] = yield* rowsWith(world, vlans, { vid: 200 })
        assert.deepInclude(vlan, { vid: 200, name: "Production network" })
        assert.deepInclude(yield* row(world, interfaces, { name: "net0" }), {
          mode: "access",
          untagged_vlan: "Production network",
          tagged_vlans: []
        })
        assert.deepInclude(yield* row(world, interfaces, { name: "net1" }), { mode: null, untagged_vlan: null })
      })
  }
]
