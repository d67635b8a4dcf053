import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Option } from "effect"
import type { FaultRule } from "../../src/demo/netbox/Faults.ts"
import * as SimulatedNetBox from "../../src/demo/SimulatedNetBox.ts"
import * as SimulatedProxmox from "../../src/demo/SimulatedProxmox.ts"
import { Projections } from "../../src/journal/Projections.ts"
import { Metrics } from "../../src/services/Metrics.ts"
import type { NetBoxSettings } from "../../src/services/NetBoxSettings.ts"
import { Reconciler } from "../../src/services/Reconciler.ts"
import { engine, type EngineOptions } from "../support/Engine.ts"

const patience = 300_000

type Requests = ReadonlyArray<SimulatedNetBox.LoggedRequest>

const interfaces = "/api/virtualization/interfaces/"

/** The metrics of that name, by their labels. */
const metric = (text: string, name: string) =>
  Object.fromEntries(
    [...text.matchAll(new RegExp(`^${name}\\{(.*)\\} (\\S+)$`, "gm"))].map(([, labels = "", value]) => [
      labels.replace(/endpoint="[^"]*",?/, ""),
      Number(value)
    ])
  )

/** An import into a NetBox that does as the rules say once it is planned, and what came of it. */
const importing = (options: {
  readonly guests: number
  readonly faults: ReadonlyArray<FaultRule>
  readonly client?: Partial<NetBoxSettings>
  readonly latency?: number
  readonly settle?: Duration.DurationInput
  readonly prepare?: (proxmox: SimulatedProxmox.SimulatedProxmox) => Effect.Effect<void>
}) =>
  Effect.gen(function* () {
    const netbox = yield* SimulatedNetBox.make({ latency: options.latency ?? 0, seed: 3 })
    const proxmox = yield* SimulatedProxmox.make({
      name: "lab-cluster",
      nodes: 3,
      guests: options.guests,
      seed: 7,
      agentTimeout: "20 millis"
    })
    yield* options.prepare?.(proxmox) ?? Effect.void
    const settings: Pick<EngineOptions, "settle" | "client"> = {
      settle: options.settle ?? "300 millis",
      ...(options.client === undefined ? {} : { client: options.client })
    }
    return yield* Effect.gen(function* () {
      const reconciler = yield* Reconciler
      const { run } = yield* reconciler.plan({ trigger: "sync", approveRemovals: false })
      yield* netbox.resetRequests
      for (const rule of options.faults) yield* netbox.addFault(rule)
      const applied = yield* reconciler.apply(run)
      const requests = yield* netbox.requests
      const again = yield* reconciler.plan({ trigger: "sync", approveRemovals: false })
      const operations = yield* (yield* Projections).operations(run)
      assert.deepStrictEqual(
        operations.flatMap(({ detail, label, state }) => (state === "ok" ? [] : [`${state} ${label}: ${detail}`])),
        []
      )
      assert.deepInclude(applied, { outcome: "succeeded", failed: 0, skipped: 0, open: 0 })
      assert.strictEqual(again.operations, 0)
      const row = Option.getOrThrow(yield* (yield* Projections).run(run))
      assert.deepStrictEqual(row.pace, applied.pace)
      const machines = (yield* netbox.counts)["virtualization.virtualmachine"]
      return { pace: applied.pace, requests, machines, metrics: yield* (yield* Metrics).text }
    }).pipe(Effect.provide(engine({ netbox, proxmox, ...settings })))
  })

const reasonsOf = (pace: { readonly slowdowns: ReadonlyArray<{ readonly reason: string }> }) =>
  pace.slowdowns.map(({ reason }) => reason)

const most = (requests: Requests) => Math.max(...requests.map(({ together }) => together))

describe("the pace of a run", () => {
  it.scopedLive(
    "is the usual one while NetBox is well: full lists, as many requests as are allowed, and no word of it",
    () =>
      Effect.gen(function* () {
        const { metrics, pace, requests } = yield* importing({ guests: 120, faults: [], latency: 20 })
        assert.deepStrictEqual(pace, { inFlight: { low: 2, most: 2 }, batches: [], slowdowns: [], waitedMillis: 0 })
        assert.strictEqual(most(requests), 2)
        assert.strictEqual(Math.max(...requests.map(({ items }) => items)), 100)
        assert.deepStrictEqual(metric(metrics, "proxledger_upstream_requests_in_flight_limit"), { "": 2 })
        assert.deepStrictEqual(metric(metrics, "proxledger_upstream_slowdowns_total"), {})
        for (const size of Object.values(metric(metrics, "proxledger_upstream_batch_size_limit"))) {
          assert.strictEqual(size, 100)
        }
      }),
    patience
  )

  it.scopedLive(
    "falls to one request while NetBox throttles, waits as it is told, and rises again",
    () =>
      Effect.gen(function* () {
        const { metrics, pace, requests } = yield* importing({
          guests: 120,
          latency: 20,
          client: { maxConcurrent: 4 },
          faults: [{ fault: { type: "status", status: 429, retryAfter: 1 }, path: "/api/virtualization/", times: 6 }]
        })
        const throttled = requests.filter(({ status }) => status === 429)
        assert.lengthOf(throttled, 6)
        for (const { at } of throttled) {
          for (const other of requests) {
            const after = other.at - at
            // What was under way already is not called back.
            if (after > 500) assert.isAtLeast(after, 990)
          }
        }
        assert.strictEqual(pace.inFlight.low, 1)
        assert.strictEqual(throttled.at(-1)?.together, 1)
        assert.isAtMost(most(requests), 4)
        const later = requests.filter(({ at }) => at > (throttled.at(-1)?.at ?? 0))
        assert.isAtLeast(most(later), 2, "it rises again")
        assert.deepStrictEqual(reasonsOf(pace), ["throttled"])
        assert.isAtLeast(pace.waitedMillis, 1000)
        assert.deepStrictEqual(pace.batches, [])
        const { 'reason="throttled"': times } = metric(metrics, "proxledger_upstream_slowdowns_total")
        assert.strictEqual(times, pace.slowdowns[0]?.times)
      }),
    patience
  )

  it.scopedLive(
    "falls to short lists, one at a time, while NetBox is unavailable, and recovers",
    () =>
      Effect.gen(function* () {
        const { pace, requests } = yield* importing({
          guests: 120,
          latency: 20,
          faults: [{ fault: { type: "status", status: 503 }, path: interfaces, times: 4 }]
        })
        const refused = requests.filter(({ status }) => status === 503)
        assert.lengthOf(refused, 4)
        assert.deepStrictEqual(reasonsOf(pace), ["unavailable"])
        assert.strictEqual(pace.inFlight.low, 1)
        assert.deepStrictEqual(
          pace.batches.map(({ method, path }) => [method, path]),
          [["POST", interfaces]]
        )
        const sizes = refused.map(({ items }) => items)
        assert.strictEqual(Math.max(...sizes), sizes[0])
        assert.isAtMost(sizes.at(-1) ?? 100, Math.ceil((sizes[0] ?? 0) / 2))
        const later = requests.filter(({ at }) => at > (refused.at(-1)?.at ?? 0))
        assert.strictEqual(most(later), 2, "it rises again")
        const lists = later.filter(({ path }) => path === interfaces).map(({ items }) => items)
        assert.isAbove(Math.max(...lists), pace.batches[0]?.low ?? 100, "lists grow again")
      }),
    patience
  )

  it.scopedLive(
    "finds the length of lists that NetBox answers in time",
    () =>
      Effect.gen(function* () {
        const { metrics, pace, requests } = yield* importing({
          guests: 120,
          client: { timeout: Duration.seconds(8) },
          faults: [{ fault: { type: "latency", millis: 0, perObject: 50 }, path: interfaces }]
        })
        // The aim is a quarter of the deadline: forty objects of 50 ms.
        const lists = requests.filter((one) => one.method === "POST" && one.path === interfaces)
        assert.strictEqual(lists[0]?.items, 100)
        const { low = 100 } = pace.batches.find(({ path }) => path === interfaces) ?? {}
        assert.isAtMost(low, 50)
        assert.include(reasonsOf(pace), "slow")
        assert.isAtMost(Math.max(...lists.slice(3).map(({ items }) => items)), 50)
        const size = metric(metrics, "proxledger_upstream_batch_size_limit")
        assert.isAtMost(size[`method="POST",path="${interfaces}"`] ?? 100, 50)
      }),
    patience
  )

  it.scopedLive(
    "cuts lists until one comes through before the deadline",
    () =>
      Effect.gen(function* () {
        const { pace, requests } = yield* importing({
          guests: 120,
          client: { timeout: Duration.seconds(2) },
          settle: "10 seconds",
          faults: [{ fault: { type: "latency", millis: 0, perObject: 30 }, path: interfaces }]
        })
        assert.include(reasonsOf(pace), "timeout")
        const lists = requests
          .filter((one) => one.method === "POST" && one.path === interfaces)
          .sort((a, b) => a.at - b.at)
          .map(({ items }) => items)
        assert.strictEqual(lists[0], 100, "more than can be written before the deadline")
        assert.isAtMost(Math.max(...lists.slice(2)), 50)
      }),
    patience
  )

  it.scopedLive(
    "survives a storm of failures on reads and writes alike",
    () =>
      Effect.gen(function* () {
        const storm = [500, 502, 503, 504].map((status): FaultRule => ({
          fault: { type: "status", status },
          probability: 0.08,
          times: 150
        }))
        const { pace, requests } = yield* importing({
          guests: 60,
          latency: 5,
          client: { retryDelay: Duration.millis(5) },
          faults: [...storm, { fault: { type: "cut" }, probability: 0.05, times: 150 }]
        })
        assert.isAtLeast(requests.filter(({ status }) => status === null || status >= 500).length, 5)
        assert.isAtMost(most(requests), 2)
        assert.strictEqual(pace.inFlight.low, 1)
      }),
    patience
  )

  it.scopedLive(
    "is not slowed by what NetBox says of objects",
    () =>
      Effect.gen(function* () {
        const { machines, pace, requests } = yield* importing({
          guests: 100,
          faults: [],
          // A hundred machines with these comments are more than NetBox reads in one body.
          prepare: (proxmox) =>
            Effect.forEach(
              [...proxmox.cluster.guests.keys()],
              (vmid) => proxmox.updateGuest(vmid, { description: `guest ${vmid}\n${"🚀".repeat(8000)}` }),
              { discard: true }
            )
        })
        assert.deepStrictEqual(
          requests.filter(({ status }) => status === 500),
          [],
          "no body is too large"
        )
        assert.isAbove(machines ?? 0, 82)
        assert.deepStrictEqual(pace.slowdowns, [])
      }),
    patience
  )

  it.scopedLive(
    "sends a machine again whose disks were written while NetBox checked it, and all others with it",
    () =>
      Effect.gen(function* () {
        const word = "The specified disk size (8192) must match the aggregate size of assigned virtual disks (143360)."
        const { requests } = yield* importing({
          guests: 30,
          faults: [
            {
              fault: { type: "refused", field: "disk", word },
              method: "PATCH",
              path: "/api/virtualization/virtual-machines/",
              times: 2
            }
          ]
        })
        const patched = requests.filter(
          ({ method, path }) => method === "PATCH" && path === "/api/virtualization/virtual-machines/"
        )
        assert.deepStrictEqual(
          patched.slice(0, 3).map(({ status }) => status),
          [400, 400, 200]
        )
      }),
    patience
  )
})
