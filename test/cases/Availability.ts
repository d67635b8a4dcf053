import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { Fault } from "../../src/demo/proxmox/Faults.ts"
import { of } from "../support/Sync.ts"
import type { Case } from "./Case.ts"
import { ct, eth0, seen, vm } from "./Guests.ts"
import {
  complete,
  devices,
  disks,
  ending,
  gaps,
  guestAddresses,
  machine,
  machines,
  quiet,
  row,
  rows,
  synced,
  type World,
  writes
} from "./World.ts"

const statuses = (world: World) =>
  Effect.map(rows(world, machines), (found) => found.map((one) => [one["name"], one["status"]]))

/** What cannot be seen is unknown: it blanks nothing and removes nothing. */
export const availabilityCases: ReadonlyArray<Case> = [
  {
    number: 23,
    title: "guests of a node that is offline keep their status, addresses and disks, and nobody is taken for gone",
    estates: { lab: { nodes: 3 } },
    run: (world) =>
      Effect.gen(function* () {
        const { proxmox } = world
        yield* proxmox.addGuest(vm(101, "web", { node: "pve3", ips: ["10.0.0.5/24"] }))
        yield* proxmox.addGuest(vm(102, "app"))
        yield* proxmox.addGuest(vm(103, "old"))
        yield* synced
        const before = [yield* machine(world, "web"), yield* guestAddresses(world), yield* rows(world, disks)]
        yield* proxmox.setNodeOnline("pve3", false)
        yield* proxmox.removeGuest(103)
        const run = yield* synced
        assert.deepStrictEqual(writes(run), ["update device lab/node/pve3 status"])
        assert.strictEqual((yield* row(world, devices, { name: "pve3" }))["status"], "offline")
        assert.isFalse(complete(run))
        assert.include(gaps(run), "node/pve3 guests")
        assert.deepStrictEqual(
          [yield* machine(world, "web"), yield* guestAddresses(world), yield* rows(world, disks)],
          before
        )
        yield* quiet(world)
        yield* proxmox.setNodeOnline("pve3", true)
        assert.sameMembers(writes(yield* synced), [
          "create tag Proxledger retired",
          "update device lab/node/pve3 status",
          "update virtualmachine lab/103 status, tags"
        ])
      })
  },
  {
    number: 24,
    variant: "a",
    title: "in a cluster without quorum nobody is taken for gone",
    estates: { lab: { nodes: 3 } },
    run: (world) =>
      Effect.gen(function* () {
        yield* world.proxmox.addGuest(vm(101, "web"))
        yield* world.proxmox.addGuest(vm(102, "app"))
        yield* world.proxmox.addGuest(vm(103, "db", { node: "pve3" }))
        yield* synced
        for (const node of ["pve2", "pve3"]) yield* world.proxmox.setNodeOnline(node, false)
        yield* world.proxmox.removeGuest(102)
        const run = yield* quiet(world)
        assert.isFalse(complete(run))
        assert.include(gaps(run), "source cluster")
        assert.deepStrictEqual(yield* statuses(world), [
          ["web", "active"],
          ["app", "active"],
          ["db", "active"]
        ])
      })
  },
  {
    number: 24,
    variant: "b",
    title: "a source that is down loses nothing, and the run over the others says that it was left out",
    estates: { lab: { block: 1 }, other: { block: 2 } },
    run: (world) =>
      Effect.gen(function* () {
        yield* world.proxmox.addGuest(vm(101, "web"))
        yield* world.proxmox.addGuest(vm(102, "app"))
        yield* world.cluster("other").addGuest(vm(201, "db"))
        yield* synced
        yield* world.cluster("other").setEndpointUp(0, false)
        yield* world.proxmox.removeGuest(102)
        const run = yield* synced
        assert.deepStrictEqual(writes(run), [
          "create tag Proxledger retired",
          "update virtualmachine lab/102 status, tags"
        ])
        assert.deepStrictEqual(
          of(run.events, "SourceUnavailable").map(({ source }) => source),
          ["other"]
        )
        assert.strictEqual(ending(run)?.outcome, "partial")
        assert.match(ending(run)?.detail ?? "", /source other was not read/)
        assert.deepStrictEqual(yield* statuses(world), [
          ["web", "active"],
          ["app", "decommissioning"],
          ["db", "active"]
        ])
        yield* world.cluster("other").setEndpointUp(0, true)
      })
  },
  {
    number: 24,
    variant: "c",
    title: "guests that a token may no longer see are not taken for gone",
    run: (world) =>
      Effect.gen(function* () {
        yield* world.proxmox.addGuest(vm(101, "web"))
        yield* world.proxmox.addGuest(vm(102, "app"))
        yield* synced
        yield* world.proxmox.revoke("VM.Audit", "/vms/102")
        const one = yield* quiet(world)
        assert.isFalse(complete(one))
        assert.include(gaps(one), "source guests")
        yield* world.proxmox.revoke("VM.Audit")
        assert.isFalse(complete(yield* quiet(world)))
        assert.deepStrictEqual(yield* statuses(world), [
          ["web", "active"],
          ["app", "active"]
        ])
      })
  },
  {
    number: 25,
    title: "a cluster that has lost all its guests at once waits for approval, and one that only says so loses none",
    run: (world) =>
      Effect.gen(function* () {
        const vmids = [101, 102, 103, 104, 105, 106, 107]
        for (const vmid of vmids) yield* world.proxmox.addGuest(vm(vmid, `web-${vmid}`))
        yield* synced
        yield* world.proxmox.addFault({ fault: Fault.Rewritten({ rewrite: () => [] }), path: "/cluster/resources" })
        assert.isFalse(complete(yield* quiet(world)))
        yield* world.proxmox.clearFaults
        for (const vmid of vmids) yield* world.proxmox.removeGuest(vmid)
        const run = yield* quiet(world)
        assert.isTrue(complete(run))
        const [held] = of(run.events, "RemovalsHeld")
        assert.deepInclude(held, { source: "lab", removals: 7, of: 7, limit: 5 })
        assert.strictEqual(ending(run)?.outcome, "partial")
        assert.match(ending(run)?.detail ?? "", /7 of 7 removals in source lab wait for approval/)
        for (const [, status] of yield* statuses(world)) assert.strictEqual(status, "active")
      })
  },
  {
    number: 26,
    title: "a guest that is stopped goes offline and keeps its addresses, its primary address and its platform",
    run: (world) =>
      Effect.gen(function* () {
        yield* world.proxmox.addGuest(vm(101, "web", { ips: ["10.0.0.5/24", "2001:db8::5/64"] }))
        yield* world.proxmox.addGuest(ct(102, "proxy", { ips: ["10.0.0.6/24"] }))
        yield* synced
        const kept = yield* guestAddresses(world)
        assert.lengthOf(kept, 3)
        for (const vmid of [101, 102]) yield* world.proxmox.stop(vmid)
        assert.deepStrictEqual(writes(yield* synced), [
          "update virtualmachine lab/101 status",
          "update virtualmachine lab/102 status"
        ])
        assert.deepStrictEqual(yield* guestAddresses(world), kept)
        assert.deepInclude(yield* machine(world, "web"), {
          status: "offline",
          primary_ip4: "10.0.0.5/24",
          primary_ip6: "2001:db8::5/64",
          platform: "Linux (kernel 2.6 or newer)"
        })
        assert.deepInclude(yield* machine(world, "proxy"), { status: "offline", primary_ip4: "10.0.0.6/24" })
      })
  },
  {
    number: 27,
    title: "an agent that is silent, not running or forbidden costs the addresses nothing, and is no error",
    run: (world) =>
      Effect.gen(function* () {
        const modes = ["silent", "absent", "disabled"] as const
        for (const [index, mode] of modes.entries()) {
          yield* world.proxmox.addGuest(vm(101 + index, mode, { ips: [`10.0.0.${5 + index}/24`] }))
        }
        yield* synced
        const kept = yield* guestAddresses(world)
        assert.lengthOf(kept, 3)
        for (const [index, mode] of modes.entries()) {
          yield* world.proxmox.setAgent(101 + index, mode)
          yield* world.proxmox.updateGuest(101 + index, { memory: "4096" })
        }
        const run = yield* synced
        assert.deepStrictEqual(writes(run), [
          "update virtualmachine lab/101 memory",
          "update virtualmachine lab/102 memory",
          "update virtualmachine lab/103 memory"
        ])
        assert.deepInclude(ending(run), { outcome: "succeeded", failed: 0 })
        assert.includeMembers(gaps(run), ["guest/101 addresses", "guest/102 addresses", "guest/103 addresses"])
        assert.deepStrictEqual(yield* guestAddresses(world), kept)
      })
  },
  {
    number: 28,
    title: "the slow agent of a router with 200 interfaces costs one deadline, and other guests nothing",
    run: (world) =>
      Effect.gen(function* () {
        const tunnels = Array.from({ length: 200 }, (_, index) => seen(`wg${index}`, undefined, `10.9.${index}.1/30`))
        yield* world.proxmox.addGuest(vm(101, "router", { interfaces: [eth0(101, "10.0.0.1/24"), ...tunnels] }))
        yield* world.proxmox.addGuest(vm(102, "web", { ips: ["10.0.0.5/24"] }))
        yield* world.proxmox.addGuest(vm(103, "app", { ips: ["10.0.0.6/24"] }))
        const agent = "/nodes/pve1/qemu/101/agent"
        yield* world.proxmox.addFault({ fault: Fault.Hang(), path: agent })
        const run = yield* synced
        const asked = (yield* world.proxmox.requests).filter(({ path }) => path.startsWith(agent))
        assert.lengthOf(asked, 1)
        assert.deepStrictEqual(gaps(run), ["guest/101 addresses"])
        assert.deepStrictEqual(yield* guestAddresses(world), [
          "10.0.0.5/24 active on net0",
          "10.0.0.6/24 active on net0"
        ])
        yield* world.proxmox.clearFaults
        yield* synced
        assert.include(yield* guestAddresses(world), "10.0.0.1/24 active on net0")
        assert.lengthOf(yield* guestAddresses(world), 3)
      })
  }
]
