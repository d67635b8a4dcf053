import { Effect } from "effect"
import type { JsonObject } from "../../domain/Json.ts"
import { isQuorate, type Node } from "./Cluster.ts"
import { resource, visible } from "./GuestAnswers.ts"
import type { Call, Route } from "./Route.ts"
import * as Tasks from "./Tasks.ts"

const statusRow = (node: Node, call: Call): JsonObject => ({
  type: "node",
  id: `node/${node.name}`,
  name: node.name,
  nodeid: call.cluster.standalone ? 0 : node.id,
  ip: node.ip,
  online: node.online ? 1 : 0,
  local: node.name === call.localNode ? 1 : 0,
  level: ""
})

/** A row of a node as `/nodes` and `/cluster/resources` share it. */
export const nodeRow = (node: Node, call: Call): JsonObject => ({
  id: `node/${node.name}`,
  type: "node",
  node: node.name,
  status: node.online ? "online" : "offline",
  level: "",
  ...(node.online && call.allowed("Sys.Audit", `/nodes/${node.name}`)
    ? {
        maxcpu: node.cpus,
        cpu: call.random.next(),
        maxmem: node.memory,
        mem: Math.floor(call.random.next() * node.memory),
        maxdisk: 100 * 1024 ** 3,
        disk: call.random.int(10, 90) * 1024 ** 3,
        uptime: Math.floor(call.now / 1000) % 10_000_000
      }
    : {})
})

const storageRows = (call: Call): ReadonlyArray<JsonObject> =>
  call.cluster.nodes.flatMap((node) =>
    call.cluster.storages
      .filter(({ storage }) => call.allowed("Datastore.Audit", `/storage/${storage}`))
      .map((storage) => ({
        id: `storage/${node.name}/${storage.storage}`,
        type: "storage",
        node: node.name,
        storage: storage.storage,
        plugintype: storage.type,
        content: storage.content,
        shared: storage.shared ? 1 : 0,
        status: node.online ? "available" : "unknown",
        ...(node.online ? { maxdisk: storage.size, disk: Math.floor(call.random.next() * storage.size) } : {})
      }))
  )

const networkRows = (call: Call): ReadonlyArray<JsonObject> => {
  if (!call.allowed("SDN.Audit", "/sdn/zones/z1")) return []
  const { major, minor } = call.cluster.version
  return call.cluster.nodes.map(({ name, online }) => {
    const status = online ? "ok" : "unknown"
    return major > 9 || (major === 9 && minor >= 1)
      ? { id: `network/${name}/zone/z1`, type: "network", node: name, network: "z1", "network-type": "zone", status }
      : { id: `sdn/${name}/z1`, type: "sdn", node: name, sdn: "z1", status }
  })
}

const rows: { readonly [type: string]: (call: Call) => ReadonlyArray<JsonObject> } = {
  vm: (call) => visible(call).map((guest) => resource(guest, call)),
  node: (call) => call.cluster.nodes.map((node) => ({ ...nodeRow(node, call), "cgroup-mode": 2 })),
  storage: storageRows,
  sdn: networkRows
}

const poolRows = (call: Call): ReadonlyArray<JsonObject> =>
  [...call.cluster.pools.keys()]
    .filter((pool) => call.allowed("Pool.Audit", `/pool/${pool}`))
    .map((pool) => ({ id: `/pool/${pool}`, type: "pool", pool }))

export const clusterRoutes: ReadonlyArray<Route> = [
  {
    method: "GET",
    path: "/version",
    answer: ({ cluster: { version } }) =>
      Effect.succeed({
        version: version.text,
        release: `${version.major}.${version.minor}`,
        repoid: "2f1a3c7d9e0b4a56"
      })
  },
  {
    method: "GET",
    path: "/cluster/status",
    demands: ["Sys.Audit", "/"],
    isProtected: true,
    answer: (call) => {
      const { name, nodes, standalone } = call.cluster
      const own = { type: "cluster", id: "cluster", name, nodes: nodes.length, version: nodes.length }
      const nodeRows = nodes.map((node) => statusRow(node, call))
      return Effect.succeed(standalone ? nodeRows : [{ ...own, quorate: isQuorate(call.cluster) ? 1 : 0 }, ...nodeRows])
    }
  },
  {
    method: "GET",
    path: "/cluster/resources",
    parameters: ["type"],
    answer: (call) => {
      const type = call.parameters["type"]
      const wanted = type === undefined ? Object.values(rows) : [rows[type] ?? (() => [])]
      return Effect.succeed([...wanted.flatMap((list) => list(call)), ...(type === undefined ? poolRows(call) : [])])
    }
  },
  {
    method: "GET",
    path: "/cluster/options",
    demands: ["Sys.Audit", "/"],
    answer: ({ cluster }) => Effect.succeed(cluster.options)
  },
  {
    method: "GET",
    path: "/cluster/tasks",
    isOrdered: true,
    answer: (call) =>
      // Without it an account sees its own tasks, and this one has none.
      Effect.succeed(call.allowed("Sys.Audit", "/") ? Tasks.listed(call.cluster) : [])
  },
  {
    method: "GET",
    path: "/cluster/sdn/zones",
    answer: (call) => {
      const zones = new Set(call.cluster.vnets.map((vnet) => String(vnet["zone"])))
      return Effect.succeed(
        [...zones]
          .filter((zone) => call.allowed("SDN.Audit", `/sdn/zones/${zone}`))
          .map((zone) => ({ zone, type: "vlan", bridge: "vmbr0", ipam: "pve" }))
      )
    }
  },
  {
    method: "GET",
    path: "/cluster/sdn/vnets",
    answer: (call) =>
      Effect.succeed(
        call.cluster.vnets.filter((vnet) =>
          call.allowed("SDN.Audit", `/sdn/zones/${String(vnet["zone"])}/${String(vnet["vnet"])}`)
        )
      )
  },
  {
    method: "GET",
    path: "/pools",
    answer: (call) =>
      Effect.succeed(
        [...call.cluster.pools]
          .filter(([poolid]) => call.allowed("Pool.Audit", `/pool/${poolid}`))
          .map(([poolid, comment]) => (comment === "" ? { poolid } : { poolid, comment }))
      )
  },
  {
    method: "GET",
    path: "/storage",
    answer: (call) =>
      Effect.succeed(
        call.cluster.storages
          .filter(({ storage }) => call.allowed("Datastore.Audit", `/storage/${storage}`))
          .map(({ content, shared, storage, type }) => ({ storage, type, content, ...(shared ? { shared: 1 } : {}) }))
      )
  }
]
