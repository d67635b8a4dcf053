import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { Fault, type FaultRule } from "../../src/demo/proxmox/Faults.ts"
import * as Simulated from "../../src/demo/SimulatedProxmox.ts"
import type { GateWatcher } from "../../src/services/Gate.ts"
import { Proxmox } from "../../src/services/Proxmox.ts"
import * as ProxmoxLive from "../../src/services/ProxmoxLive.ts"
import { sourceOf } from "../support/ProxmoxSource.ts"

/** What a read of a cluster with these faults did to its pace. */
const observed = (faults: ReadonlyArray<FaultRule>) =>
  Effect.gen(function* () {
    const simulated = yield* Simulated.make({ name: "lab", nodes: 3, guests: 30, seed: 13, agentTimeout: "1 millis" })
    for (const rule of faults) yield* simulated.addFault(rule)
    const limits: Array<number> = []
    const strains: Array<string> = []
    const watcher: GateWatcher = {
      inFlight: (_, most) => limits.push(most),
      batch: (_, method, path) => assert.fail(`${method} ${path} writes to Proxmox`),
      slowed: (_, strain) => strains.push(strain)
    }
    const source = sourceOf(simulated, { urls: simulated.urls.slice(0, 1), agentDeadline: "200 millis" })
    const proxmox = Context.get(yield* Layer.build(ProxmoxLive.layer([source], { watcher })), Proxmox)
    const observation = yield* proxmox.observe("lab")
    return { low: Math.min(...limits), strains, observation }
  })

const node = /^\/nodes\/pve2\//

describe("the pace of a Proxmox endpoint", () => {
  for (const [title, fault] of [
    ["answers 595", Fault.Status({ status: 595, reason: "No route to host" })],
    ["answers 596", Fault.Status({ status: 596, reason: "Connection timed out" })],
    ["answers 599", Fault.Status({ status: 599, reason: "Too many redirections" })],
    ["answers 500", Fault.Status({ status: 500, reason: "something died" })],
    ["is cut off", Fault.Cut({ when: "within body" })]
  ] as const) {
    it.scopedLive(`stays when one node ${title}: its own limits answer for it`, () =>
      Effect.gen(function* () {
        const { low, observation, strains } = yield* observed([{ fault, path: node }])
        assert.isNotEmpty(observation.gaps)
        assert.isTrue(observation.guests.some(({ config, node }) => node === "pve1" && config !== undefined))
        assert.deepStrictEqual([low, strains], [16, []])
      })
    )
  }

  it.scopedLive("stays when agents do not answer in time", () =>
    Effect.gen(function* () {
      const { low, strains } = yield* observed([{ fault: Fault.Hang(), path: /\/agent\// }])
      assert.deepStrictEqual([low, strains], [16, []])
    })
  )

  it.scopedLive("falls when the endpoint itself, or a proxy before it, is overloaded", () =>
    Effect.gen(function* () {
      for (const [fault, strain] of [
        [Fault.Status({ status: 503, reason: "Service Unavailable" }), "unavailable"],
        [Fault.Status({ status: 504, reason: "Gateway Timeout" }), "unavailable"],
        [Fault.Cut({ when: "before headers" }), "cut"]
      ] as const) {
        const { low, observation, strains } = yield* observed([{ fault, path: "/cluster/resources", times: 2 }])
        assert.isAtMost(low, 8)
        assert.include(strains, strain)
        assert.lengthOf(observation.guests, 30)
      }
    })
  )
})
