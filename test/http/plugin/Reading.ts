import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { Json } from "../../../src/domain/Json.ts"
import { every, type Shape, some } from "../contract/Shape.ts"
import { assertError, assertLooks } from "./Client.ts"
import { namesIn, World } from "./World.ts"

export const readsOne = Effect.gen(function* () {
  const { only, plugin } = yield* World
  const node: Shape = {
    node: "text",
    status: "text",
    cpu: "number",
    maxcpu: "int",
    mem: "int",
    maxmem: "int",
    "*": "any"
  }
  const clusterNode: Shape = {
    type: "=node",
    id: "text",
    name: "text",
    nodeid: "int",
    ip: "text|null",
    online: "int|bool",
    local: "int|bool",
    level: "text|null"
  }
  const guest: Shape = {
    type: /^(qemu|lxc)$/,
    vmid: "int",
    name: /^(web1|ct1)$/,
    node: /^pve[12]$/,
    status: "text",
    // The plugin passes over a row with a list or an object in it.
    "*": "text|number|bool|null"
  }
  assertLooks(
    yield* plugin.read(`/proxmox/cluster/status?${only(7)}`),
    [
      {
        type: "=cluster",
        id: "text",
        name: "=lab",
        nodes: 2,
        version: "int",
        quorate: "int|bool",
        node_list: [clusterNode, clusterNode],
        "*": "any"
      }
    ],
    "H12"
  )
  assertLooks(yield* plugin.read(`/proxmox/nodes/?${only(12)}`), [{ home: node }, { home: node }], "H7, H12")
  assertLooks(yield* plugin.read(`/proxmox/cluster/resources?type=vm&${only(7)}`), [{ lab: [guest, guest] }], "H12")
  assertLooks(
    yield* plugin.read(`/proxmox/version?${only(7)}`),
    [{ lab: { version: "text", release: "text", repoid: "text" } }],
    "H12"
  )
  assertLooks(
    yield* plugin.read(`/proxmox/storage?${only(7)}`),
    [{ lab: some({ storage: "text", "*": "text|number|bool|null" }) }],
    "H12"
  )
  assert.deepStrictEqual(yield* plugin.read(`/proxmox/firewall/summary?${only(7)}`), [])
  assert.deepStrictEqual(yield* plugin.read(`/proxmox/datacenter/cpu-models?${only(7)}`), [])
  assert.deepStrictEqual(yield* plugin.read("/proxmox/cluster/status?proxmox_endpoint_ids=4711"), [], "H12")
  const config = (query: string) => plugin.read(`/proxmox/pve1/qemu/100/config?${query}`)
  assertLooks(yield* config(only(7)), { net0: "text", scsi0: "text", cores: "int", "*": "any" }, "H12")
  assertLooks(yield* config("source=database&name=lab%20(nb:7)"), { ostype: "=l26", "*": "any" }, "H12")
  assert.strictEqual((yield* plugin.call("GET", `/proxmox/pve1/qemu/100/config?${only(12)}`)).status, 404, "H12")
  const both = yield* plugin.read("/proxmox/cluster/status")
  assert.deepStrictEqual(namesIn(both), ["lab", "home"], "H12: all without ids")
})

export const single = Effect.gen(function* () {
  const { only, plugin } = yield* World
  const one: Shape = {
    object_type: "text",
    action: "=unchanged",
    dependencies_synced: every({ object_type: "text", action: "text", "*": "any" }),
    error: null,
    "*": "any"
  }
  assertLooks(yield* plugin.read(`/sync/individual/cluster?cluster_name=lab&${only(7)}`), one, "cluster")
  assertLooks(yield* plugin.read(`/sync/individual/node?cluster_name=lab&node_name=pve1&${only(7)}`), one, "node")
  assertLooks(yield* plugin.read("/extras/bootstrap-status"), { ok: true, warnings: [], "*": "any" }, "bootstrap")
})

export const logs = Effect.gen(function* () {
  const { netbox, plugin } = yield* World
  const origin = new URL(netbox.url.replace("127.0.0.1", "localhost")).origin
  for (let asked = 0; asked < 60; asked += 1) {
    const reply = yield* plugin.call("GET", "/admin/logs?limit=200", { key: null, headers: { origin } })
    assert.strictEqual(reply.status, 401, "H18")
    assert.strictEqual(reply.headers["access-control-allow-origin"], origin, "H18")
  }
  const line: Shape = {
    id: /^\d+$/,
    timestamp: /^\d{4}-\d\d-\d\dT[\d:.]+\+00:00$/,
    level: /^[A-Z]+$/,
    module: "text",
    message: "text",
    "*": "any"
  }
  assertLooks(
    yield* plugin.read("/admin/logs?errors_only=false&limit=200"),
    { logs: some(line), total: "int", has_more: "bool", active_filters: "object" },
    "H18"
  )
})

export const wrong = Effect.gen(function* () {
  const { plugin, rows } = yield* World
  const wrong: ReadonlyArray<readonly [method: "GET" | "POST" | "PUT", path: string, status: number, json?: Json]> = [
    ["POST", "/proxmox/endpoints", 422, { name: "lab (nb:9)" }],
    ["POST", "/proxmox/endpoints", 400, { name: "x", ip_address: "10.0.0.1", port: 8006, username: "root@pam" }],
    ["PUT", `/proxmox/endpoints/${rows.get(7)}`, 422, { port: "x" }],
    ["GET", "/proxmox/cluster/status?source=elsewhere", 400],
    ["GET", "/dcim/devices/create/stream?proxmox_endpoint_ids=x", 400],
    ["GET", "/virtualization/virtual-machines/4711/backups/create/stream", 404],
    ["GET", "/virtualization/virtual-machines/create/stream?netbox_vm_ids=x", 422],
    ["GET", "/sync/individual/node?cluster_name=lab", 422],
    ["POST", "/extras/custom-fields/reconcile", 404],
    ["GET", "/nowhere", 404]
  ]
  for (const [method, path, status, json] of wrong) {
    const reply = yield* plugin.call(method, path, json === undefined ? {} : { json })
    assert.strictEqual(reply.status, status, `H20: ${method} ${path}`)
    assertError(reply, path)
  }
})

export const manyRequests = Effect.gen(function* () {
  const { plugin, rows } = yield* World
  const path = `/proxmox/endpoints/${rows.get(7)}`
  for (let asked = 0; asked < 150; asked += 1) {
    assert.strictEqual((yield* plugin.call("GET", path)).status, 200, `H17: after ${asked}`)
  }
  let limited = yield* plugin.call("GET", path)
  for (let asked = 0; asked < 300 && limited.status === 200; asked += 1) limited = yield* plugin.call("GET", path)
  assert.strictEqual(limited.status, 429, "H17")
  assert.match(String(limited.headers["retry-after"]), /^[1-9]\d?$/, "H17")
  for (const free of ["/health", "/auth/bootstrap-status"]) {
    assert.strictEqual((yield* plugin.call("GET", free)).status, 200, `H17: ${free}`)
  }
})
