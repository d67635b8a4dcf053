import { assert, describe, it } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import * as SimulatedProxmox from "../../src/demo/SimulatedProxmox.ts"
import { Journal } from "../../src/journal/Journal.ts"
import type { Projections } from "../../src/journal/Projections.ts"
import type { NetBox } from "../../src/services/NetBox.ts"
import type { Reconciler } from "../../src/services/Reconciler.ts"
import { workplace } from "./Cli.ts"
import * as CuttingProxy from "./CuttingProxy.ts"
import { engine, type EngineOptions } from "./Engine.ts"
import { ask, changeLogHead, type NetBoxAddress, rowsOf, stateOf } from "./State.ts"
import { failures, sync } from "./Sync.ts"

/** A real NetBox takes its time, and so does a machine that does other things as well. */
const patience = 1_200_000

const machines = "/api/virtualization/virtual-machines/"

const cluster = (guests: number, seed = 7) => SimulatedProxmox.make({ name: "lab-cluster", nodes: 3, guests, seed })

/** The promises of the engine against a NetBox: simulated or real, the same cases. */
export const scenarios = (options: {
  readonly name: string
  /** An empty NetBox, for one case. */
  readonly netbox: Effect.Effect<NetBoxAddress, never, Scope.Scope>
  readonly guests: number
}) => {
  const withEngine = <A, E>(
    given: Omit<EngineOptions, "netbox"> & { readonly netbox?: NetBoxAddress },
    netbox: NetBoxAddress,
    body: Effect.Effect<A, E, Reconciler | NetBox | Journal | Projections>
  ) => Effect.provide(body, engine({ netbox, ...given }))

  describe(options.name, () => {
    it.scopedLive(
      "imports whole, then is quiet, keeps a hand edit, and writes only what changed",
      () =>
        Effect.gen(function* () {
          const netbox = yield* options.netbox
          const proxmox = yield* cluster(options.guests)
          yield* withEngine(
            { proxmox },
            netbox,
            Effect.gen(function* () {
              const first = yield* sync
              assert.deepStrictEqual(yield* failures(first.run), [])
              assert.deepInclude(first.applied, { outcome: "succeeded", failed: 0 })
              const kept = [...proxmox.cluster.guests.values()].filter(({ config }) => config["template"] !== 1)
              assert.strictEqual((yield* Effect.promise(() => rowsOf(netbox, machines))).length, kept.length)
              assert.isAtMost(first.requests, first.operations.length / 60 + 42)

              const head = yield* Effect.promise(() => changeLogHead(netbox))
              const second = yield* sync
              assert.strictEqual(second.mutating, 0)
              assert.strictEqual(yield* Effect.promise(() => changeLogHead(netbox)), head)

              const [row] = yield* Effect.promise(() => rowsOf(netbox, machines))
              yield* Effect.promise(() =>
                ask(netbox, "PATCH", `${machines}${row?.id}/`, { description: "typed by hand" })
              )
              for (const _ of [1, 2]) {
                const drifted = yield* sync
                assert.strictEqual(drifted.mutating, 0)
                assert.deepStrictEqual(
                  drifted.drifts.map(({ field, theirs }) => [field, theirs]),
                  [["description", "typed by hand"]]
                )
              }

              const changed = kept.slice(-Math.max(1, Math.round(kept.length / 100)))
              for (const { vmid } of changed) yield* proxmox.updateGuest(vmid, { memory: "3072" })
              const delta = yield* sync
              assert.deepStrictEqual(
                delta.operations.map(({ changes, ref }) => [ref, changes.map(({ field }) => field)]),
                changed.map(({ vmid }) => [`virtualization.virtualmachine:lab/${vmid}`, ["memory"]])
              )
              assert.strictEqual(delta.mutating, Math.ceil(changed.length / 100))
            })
          )
        }),
      patience
    )

    it.scopedLive(
      "refuses, by name, the operation whose object changed since the plan, and applies the others",
      () =>
        Effect.gen(function* () {
          const netbox = yield* options.netbox
          const proxmox = yield* cluster(8)
          const place = workplace({ netbox, proxmox })
          assert.strictEqual((yield* Effect.promise(() => place.run(["sync", "--yes"]))).code, 0)
          const [one, two] = [...proxmox.cluster.guests.values()].filter(({ config }) => config["template"] !== 1)
          if (one === undefined || two === undefined) return yield* Effect.dieMessage("too few guests")
          for (const { vmid } of [one, two]) yield* proxmox.updateGuest(vmid, { memory: "5120" })
          assert.strictEqual((yield* Effect.promise(() => place.run(["plan", "--out", "plan.json"]))).code, 2)
          const rows = yield* Effect.promise(() => rowsOf(netbox, machines))
          const edited = rows.find((row) => JSON.stringify(row["custom_fields"]).includes(`"lab/${one.vmid}"`))
          yield* Effect.promise(() =>
            ask(netbox, "PATCH", `${machines}${edited?.id}/`, { comments: "typed meanwhile" })
          )
          const ended = yield* Effect.promise(() => place.run(["apply", "plan.json"]))
          assert.strictEqual(ended.code, 3, ended.out + ended.err)
          assert.match(
            ended.out,
            new RegExp(`failed update .*\\(virtualization.virtualmachine:lab/${one.vmid}\\): .*changed in NetBox`)
          )
          const after = yield* Effect.promise(() => rowsOf(netbox, machines))
          const memory = (vmid: number) =>
            after.find((row) => JSON.stringify(row["custom_fields"]).includes(`"lab/${vmid}"`))?.["memory"]
          assert.strictEqual(memory(two.vmid), 5120)
          assert.strictEqual(memory(one.vmid), edited?.["memory"])
          assert.strictEqual((yield* Effect.promise(() => place.run(["apply", "plan.json"]))).code, 1)
          assert.strictEqual((yield* Effect.promise(() => place.run(["sync", "--yes"]))).code, 0)
          assert.strictEqual((yield* Effect.promise(() => place.run(["plan"]))).code, 0)
        }),
      patience
    )

    it.scopedLive(
      "ends like an undisturbed run when answers to creates, updates and deletes are cut",
      () =>
        Effect.gen(function* () {
          const netbox = yield* options.netbox
          const proxmox = yield* cluster(8)
          const proxy = yield* CuttingProxy.make(netbox.url)
          const direct = { proxmox }
          const through = { ...direct, netbox: { ...netbox, url: proxy.url } }
          const state = yield* withEngine(
            through,
            netbox,
            Effect.gen(function* () {
              const first = yield* sync
              assert.deepStrictEqual(yield* failures(first.run), [])
              for (const guest of [...proxmox.cluster.guests.values()].slice(0, 4)) {
                const disk = Object.keys(guest.config).find((key) => /^(scsi|virtio|sata|mp)[1-9]$/.test(key))
                yield* proxmox.updateGuest(guest.vmid, {
                  memory: "6144",
                  ...(disk === undefined ? {} : { [disk]: null })
                })
              }
              const second = yield* sync
              assert.deepStrictEqual(yield* failures(second.run), [])
              const third = yield* sync
              assert.strictEqual(third.mutating, 0)
              yield* (yield* Journal).verify
              return yield* Effect.promise(() => stateOf(netbox))
            })
          )
          for (const method of ["POST", "PATCH", "DELETE"]) assert.isAtLeast(proxy.cuts.get(method) ?? 0, 1, method)
          const calm = yield* options.netbox
          yield* withEngine(direct, calm, sync)
          assert.deepStrictEqual(yield* Effect.promise(() => stateOf(calm)), state)
        }),
      patience
    )

    it.scopedLive(
      "finds everything again when the journal is lost: nothing is created",
      () =>
        Effect.gen(function* () {
          const netbox = yield* options.netbox
          const proxmox = yield* cluster(8)
          yield* withEngine({ proxmox }, netbox, sync)
          const again = yield* withEngine({ proxmox }, netbox, sync)
          assert.deepStrictEqual(
            again.operations.map(({ ref, verb }) => [verb, ref]),
            []
          )
        }),
      patience
    )
  })
}
