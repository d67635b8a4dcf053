import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Json } from "../../../src/domain/Json.ts"
import { world } from "../../support/Service.ts"

interface Status {
  readonly name: string
  readonly mode: string
  readonly endpoint_name: string
  readonly db_endpoint_id: number
  readonly node_list: ReadonlyArray<{ readonly name: string; readonly online: number }>
}

interface Resource {
  readonly id: string
  readonly type: string
  readonly node: string
  readonly vmid: number
}

it.scopedLive(
  "what Proxmox says is read through the endpoints that a request selects",
  () =>
    Effect.gen(function* () {
      const { service } = yield* world()
      const read = <A extends Json>(path: string) =>
        Effect.map(service.call(path), ({ json, status, text }) => {
          assert.strictEqual(status, 200, text)
          return json as A
        })

      const [status, ...more] = yield* read<Json & ReadonlyArray<Json & Status>>(
        "/proxmox/cluster/status?proxmox_endpoint_ids=1"
      )
      assert.deepStrictEqual(more, [])
      assert.deepStrictEqual(
        [status?.name, status?.mode, status?.endpoint_name, status?.db_endpoint_id, status?.node_list.length],
        ["lab", "cluster", "lab (nb:1)", 1, 2]
      )
      assert.deepStrictEqual(yield* read("/proxmox/cluster/status?proxmox_endpoint_ids=77"), [])

      const [resources] = yield* read<Json & ReadonlyArray<{ readonly lab: ReadonlyArray<Json & Resource> }>>(
        "/proxmox/cluster/resources?type=vm&source=database&proxmox_endpoint_ids=1"
      )
      const [guest] = resources?.lab ?? []
      assert.isDefined(guest)
      assert.strictEqual(resources?.lab.length, new Set(resources?.lab.map(({ id }) => id)).size)

      for (const path of ["/proxmox/nodes", "/proxmox/nodes/"]) {
        const nodes = yield* read<Json & ReadonlyArray<{ readonly lab: { readonly node: string } }>>(path)
        assert.deepStrictEqual(
          nodes.map(({ lab }) => lab.node).toSorted(),
          status?.node_list.map(({ name }) => name).toSorted()
        )
      }

      const at = `/proxmox/${guest?.node}/${guest?.type}/${guest?.vmid}/config`
      const config = yield* read<{ readonly disks: ReadonlyArray<Json>; readonly networks: ReadonlyArray<Json> }>(at)
      assert.isAbove(config.disks.length + config.networks.length, 0)
      assert.notProperty(config, "cipassword")

      assert.isAbove((yield* read<ReadonlyArray<Json>>(`/proxmox/nodes/${guest?.node}/network`)).length, 0)
      assert.deepStrictEqual(yield* read("/proxmox/firewall/summary?source=database&proxmox_endpoint_ids=1"), [])
      assert.deepStrictEqual(yield* read("/proxmox/datacenter/cpu-models"), [])

      const statusOf = (path: string) => Effect.map(service.call(path), ({ status }) => status)
      assert.strictEqual(yield* statusOf(`/proxmox/nowhere/qemu/${guest?.vmid}/config`), 404)
      assert.strictEqual(yield* statusOf(`/proxmox/${guest?.node}/vm/${guest?.vmid}/config`), 400)
      assert.strictEqual(yield* statusOf("/proxmox/..%2Faccess/qemu/1/config"), 422)
      assert.strictEqual(yield* statusOf("/proxmox/cluster/status?source=elsewhere"), 400)
    }),
  60_000
)
