import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Fault } from "../../src/demo/proxmox/Faults.ts"
import * as Simulated from "../../src/demo/SimulatedProxmox.ts"
import { canonical, type Json } from "../../src/domain/Json.ts"
import type { Observation } from "../../src/domain/proxmox/Observation.ts"
import { observeOnce, open } from "../support/ProxmoxSource.ts"

/** Every agent that is configured answers, unless a test says otherwise. */
const lab = Effect.fnUntraced(function* (options: Partial<Simulated.Options> = {}) {
  const defaults = { name: "lab", nodes: 3, guests: 40, seed: 11, agentTimeout: "1 millis" } as const
  const simulated = yield* Simulated.make({ ...defaults, ...options })
  yield* Effect.forEach(simulated.cluster.guests.keys(), (vmid) => simulated.setAgent(vmid, "answering"))
  return simulated
})

const textOf = (observation: Observation): string => canonical(JSON.parse(JSON.stringify(observation)) as Json)

const gapsOf = (observation: Observation) => observation.gaps.map(({ scope, what }) => `${scope} ${what}`)

describe("ProxmoxObserver", () => {
  it.scopedLive("asks for vnets where a guest is on one, and says nothing of them where they are hidden", () =>
    Effect.gen(function* () {
      const simulated = yield* lab({ guests: 2 })
      const [vmid = 0] = simulated.cluster.guests.keys()
      const nic = (bridge: string) => simulated.updateGuest(vmid, { net0: `virtio=BC:24:11:00:00:01,bridge=${bridge}` })
      for (const guest of simulated.cluster.guests.values()) {
        for (const key of Object.keys(guest.config)) {
          if (/^net\d+$/.test(key)) yield* simulated.updateGuest(guest.vmid, { [key]: null })
        }
      }
      yield* nic("vmbr1")
      assert.isUndefined((yield* observeOnce(simulated)).vnets)
      assert.notInclude(
        (yield* simulated.requests).map(({ path }) => path),
        "/cluster/sdn/vnets"
      )
      yield* nic("prodnet")
      assert.deepStrictEqual((yield* observeOnce(simulated)).vnets, [
        { name: "prodnet", tag: 200, alias: "Production network" }
      ])
      yield* simulated.addFault({
        path: "/cluster/sdn/zones",
        fault: Fault.Status({ status: 501, reason: "Method not implemented" }),
        times: 1
      })
      const old = yield* observeOnce(simulated)
      assert.isUndefined(old.vnets)
      assert.isTrue(old.complete)
      yield* simulated.revoke("SDN.Audit")
      assert.isUndefined((yield* observeOnce(simulated)).vnets)
    })
  )

  it.scopedLive("reads a cluster whole: nodes, guests, tag colours, and what guests tell of themselves", () =>
    Effect.gen(function* () {
      const simulated = yield* lab()
      const observation = yield* observeOnce(simulated)
      assert.deepStrictEqual(observation.gaps, [])
      assert.isTrue(observation.complete)
      assert.strictEqual(observation.version, "9.1.4")
      assert.deepStrictEqual(observation.cluster, { name: "lab", quorate: true })
      assert.strictEqual(observation.tagStyle?.colors["web"], "00aa00")
      assert.deepStrictEqual(
        observation.nodes.map(({ ip, name, network, online }) => [name, ip, online, (network ?? []).length > 0]),
        simulated.cluster.nodes.map(({ ip, name }) => [name, ip, true, true])
      )
      assert.deepStrictEqual(
        observation.guests.map(({ vmid }) => vmid),
        [...simulated.cluster.guests.keys()].sort((a, b) => a - b)
      )
      for (const guest of observation.guests) {
        const { agent, config, node, status, type } = yield* Effect.fromNullable(
          simulated.cluster.guests.get(guest.vmid)
        )
        assert.deepStrictEqual([guest.node, guest.type, guest.status], [node, type, status])
        assert.isDefined(guest.config)
        const hasAgent = type === "lxc" || (/^1|enabled=1/.test(String(config["agent"])) && agent === "answering")
        assert.strictEqual(guest.interfaces !== undefined, status === "running" && hasAgent, `guest ${guest.vmid}`)
        assert.strictEqual(guest.hostname !== undefined, guest.interfaces !== undefined && type === "qemu")
      }
      assert.isTrue(observation.guests.some(({ hostname }) => hostname !== undefined))
    })
  )

  it.scopedLive("a standalone host has no cluster, and counts as one with quorum", () =>
    Effect.gen(function* () {
      const observation = yield* observeOnce(yield* lab({ standalone: true, guests: 4 }))
      assert.deepStrictEqual(observation.cluster, { name: null, quorate: true })
      assert.isTrue(observation.complete)
      assert.lengthOf(observation.nodes, 1)
    })
  )

  it.scopedLive("an unchanged cluster reads the same, whatever the order of rows and what moves by itself", () =>
    Effect.gen(function* () {
      const simulated = yield* lab()
      const first = yield* observeOnce(simulated)
      yield* simulated.advanceClock("1 hour")
      for (const guest of simulated.cluster.guests.values()) {
        guest.lock = "backup"
        guest.snapshots.push({ name: "before", snaptime: 1, description: "" })
      }
      assert.strictEqual(textOf(yield* observeOnce(simulated)), textOf(first))
      yield* simulated.updateGuest(100, { memory: 777 })
      assert.notStrictEqual(textOf(yield* observeOnce(simulated)), textOf(first))
    })
  )

  it.scopedLive("what was planted as a secret is nowhere in an observation", () =>
    Effect.gen(function* () {
      const simulated = yield* lab()
      const planted = "planted-7f3a"
      for (const vmid of simulated.cluster.guests.keys()) {
        yield* simulated.updateGuest(vmid, { cipassword: planted, sshkeys: `ssh-ed25519 ${planted}`, env: planted })
      }
      yield* simulated.addFault({ fault: Fault.Status({ status: 500, reason: "no" }), path: /config$/, times: 3 })
      const text = textOf(yield* observeOnce(simulated))
      for (const secret of [planted, simulated.token.split("=")[1] ?? "", simulated.password]) {
        assert.isNotEmpty(secret)
        assert.notInclude(text, secret)
      }
    })
  )

  it.scopedLive("reads several nodes at a time, each within its limits", () =>
    Effect.gen(function* () {
      const simulated = yield* lab({ nodes: 5, guests: 150 })
      yield* simulated.addFault({ fault: Fault.Latency({ millis: 10 }), path: "/" })
      yield* observeOnce(simulated)
      const { nodes, total } = yield* simulated.peaks
      assert.isAtLeast(total, 12)
      assert.isAtMost(total, 16)
      for (const peak of Object.values(nodes)) {
        assert.isAtMost(peak.plain, 3)
        assert.isAtMost(peak.protected, 2)
      }
    })
  )

  it.scopedLive("asks as little as it can: one configuration a guest, agents of running VMs that have one", () =>
    Effect.gen(function* () {
      const simulated = yield* lab()
      yield* observeOnce(simulated)
      const paths = (yield* simulated.requests).map(({ path }) => path)
      const running = [...simulated.cluster.guests.values()].filter(({ status }) => status === "running")
      const agents = running.filter(
        ({ config, type }) => type === "qemu" && /^1|enabled=1/.test(String(config["agent"]))
      )
      assert.strictEqual(paths.filter((path) => path.endsWith("/config")).length, 40)
      assert.sameMembers(
        paths.filter((path) => path.endsWith("network-get-interfaces")),
        agents.map(({ node, vmid }) => `/nodes/${node}/qemu/${vmid}/agent/network-get-interfaces`)
      )
      assert.isFalse(paths.some((path) => path.endsWith("get-osinfo")))
      assert.sameMembers(
        paths.filter((path) => path.endsWith("/interfaces")),
        running.filter(({ type }) => type === "lxc").map(({ node, vmid }) => `/nodes/${node}/lxc/${vmid}/interfaces`)
      )
    })
  )

  it.scopedLive("asks for the operating system where that is wanted", () =>
    Effect.gen(function* () {
      const simulated = yield* lab()
      const { guests } = yield* observeOnce(simulated, { osInfo: true })
      const told = guests.filter(({ os }) => os !== undefined)
      assert.isNotEmpty(told)
      for (const { os, vmid } of told) {
        const real = simulated.cluster.guests.get(vmid)?.os
        assert.deepStrictEqual(os, { name: real?.name ?? "", version: real?.version ?? "" })
      }
    })
  )

  it.scopedLive("fails where nobody answers or lets us in, and only there", () =>
    Effect.gen(function* () {
      const simulated = yield* lab({ guests: 2 })
      yield* simulated.addFault({ fault: Fault.Status({ status: 401, reason: "No ticket" }), path: "/version", nth: 1 })
      assert.strictEqual((yield* Effect.flip(observeOnce(simulated)))._tag, "Denied")
      yield* simulated.addFault({ fault: Fault.Status({ status: 500, reason: "no" }), path: /^\/(?!version)/ })
      const observation = yield* observeOnce(simulated)
      assert.isFalse(observation.complete)
      assert.deepStrictEqual(observation.guests, [])
      assert.deepStrictEqual(gapsOf(observation), [
        "source cluster",
        "source guests",
        "source nodes",
        "source options",
        "source permissions"
      ])
      yield* simulated.setEndpointUp(0, false)
      assert.strictEqual((yield* Effect.flip(observeOnce(simulated)))._tag, "Unreachable")
    })
  )

  it.scopedLive("answers that are cut off once in a while change nothing", () =>
    Effect.gen(function* () {
      const simulated = yield* lab()
      const undisturbed = textOf(yield* observeOnce(simulated))
      for (const when of ["before headers", "within body"] as const) {
        yield* simulated.addFault({ fault: Fault.Cut({ when }), path: "/", probability: 0.05 })
      }
      yield* simulated.addFault({
        fault: Fault.Status({ status: 596, reason: "" }),
        path: "/nodes/",
        probability: 0.05
      })
      assert.strictEqual(textOf(yield* observeOnce(simulated)), undisturbed)
    })
  )

  it.scopedLive("an answer that is not whole costs its guest the configuration, and others nothing", () =>
    Effect.gen(function* () {
      const simulated = yield* lab()
      const whole = yield* observeOnce(simulated)
      yield* simulated.addFault({ fault: Fault.Truncated(), path: /\/103\/config$/ })
      const observation = yield* observeOnce(simulated)
      assert.deepStrictEqual(gapsOf(observation), ["guest/103 config"])
      assert.isTrue(observation.complete)
      const others = ({ guests }: Observation) => guests.filter(({ vmid }) => vmid !== 103)
      assert.deepStrictEqual(others(observation), others(whole))
      assert.notProperty(
        observation.guests.find(({ vmid }) => vmid === 103),
        "config"
      )
    })
  )

  it.scopedLive("keeps its connections and its endpoint from one read to the next", () =>
    Effect.gen(function* () {
      const simulated = yield* lab({ endpoints: 2, guests: 4 })
      const proxmox = yield* open(simulated)
      yield* simulated.setEndpointUp(0, false)
      yield* proxmox.observe("lab")
      yield* simulated.setEndpointUp(0, true)
      assert.isTrue((yield* proxmox.observe("lab")).complete)
      assert.deepStrictEqual([...new Set((yield* simulated.requests).map(({ endpoint }) => endpoint))], [1])
    })
  )
})
