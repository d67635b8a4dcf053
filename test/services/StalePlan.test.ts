import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as SimulatedNetBox from "../../src/demo/SimulatedNetBox.ts"
import * as SimulatedProxmox from "../../src/demo/SimulatedProxmox.ts"
import { Reconciler } from "../../src/services/Reconciler.ts"
import { staleObjects } from "../../src/services/StalePlan.ts"
import { engine } from "../support/Engine.ts"
import { sync } from "../support/Sync.ts"

const machines = "virtualization.virtualmachine"

describe("objects of a plan that moved since it was made", () => {
  it.live("are those that somebody wrote to or removed, and no others", () =>
    Effect.gen(function* () {
      const proxmox = yield* SimulatedProxmox.make({ name: "lab", nodes: 2, guests: 6, seed: 3 })
      const netbox = yield* SimulatedNetBox.make({})
      yield* Effect.gen(function* () {
        yield* sync
        const [a, b, c] = [...proxmox.cluster.guests.values()].filter(({ config }) => config["template"] !== 1)
        if (a === undefined || b === undefined || c === undefined) return assert.fail("the cluster is too small")
        for (const { vmid } of [a, b, c]) yield* proxmox.renameGuest(vmid, `renamed-${vmid}`)
        const reconciler = yield* Reconciler
        const { run } = yield* reconciler.plan({ trigger: "plan", approveRemovals: false })
        assert.deepStrictEqual(yield* staleObjects(run), [])

        const rows = yield* netbox.rows(machines)
        const idOf = (vmid: number) =>
          rows.find(({ custom_fields }) => JSON.stringify(custom_fields).includes(`lab/${vmid}"`))?.id ?? 0
        yield* netbox.edit(machines, idOf(a.vmid), { comments: "by hand" })
        yield* Effect.promise(() =>
          fetch(`${netbox.url}/api/virtualization/virtual-machines/${idOf(b.vmid)}/`, {
            method: "DELETE",
            headers: { authorization: `Token ${netbox.token}` }
          })
        )
        const stale = yield* staleObjects(run)
        assert.deepStrictEqual(stale.map(({ detail, ref }) => [ref, detail]).sort(), [
          [`${machines}:lab/${a.vmid}`, "it was changed in NetBox since it was read"],
          [`${machines}:lab/${b.vmid}`, "it is gone from NetBox"]
        ])
        const { failed, ok } = yield* reconciler.apply(run)
        assert.isAbove(ok, 0)
        assert.isAbove(failed, 0)
      }).pipe(Effect.provide(engine({ proxmox, netbox })))
    }).pipe(Effect.scoped)
  )
})
