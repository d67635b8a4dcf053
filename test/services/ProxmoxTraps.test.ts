import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Fault } from "../../src/demo/proxmox/Faults.ts"
import * as Simulated from "../../src/demo/SimulatedProxmox.ts"
import type { Json } from "../../src/domain/Json.ts"
import type { Observation } from "../../src/domain/proxmox/Observation.ts"
import { observeOnce, open } from "../support/ProxmoxSource.ts"

/** Every agent that is configured answers, unless a test says otherwise. */
const lab = Effect.fnUntraced(function* (options: Partial<Simulated.Options> = {}) {
  const defaults = { name: "lab", nodes: 3, guests: 30, seed: 13, agentTimeout: "1 millis" } as const
  const simulated = yield* Simulated.make({ ...defaults, ...options })
  yield* Effect.forEach(simulated.cluster.guests.keys(), (vmid) => simulated.setAgent(vmid, "answering"))
  return simulated
})

const gapsOf = (observation: Observation) => observation.gaps.map(({ scope, what }) => `${scope} ${what}`)

const guestOf = ({ guests }: Observation, vmid: number) => Effect.fromNullable(guests.find((it) => it.vmid === vmid))

const status = (code: number, reason = "") => Fault.Status({ status: code, reason })

const rewritten = (rewrite: (data: Json) => Json) => Fault.Rewritten({ rewrite })

const eachRow = (change: (row: { readonly [key: string]: Json }) => Json) =>
  rewritten((data) => (Array.isArray(data) ? data.map(change) : data))

const list = "/cluster/resources"

/** A running VM whose agent answers. */
const withAgent = (simulated: Simulated.SimulatedProxmox) =>
  Effect.gen(function* () {
    const guest = yield* simulated.addGuest({ type: "qemu", node: "pve1" })
    yield* simulated.updateGuest(guest.vmid, { agent: "1" })
    yield* simulated.start(guest.vmid)
    yield* simulated.setAgent(guest.vmid, "answering")
    return guest
  })

const container = (simulated: Simulated.SimulatedProxmox) =>
  Effect.gen(function* () {
    const guest = yield* simulated.addGuest({ type: "lxc", node: "pve1" })
    yield* simulated.start(guest.vmid)
    return guest
  })

describe("Proxmox: nodes that are down", () => {
  it.scopedLive("guests of a dead node stay, unknown, with what is still told of them, and are not asked for", () =>
    Effect.gen(function* () {
      const simulated = yield* lab()
      yield* simulated.setNodeOnline("pve2", false)
      const observation = yield* observeOnce(simulated)
      assert.isFalse(observation.complete)
      assert.deepStrictEqual(gapsOf(observation), ["node/pve2 guests"])
      assert.lengthOf(observation.guests, 30)
      const dead = observation.guests.filter(({ node }) => node === "pve2")
      assert.isNotEmpty(dead)
      for (const guest of dead) {
        assert.strictEqual(guest.status, "unknown")
        assert.doesNotHaveAnyKeys(guest, ["name", "template", "maxmem", "maxcpu", "config", "interfaces"])
      }
      assert.isFalse((yield* simulated.requests).some(({ node }) => node === "pve2"))
      assert.deepInclude(observation.nodes[1], { name: "pve2", online: false })
    })
  )

  it.scopedLive("the last state of a dead node's guests, told for five minutes, is not believed", () =>
    Effect.gen(function* () {
      const simulated = yield* lab()
      yield* simulated.setNodeOnline("pve2", false)
      yield* simulated.addFault({ fault: eachRow((row) => ({ ...row, status: "running" })), path: list })
      for (const guest of (yield* observeOnce(simulated)).guests) {
        if (guest.node === "pve2") assert.strictEqual(guest.status, "unknown")
      }
    })
  )

  it.scopedLive("a node that dies while it is read costs its guests' facts, and a few requests", () =>
    Effect.gen(function* () {
      const simulated = yield* lab({ guests: 90 })
      yield* simulated.addFault({ fault: status(595, "No route to host"), path: "/nodes/pve2/" })
      const observation = yield* observeOnce(simulated)
      assert.lengthOf(observation.guests, 90)
      const hit = observation.guests.filter(({ node }) => node === "pve2")
      for (const guest of observation.guests) assert.strictEqual(guest.config === undefined, guest.node === "pve2")
      assert.isAbove(hit.length, 20)
      assert.isAtMost((yield* simulated.requests).filter(({ node }) => node === "pve2").length, 18)
      for (const { why } of observation.gaps) assert.include(why, "node pve2 does not answer")
    })
  )

  it.scopedLive("without quorum nothing is complete, and nobody can tell which nodes are down", () =>
    Effect.gen(function* () {
      const simulated = yield* lab()
      yield* simulated.setNodeOnline("pve2", false)
      yield* simulated.setNodeOnline("pve3", false)
      const observation = yield* observeOnce(simulated)
      assert.isFalse(observation.complete)
      assert.isFalse(observation.cluster.quorate)
      assert.deepStrictEqual(
        observation.nodes.map(({ online }) => online),
        [true, undefined, undefined]
      )
      assert.include(gapsOf(observation), "source cluster")
    })
  )

  it.scopedLive("an endpoint on the side without quorum is passed over for one on the other side", () =>
    Effect.gen(function* () {
      const simulated = yield* lab({ endpoints: 2 })
      yield* simulated.addFault({
        fault: eachRow((row) => (row["type"] === "cluster" ? { ...row, quorate: 0 } : row)),
        path: "/cluster/status",
        nth: 1
      })
      const observation = yield* observeOnce(simulated)
      assert.isTrue(observation.complete)
      assert.deepStrictEqual(observation.gaps, [])
      const read = (yield* simulated.requests).filter(({ path }) => path.endsWith("/config"))
      assert.isTrue(read.every(({ endpoint }) => endpoint === 1))
    })
  )
})

describe("Proxmox: lists filtered by permission", () => {
  it.scopedLive("a guest that may not be seen makes its absence no evidence", () =>
    Effect.gen(function* () {
      const simulated = yield* lab()
      yield* simulated.revoke("VM.Audit", "/vms/103")
      const observation = yield* observeOnce(simulated)
      assert.lengthOf(observation.guests, 29)
      assert.isFalse(observation.complete)
      assert.deepStrictEqual(gapsOf(observation), ["source guests"])
      assert.include(observation.gaps[0]?.why, "VM.Audit on /vms")
    })
  )

  it.scopedLive("so does an account that sees no guest at all", () =>
    Effect.gen(function* () {
      const simulated = yield* lab()
      yield* simulated.revoke("VM.Audit")
      const observation = yield* observeOnce(simulated)
      assert.deepStrictEqual(observation.guests, [])
      assert.isFalse(observation.complete)
    })
  )

  it.scopedLive("permissions are read after the list, so a privilege lost before it shows", () =>
    Effect.gen(function* () {
      const simulated = yield* lab()
      yield* observeOnce(simulated)
      const paths = (yield* simulated.requests).map(({ path }) => path)
      assert.isAbove(paths.indexOf("/access/permissions"), paths.indexOf(list))
    })
  )

  it.scopedLive("without Sys.Audit the cluster's name is unknown, not gone", () =>
    Effect.gen(function* () {
      const simulated = yield* lab()
      yield* simulated.revoke("Sys.Audit")
      const observation = yield* observeOnce(simulated)
      assert.notProperty(observation.cluster, "name")
      assert.isFalse(observation.complete)
      assert.notProperty(observation, "tagStyle")
      assert.includeMembers(gapsOf(observation), ["source cluster", "source options"])
      assert.isTrue(observation.gaps.some(({ why }) => why.includes("Permission check failed (/, Sys.Audit)")))
      assert.isTrue(observation.guests.every(({ config }) => config !== undefined))
    })
  )

  it.scopedLive("without the agent privilege agents are not asked, and that is one gap", () =>
    Effect.gen(function* () {
      const simulated = yield* lab()
      yield* withAgent(simulated)
      yield* simulated.revoke("VM.GuestAgent.Audit")
      const observation = yield* observeOnce(simulated)
      assert.isTrue(observation.complete)
      assert.deepStrictEqual(gapsOf(observation), ["source addresses"])
      assert.isFalse((yield* simulated.requests).some(({ path }) => path.includes("/agent/")))
    })
  )

  it.scopedLive("a list without rows is believed when the nodes confirm it", () =>
    Effect.gen(function* () {
      const simulated = yield* lab()
      yield* simulated.addFault({ fault: rewritten(() => []), path: list })
      const doubtful = yield* observeOnce(simulated)
      assert.isFalse(doubtful.complete)
      assert.deepStrictEqual(gapsOf(doubtful), ["source guests"])
      const empty = yield* observeOnce(yield* lab({ guests: 0 }))
      assert.isTrue(empty.complete)
      assert.deepStrictEqual(empty.gaps, [])
    })
  )

  it.scopedLive("a list with a row that cannot be read is no evidence either", () =>
    Effect.gen(function* () {
      const simulated = yield* lab()
      const breakRow = eachRow((row) => (row["vmid"] === 103 ? { ...row, vmid: "x" } : row))
      yield* simulated.addFault({ fault: breakRow, path: list })
      const observation = yield* observeOnce(simulated)
      assert.lengthOf(observation.guests, 29)
      assert.isFalse(observation.complete)
    })
  )
})

describe("Proxmox: guests that move", () => {
  it.scopedLive("a guest that left its node since the list was read is found on the new one", () =>
    Effect.gen(function* () {
      const simulated = yield* lab()
      const guest = yield* container(simulated)
      const old = eachRow((row) => (row["vmid"] === guest.vmid ? { ...row, node: "pve3" } : row))
      yield* simulated.addFault({ fault: old, path: list, nth: 1 })
      const observation = yield* observeOnce(simulated)
      const found = yield* guestOf(observation, guest.vmid)
      assert.strictEqual(found.node, "pve1")
      assert.isDefined(found.config)
      assert.isDefined(found.interfaces)
      assert.deepStrictEqual(observation.gaps, [])
    })
  )

  it.scopedLive("one that was deleted since is gone", () =>
    Effect.gen(function* () {
      const simulated = yield* lab()
      const ghost = { vmid: 999, type: "qemu", node: "pve1", status: "stopped", name: "ghost" }
      const withGhost = rewritten((data) => (Array.isArray(data) ? [...data, ghost] : data))
      yield* simulated.addFault({ fault: withGhost, path: list, nth: 1 })
      const observation = yield* observeOnce(simulated)
      assert.lengthOf(observation.guests, 30)
      assert.isTrue(observation.complete)
      assert.deepStrictEqual(observation.gaps, [])
    })
  )

  it.scopedLive(
    "one that stays in the list without a configuration is unknown, and one lost with the list as well",
    () =>
      Effect.gen(function* () {
        const simulated = yield* lab()
        const ghost = { vmid: 999, type: "qemu", node: "pve1", status: "running", name: "ghost" }
        const withGhost = rewritten((data) => (Array.isArray(data) ? [...data, ghost] : data))
        yield* simulated.addFault({ fault: withGhost, path: list })
        const moving = yield* observeOnce(simulated)
        assert.deepStrictEqual(gapsOf(moving), ["guest/999 config"])
        assert.strictEqual((yield* guestOf(moving, 999)).name, "ghost")
        yield* simulated.clearFaults
        yield* simulated.addFault({ fault: withGhost, path: list, nth: 1 })
        yield* simulated.addFault({ fault: status(500, "no"), path: list, nth: 2 })
        const lost = yield* observeOnce(simulated)
        assert.deepStrictEqual(gapsOf(lost), ["guest/999 config", "source guests"])
      })
  )
})

describe("Proxmox: agents and containers", () => {
  it.scopedLive("a command disabled in the guest is answered with 200, and is no list of addresses", () =>
    Effect.gen(function* () {
      const simulated = yield* lab({ guests: 0 })
      const { vmid } = yield* withAgent(simulated)
      yield* simulated.setAgent(vmid, "disabled")
      const observation = yield* observeOnce(simulated)
      const guest = yield* guestOf(observation, vmid)
      assert.doesNotHaveAnyKeys(guest, ["interfaces", "hostname"])
      assert.deepStrictEqual(gapsOf(observation), [`guest/${vmid} addresses`, `guest/${vmid} hostname`])
      assert.include(observation.gaps[0]?.why, "has been disabled")
      assert.isTrue(observation.complete)
    })
  )

  it.scopedLive("a silent agent is asked once, then left alone, and reads the same meanwhile", () =>
    Effect.gen(function* () {
      for (const mode of ["silent", "absent"] as const) {
        const simulated = yield* lab({ guests: 0 })
        const { vmid } = yield* withAgent(simulated)
        yield* simulated.setAgent(vmid, mode)
        const proxmox = yield* open(simulated)
        const first = yield* proxmox.observe("lab")
        assert.deepStrictEqual(gapsOf(first), [`guest/${vmid} addresses`])
        assert.isTrue(first.complete)
        assert.notProperty(yield* guestOf(first, vmid), "interfaces")
        yield* simulated.setAgent(vmid, "answering")
        assert.deepStrictEqual(yield* proxmox.observe("lab"), first)
        const asked = (yield* simulated.requests).filter(({ path }) => path.includes("/agent/"))
        assert.lengthOf(asked, 1)
      }
    })
  )

  it.scopedLive("after its pause a silent agent is asked again", () =>
    Effect.gen(function* () {
      const simulated = yield* lab({ guests: 0 })
      const { vmid } = yield* withAgent(simulated)
      yield* simulated.setAgent(vmid, "silent")
      const proxmox = yield* open(simulated, { agentPause: 0 })
      yield* proxmox.observe("lab")
      yield* simulated.setAgent(vmid, "answering")
      assert.isDefined((yield* guestOf(yield* proxmox.observe("lab"), vmid)).interfaces)
    })
  )

  it.scopedLive("agents that hang cost their budget, neither their guests nor the node", () =>
    Effect.gen(function* () {
      const simulated = yield* lab({ guests: 0 })
      const vmids = yield* Effect.forEach([1, 2, 3, 4, 5], () => Effect.map(withAgent(simulated), ({ vmid }) => vmid))
      yield* simulated.addFault({ fault: Fault.Hang(), path: /\/agent\// })
      const proxmox = yield* open(simulated, { agentDeadline: "100 millis" })
      const observation = yield* proxmox.observe("lab")
      assert.deepStrictEqual(
        gapsOf(observation),
        vmids.map((vmid) => `guest/${vmid} addresses`)
      )
      assert.isTrue(observation.complete)
      assert.isTrue(observation.guests.every(({ config }) => config !== undefined))
      yield* simulated.clearFaults
      assert.isTrue((yield* proxmox.observe("lab")).nodes.every(({ network }) => network !== undefined))
    })
  )

  it.scopedLive("a host name that is not told leaves the addresses", () =>
    Effect.gen(function* () {
      const simulated = yield* lab({ guests: 0 })
      const { vmid } = yield* withAgent(simulated)
      yield* simulated.addFault({ fault: Fault.Hang(), path: /get-host-name$/ })
      const observation = yield* observeOnce(simulated, { agentDeadline: "1500 millis" })
      assert.deepStrictEqual(gapsOf(observation), [`guest/${vmid} hostname`])
      assert.isDefined((yield* guestOf(observation, vmid)).interfaces)
    })
  )

  it.scopedLive("agent: 0 and stopped or paused VMs are not asked", () =>
    Effect.gen(function* () {
      const simulated = yield* lab({ guests: 0 })
      const disabled = yield* withAgent(simulated)
      yield* simulated.updateGuest(disabled.vmid, { agent: "0" })
      const stopped = yield* withAgent(simulated)
      yield* simulated.stop(stopped.vmid)
      const paused = yield* withAgent(simulated)
      paused.status = "paused"
      const observation = yield* observeOnce(simulated)
      assert.deepStrictEqual(observation.gaps, [])
      assert.strictEqual((yield* guestOf(observation, paused.vmid)).status, "paused")
      assert.isFalse((yield* simulated.requests).some(({ path }) => path.includes("/agent/")))
    })
  )

  it.scopedLive("null is the answer of a container that was just stopped: its addresses are unknown", () =>
    Effect.gen(function* () {
      const simulated = yield* lab({ guests: 0 })
      const { vmid } = yield* container(simulated)
      yield* simulated.addFault({ fault: rewritten(() => null), path: /\/interfaces$/ })
      const observation = yield* observeOnce(simulated)
      assert.notProperty(yield* guestOf(observation, vmid), "interfaces")
      assert.deepStrictEqual(observation.gaps, [])
    })
  )

  it.scopedLive("before 8.1 containers cannot tell their addresses, and are not asked", () =>
    Effect.gen(function* () {
      const simulated = yield* lab({ guests: 0, version: "8.0.4" })
      yield* container(simulated)
      const observation = yield* observeOnce(simulated)
      assert.deepStrictEqual(gapsOf(observation), ["source addresses"])
      assert.isFalse((yield* simulated.requests).some(({ path }) => path.endsWith("/interfaces")))
    })
  )

  it.scopedLive("a call that the version lacks is a gap", () =>
    Effect.gen(function* () {
      const simulated = yield* lab({ guests: 0 })
      const { vmid } = yield* container(simulated)
      yield* simulated.addFault({ fault: status(501, "Method not implemented"), path: /\/interfaces$/ })
      const observation = yield* observeOnce(simulated)
      assert.deepStrictEqual(gapsOf(observation), [`guest/${vmid} addresses`])
      assert.include(observation.gaps[0]?.why, "not in this version")
    })
  )
})

describe("Proxmox: configurations", () => {
  it.scopedLive("are read with their pending values, without digest, and whatever the type of a value", () =>
    Effect.gen(function* () {
      const simulated = yield* lab({ guests: 0 })
      const { vmid } = yield* withAgent(simulated)
      yield* simulated.updateGuest(vmid, { memory: "current=4096", parent: "before", lock: "backup", cores: "2" })
      const { config } = yield* guestOf(yield* observeOnce(simulated), vmid)
      assert.deepInclude(config, { memory: "current=4096", cores: "2" })
      assert.doesNotHaveAnyKeys(config, ["digest", "parent", "lock"])
    })
  )

  it.scopedLive("numbers that come as text, as Proxmox 6 sent them, are numbers", () =>
    Effect.gen(function* () {
      const simulated = yield* lab()
      const plain = yield* observeOnce(simulated)
      const asText = eachRow((row) =>
        Object.fromEntries(
          Object.entries(row).map(([key, value]) => [key, typeof value === "number" ? String(value) : value])
        )
      )
      yield* simulated.addFault({ fault: asText, path: list })
      yield* simulated.addFault({ fault: asText, path: "/cluster/status" })
      assert.deepStrictEqual(yield* observeOnce(simulated), plain)
    })
  )
})
