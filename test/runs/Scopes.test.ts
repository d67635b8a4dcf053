import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck as fc } from "effect"
import * as SimulatedNetBox from "../../src/demo/SimulatedNetBox.ts"
import * as SimulatedProxmox from "../../src/demo/SimulatedProxmox.ts"
import { kinds } from "../../src/domain/Kinds.ts"
import type { Scope } from "../../src/domain/Scope.ts"
import { NetBox } from "../../src/services/NetBox.ts"
import { Runs } from "../../src/services/Runs.ts"
import { engine } from "../support/Engine.ts"
import { everything, runs } from "../support/Runs.ts"
import { stateOf } from "../support/State.ts"
import { sync } from "../support/Sync.ts"

const some = <A>(items: ReadonlyArray<A>) => fc.subarray([...items], { minLength: 1 })

const scope: fc.Arbitrary<Scope> = fc.oneof(
  fc.record({ kinds: some(kinds.map(({ name }) => name)) }),
  fc.record({ guests: some([100, 101, 102].map((vmid) => `virtualization.virtualmachine:lab/${vmid}` as const)) }),
  fc.record({ createOnly: some(["virtualization.virtualmachine", "virtualization.vminterface", "ipam.ipaddress"]) }),
  fc.record({ of: fc.constantFrom("nodes" as const, "guests" as const) })
)

describe("scoped runs over HTTP", () => {
  it.scopedLive("are quiet the second time, and a run of everything after them ends like one alone", () =>
    Effect.gen(function* () {
      const proxmox = yield* SimulatedProxmox.make({ name: "lab-cluster", nodes: 2, guests: 6, seed: 9 })
      const calm = yield* SimulatedNetBox.make({})
      yield* Effect.provide(sync, engine({ netbox: calm, proxmox }))
      const wanted = yield* Effect.promise(() => stateOf(calm))
      for (const scopes of fc.sample(fc.array(scope, { minLength: 1, maxLength: 3 }), { numRuns: 4, seed: 20 })) {
        const netbox = yield* SimulatedNetBox.make({})
        yield* Effect.gen(function* () {
          const service = yield* Runs
          const once = (within: Scope) =>
            Effect.flatMap(service.start({ ...everything, scope: within }), (run) => service.await(run))
          for (const within of scopes) {
            // What points back is written once what it points to is there.
            for (let times = 0; times < 2; times++) assert.strictEqual((yield* once(within)).failed, 0)
            const { requests } = yield* NetBox
            const before = yield* requests
            assert.strictEqual((yield* once(within)).operations, 0, JSON.stringify(within))
            assert.strictEqual((yield* requests).mutating, before.mutating)
          }
          assert.strictEqual((yield* once({})).outcome, "succeeded")
        }).pipe(Effect.provide(runs({ netbox, proxmox })))
        assert.deepStrictEqual(yield* Effect.promise(() => stateOf(netbox)), wanted, JSON.stringify(scopes))
      }
    })
  )
})
