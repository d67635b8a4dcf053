import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { completeOf, framesOf, world } from "./Following.ts"
import { machines, stages } from "./PluginStages.ts"

const patience = { timeout: 180_000 }

const common = "overwrite_vm_tags=true&sync_mode_vm=always&fetch_max_concurrency=8&netbox_endpoint_ids=7"

describe("stages", () => {
  it.scopedLive(
    "one after the other make what a full update makes, which then finds nothing to do",
    () =>
      Effect.gen(function* () {
        const { netbox, service } = yield* world()
        for (const [path, step] of stages) {
          const frames = yield* framesOf(
            service,
            `${path}${path.includes("?") ? "&" : "?"}${common}&proxmox_endpoint_ids=1`
          )
          assert.deepInclude(frames[0]?.data, { step, status: "started" })
          assert.isTrue(completeOf(frames)["ok"], step)
        }
        const counts = yield* netbox.counts
        assert.deepInclude(counts, {
          "dcim.device": 2,
          "dcim.interface": 2,
          "virtualization.virtualmachine": 2,
          "virtualization.virtualdisk": 2,
          "virtualization.vminterface": 2,
          "ipam.ipaddress": 4
        })
        yield* netbox.resetRequests
        assert.isTrue(completeOf(yield* framesOf(service, "/full-update/stream"))["ok"])
        const written = (yield* netbox.requests).filter(({ method }) => method !== "GET")
        assert.deepStrictEqual(written, [])
      }),
    patience
  )

  it.scopedLive(
    "write their own objects alone, heed switches, and answer without a stream as well",
    () =>
      Effect.gen(function* () {
        const { netbox, proxmox, service } = yield* world()
        const made = yield* service.call("/dcim/devices/create", { method: "POST" })
        assert.strictEqual(made.status, 200)
        assert.lengthOf(yield* netbox.rows("dcim.device"), 2)
        assert.lengthOf(yield* netbox.rows("virtualization.virtualmachine"), 0)
        assert.lengthOf(yield* netbox.rows("dcim.interface"), 0)

        const guests = yield* service.call("/full-update?sync_node_interfaces=false")
        assert.deepInclude(guests.json, { status: "completed", virtual_machines_count: 2, node_interfaces_count: 0 })
        yield* service.call("/dcim/devices/interfaces/create?sync_node_interfaces=false")
        const { "dcim.interface": ofNodes = 0, "virtualization.vminterface": ofGuests } = yield* netbox.counts
        assert.deepStrictEqual([ofNodes, ofGuests], [0, 2])

        const full = yield* service.call("/full-update")
        assert.strictEqual(full.status, 200)
        assert.deepInclude(full.json, { status: "completed", devices_count: 2, virtual_machines_count: 2 })

        yield* proxmox.updateGuest(100, { description: "changed", memory: "4096" })
        const kept = yield* service.call(`${machines}/create?overwrite_vm_description=false&sync_vm_network=off`)
        assert.strictEqual(kept.status, 200)
        const [web] = yield* netbox.rows("virtualization.virtualmachine")
        assert.deepInclude(web, { description: "d", memory: 4096 })
        yield* service.call(`${machines}/create?sync_mode_vm=disabled`)
        yield* service.call(`${machines}/create?netbox_vm_ids=2`)
        assert.strictEqual((yield* netbox.rows("virtualization.virtualmachine"))[0]?.["description"], "d")
        assert.strictEqual((yield* service.call(`${machines}/1/create`)).status, 200)
        assert.strictEqual((yield* netbox.rows("virtualization.virtualmachine"))[0]?.["description"], "changed")

        const missing = completeOf(yield* framesOf(service, `${machines}/77/create/stream`))
        assert.deepInclude(missing, { ok: false, errors: [{ detail: "Virtual machine not found" }] })
      }),
    patience
  )
})
