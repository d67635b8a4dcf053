import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Fault } from "../../src/demo/proxmox/Faults.ts"
import * as SimulatedNetBox from "../../src/demo/SimulatedNetBox.ts"
import * as SimulatedProxmox from "../../src/demo/SimulatedProxmox.ts"
import type { Json } from "../../src/domain/Json.ts"
import { engine } from "../support/Engine.ts"
import { losses } from "../support/Losses.ts"
import { stateOf } from "../support/State.ts"
import { failures, sync, type Synced } from "../support/Sync.ts"

const cluster = (guests: number) =>
  Effect.gen(function* () {
    const proxmox = yield* SimulatedProxmox.make({ name: "lab", nodes: 3, guests, seed: 17, agentTimeout: "1 millis" })
    for (const { type, vmid } of proxmox.cluster.guests.values()) {
      yield* proxmox.updateGuest(vmid, { template: null, ...(type === "qemu" ? { agent: "1" } : {}) })
      yield* proxmox.start(vmid)
      yield* proxmox.setAgent(vmid, "answering")
    }
    return proxmox
  })

const instead = (value: Json) => Fault.Rewritten({ rewrite: () => value })

const halved = Fault.Rewritten({ rewrite: (data) => (Array.isArray(data) ? data.slice(0, data.length / 2) : data) })

const faults: { readonly [name: string]: Fault } = {
  "no answer": Fault.Hang(),
  "403": Fault.Status({ status: 403, reason: "Permission check failed" }),
  "500": Fault.Status({ status: 500, reason: "got timeout" }),
  "an empty list": instead([]),
  "no data": instead(null),
  "half a body, then a cut": Fault.Cut({ when: "within body" }),
  "half a body": Fault.Truncated()
}

/** What is told elsewhere as well, or only spares reads: without it nothing is unseen. A stopped container has no interfaces. */
const dispensable = /^\/cluster\/tasks$|^\/nodes$|\/interfaces$/

/** Plans and applies; where nothing was observed there is no run to speak of, and nothing was written. */
const attempt = sync.pipe(Effect.catchTag("NothingObserved", () => Effect.succeed<Synced | undefined>(undefined)))

const saysSo = (run: Synced | undefined) =>
  run === undefined || run.gaps.length > 0 || run.warnings.length > 0 || run.outcome === "partial"

describe("a source that answers badly", () => {
  it.scopedLive(
    "whatever call fails in whatever way: nothing is deleted or blanked, the run says so, and the next is quiet",
    () =>
      Effect.gen(function* () {
        const proxmox = yield* cluster(4)
        const netbox = yield* SimulatedNetBox.make({})
        yield* Effect.gen(function* () {
          assert.deepStrictEqual(yield* failures((yield* sync).run), [])
          yield* proxmox.resetTraffic
          assert.strictEqual((yield* sync).mutating, 0)
          const state = yield* Effect.promise(() => stateOf(netbox))
          const paths = [...new Set((yield* proxmox.requests).map(({ path }) => path))]
          assert.isAtLeast(paths.length, 15)
          const wrong: Array<string> = []
          for (const path of paths) {
            let writes = 0
            for (const [name, fault] of Object.entries(faults)) {
              yield* proxmox.addFault({ fault, path: new RegExp(`^${path.replaceAll(".", "\\.")}$`) })
              const run = yield* attempt
              yield* proxmox.clearFaults
              const at = `${path}, ${name}`
              wrong.push(...(run?.operations ?? []).flatMap(losses).map((loss) => `${at}: ${loss}`))
              if (!dispensable.test(path) && !saysSo(run)) wrong.push(`${at}: nobody is told`)
              writes += run?.mutating ?? 0
            }
            const next = yield* sync
            if (writes === 0 && next.mutating > 0) wrong.push(`${path}: the run after the faults writes`)
          }
          assert.deepStrictEqual(wrong, [])
          assert.deepStrictEqual(yield* Effect.promise(() => stateOf(netbox)), state)
        }).pipe(Effect.provide(engine({ netbox, proxmox, deadlines: { call: "250 millis", agent: "250 millis" } })))
      })
  )

  it.scopedLive("nodes that are down and agents that are silent cost nothing", () =>
    Effect.gen(function* () {
      const proxmox = yield* cluster(6)
      const netbox = yield* SimulatedNetBox.make({})
      yield* Effect.gen(function* () {
        yield* sync
        const state = yield* Effect.promise(() => stateOf(netbox))
        for (const { name } of proxmox.cluster.nodes) {
          yield* proxmox.setNodeOnline(name, false)
          const run = yield* sync
          assert.deepStrictEqual(run.operations.flatMap(losses), [], name)
          assert.isTrue(saysSo(run), name)
          yield* proxmox.setNodeOnline(name, true)
          yield* sync
          assert.deepStrictEqual(yield* Effect.promise(() => stateOf(netbox)), state)
        }
        for (const { type, vmid } of proxmox.cluster.guests.values()) {
          if (type === "lxc") continue
          yield* proxmox.setAgent(vmid, "silent")
          const run = yield* sync
          assert.deepStrictEqual(run.operations.flatMap(losses), [], String(vmid))
          assert.isTrue(saysSo(run), String(vmid))
          yield* proxmox.setAgent(vmid, "answering")
          assert.strictEqual((yield* sync).mutating, run.mutating, String(vmid))
        }
        assert.deepStrictEqual(yield* Effect.promise(() => stateOf(netbox)), state)
      }).pipe(Effect.provide(engine({ netbox, proxmox })))
    })
  )

  it.scopedLive(
    "half of the guests, in an answer that is whole: more than the limit waits for approval, less is marked and comes back",
    () =>
      Effect.gen(function* () {
        for (const guests of [14, 6]) {
          const proxmox = yield* cluster(guests)
          const netbox = yield* SimulatedNetBox.make({})
          yield* Effect.gen(function* () {
            yield* sync
            const state = yield* Effect.promise(() => stateOf(netbox))
            yield* proxmox.addFault({ fault: halved, path: /^\/cluster\/resources$/ })
            const run = yield* sync
            yield* proxmox.clearFaults
            assert.deepStrictEqual(
              run.operations.filter(({ verb }) => verb === "delete"),
              []
            )
            const retired = run.operations.filter(({ purpose }) => purpose === "retire")
            if (guests === 14) {
              assert.strictEqual(run.held[0]?.removals, 7)
              assert.deepStrictEqual(run.operations.flatMap(losses), [])
            } else
              assert.isTrue(
                retired.length === 3 && retired.every(({ ref }) => ref.startsWith("virtualization.virtualmachine:"))
              )
            yield* sync
            assert.strictEqual((yield* sync).mutating, 0)
            const after = yield* Effect.promise(() => stateOf(netbox))
            const { "extras.tag": _, ...others } = after
            const { "extras.tag": __, ...before } = state
            assert.deepStrictEqual(others, before)
          }).pipe(Effect.provide(engine({ netbox, proxmox })))
        }
      })
  )
})
