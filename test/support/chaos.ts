import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck as fc, type Scope } from "effect"
import * as SimulatedProxmox from "../../src/demo/SimulatedProxmox.ts"
import { Journal } from "../../src/journal/Journal.ts"
import { type Ended, type Workplace, workplace } from "./Cli.ts"
import * as CuttingProxy from "./CuttingProxy.ts"
import { engine } from "./Engine.ts"
import { type NetBoxAddress, stateOf } from "./State.ts"
import { failures, sync } from "./Sync.ts"

/** What is gone through again and again: an estate appears, some of it changes, some of it goes. */
const chapters: ReadonlyArray<(proxmox: SimulatedProxmox.SimulatedProxmox) => Effect.Effect<void>> = [
  () => Effect.void,
  (proxmox) =>
    Effect.forEach([...proxmox.cluster.guests.keys()], (vmid) => proxmox.updateGuest(vmid, { memory: "6144" }), {
      discard: true
    }),
  (proxmox) =>
    Effect.gen(function* () {
      const [first, ...others] = [...proxmox.cluster.guests.values()]
      if (first !== undefined) yield* proxmox.removeGuest(first.vmid)
      for (const { config, vmid } of others.slice(0, 2)) {
        const isSpare = (key: string) => /^(scsi|virtio|sata|mp|net)[1-9]$/.test(key)
        const gone = Object.keys(config).filter(isSpare)
        yield* proxmox.updateGuest(vmid, Object.fromEntries(gone.map((key) => [key, null])))
      }
    })
]

const estate = SimulatedProxmox.make({ name: "lab-cluster", nodes: 3, guests: 6, seed: 7 })

const succeeded = ({ code, err, out }: Ended) => assert.strictEqual(code, 0, out + err)

/** Syncs and resumes that die at these moments; returns how many were begun until one came to its end. */
const dying = async (place: Workplace, moments: ReadonlyArray<number>): Promise<number> => {
  for (const [index, killAfter] of moments.entries()) {
    const { code } = await place.run(index % 2 === 0 ? ["sync", "--yes"] : ["resume"], { killAfter })
    if (code !== null) return index + 1
  }
  return moments.length
}

/** Whatever dies and whatever answer is lost: NetBox ends as after a calm run, and the journal holds. */
export const chaos = (options: {
  readonly name: string
  /** An empty NetBox, for one round. */
  readonly netbox: Effect.Effect<NetBoxAddress, never, Scope.Scope>
  /** How many runs are killed, and how many answers cut. */
  readonly count: number
  /** Milliseconds that a run takes when nobody kills it. */
  readonly span: number
}) => {
  const patience = 3_600_000

  /** NetBox after each chapter, when nothing disturbs it. */
  const calm = Effect.gen(function* () {
    const netbox = yield* options.netbox
    const proxmox = yield* estate
    return yield* Effect.forEach(chapters, (chapter) =>
      chapter(proxmox).pipe(Effect.zipRight(sync), Effect.zipRight(Effect.promise(() => stateOf(netbox))))
    ).pipe(Effect.provide(engine({ netbox, proxmox })))
  })

  describe(options.name, () => {
    it.scopedLive(
      `${options.count} runs are killed at any moment of import, change, removal and resumption`,
      () =>
        Effect.gen(function* () {
          const wanted = yield* calm
          let left = fc.sample(fc.integer({ min: 300, max: options.span }), { numRuns: options.count, seed: 42 })
          while (left.length > 0) {
            const netbox = yield* options.netbox
            const proxmox = yield* estate
            const place = workplace({ netbox, proxmox })
            for (const [index, chapter] of chapters.entries()) {
              yield* chapter(proxmox)
              const some = left.slice(0, 3)
              const used = yield* Effect.promise(() => dying(place, some))
              left = left.slice(used)
              succeeded(yield* Effect.promise(() => place.run(["resume"])))
              succeeded(yield* Effect.promise(() => place.run(["sync", "--yes"])))
              assert.deepStrictEqual(yield* Effect.promise(() => stateOf(netbox)), wanted[index])
            }
            succeeded(yield* Effect.promise(() => place.run(["journal", "verify"])))
            succeeded(yield* Effect.promise(() => place.run(["plan"])))
          }
        }),
      patience
    )

    it.scopedLive(
      `${options.count} answers are cut, to reads and to writes of every kind`,
      () =>
        Effect.gen(function* () {
          const wanted = yield* calm
          const cuts = new Map<string, number>()
          const sum = () => [...cuts.values()].reduce((all, one) => all + one, 0)
          for (let round = 0; sum() < options.count; round++) {
            const netbox = yield* options.netbox
            const proxmox = yield* estate
            const proxy = yield* CuttingProxy.make(netbox.url)
            // Each round hits others: of the writes every third, of the reads every eleventh.
            proxy.hit((method, nth) => (nth + round) % (method === "GET" ? 11 : 3) === 0)
            yield* Effect.gen(function* () {
              for (const [index, chapter] of chapters.entries()) {
                yield* chapter(proxmox)
                assert.deepStrictEqual(yield* failures((yield* sync).run), [])
                assert.deepStrictEqual(yield* Effect.promise(() => stateOf(netbox)), wanted[index])
              }
              assert.strictEqual((yield* sync).mutating, 0)
              yield* (yield* Journal).verify
            }).pipe(Effect.provide(engine({ netbox: { ...netbox, url: proxy.url }, proxmox })))
            for (const [method, count] of proxy.cuts) cuts.set(method, (cuts.get(method) ?? 0) + count)
          }
          for (const method of ["GET", "POST", "PATCH", "DELETE"]) assert.isAtLeast(cuts.get(method) ?? 0, 1, method)
        }),
      patience
    )
  })
}
