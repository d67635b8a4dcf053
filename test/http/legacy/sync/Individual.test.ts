import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { isJsonObject, type Json } from "../../../../src/domain/Json.ts"
import { world } from "./Following.ts"

const patience = { timeout: 180_000 }

const root = "/sync/individual"
const guest = "cluster_name=LAB&node=pve1&type=qemu&vmid=100"

const idOf = (told: Json): Json => {
  const object = isJsonObject(told) ? (told["netbox_object"] ?? null) : null
  return isJsonObject(object) ? (object["id"] ?? null) : null
}

describe("one object at a time", () => {
  it.scopedLive(
    "is planned, made, found unchanged, with nothing else beside what it needs",
    () =>
      Effect.gen(function* () {
        const { netbox, proxmox, service } = yield* world()
        const planned = yield* service.call(`${root}/vm?${guest}&dry_run=true`)
        assert.deepInclude(planned.json, { object_type: "vm", action: "dry_run", netbox_object: null, dry_run: true })
        assert.deepStrictEqual(
          (yield* netbox.requests).filter(({ method }) => method !== "GET"),
          []
        )

        const made = yield* service.call(`${root}/vm?${guest}`)
        assert.deepInclude(made.json, { action: "created", error: null, dependencies_synced: [] })
        const machines = yield* netbox.rows("virtualization.virtualmachine")
        assert.deepStrictEqual(
          machines.map(({ id, name }) => [id, name]),
          [[idOf(made.json), "web1"]]
        )
        assert.deepInclude((yield* service.call(`${root}/vm/lab/pve1/qemu/100`)).json, { action: "unchanged" })
        yield* proxmox.updateGuest(100, { memory: "4096" })
        assert.deepInclude((yield* service.call(`${root}/vm?${guest}`, { method: "POST" })).json, { action: "updated" })

        const parts: ReadonlyArray<readonly [string, string]> = [
          [`interface?${guest}&interface_name=net0`, "virtualization.vminterface"],
          [`disk?${guest}&disk_name=scsi0`, "virtualization.virtualdisk"],
          [`ip?${guest}&ip_address=10.0.0.40`, "ipam.ipaddress"]
        ]
        for (const [path, kind] of parts) {
          const told = yield* service.call(`${root}/${path}`)
          assert.deepInclude(told.json, { action: "created" }, path)
          assert.deepStrictEqual(
            (yield* netbox.rows(kind)).map(({ id }) => id),
            [idOf(told.json)],
            path
          )
        }
        for (const path of ["cluster?cluster_name=lab", "node?cluster_name=lab&node_name=pve1"]) {
          const told = yield* service.call(`${root}/${path}`)
          assert.deepInclude(told.json, { action: "unchanged", error: null }, path)
          assert.strictEqual(idOf(told.json), 1)
        }
      }),
    patience
  )
})
