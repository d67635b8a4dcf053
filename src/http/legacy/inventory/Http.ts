import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import { Effect, Layer } from "effect"
import { isJsonObject, type Json, type JsonObject } from "../../../domain/Json.ts"
import type { EndpointError } from "../../../services/EndpointError.ts"
import { type Engine, Engines } from "../../../services/Engines.ts"
import { Endpoints, type ProxmoxEndpoint } from "../../../store/Endpoints.ts"
import { LegacyApi } from "../LegacyApi.ts"
import { Failed, Refused } from "../Refused.ts"
import type { Selector } from "../sync/ask/Query.ts"
import { Selection } from "../sync/ask/Selection.ts"
import { refusals } from "../sync/Refusals.ts"
import { guestConfigOf } from "./GuestConfig.ts"

/** One selected source, as Proxmox answers for it. */
interface Asked {
  readonly source: string
  readonly row: ProxmoxEndpoint
  readonly get: (path: string, query?: ReadonlyArray<readonly [string, string]>) => Effect.Effect<Json, Failed>
}

const rowsOf = (answer: Json): ReadonlyArray<JsonObject> => (Array.isArray(answer) ? answer.filter(isJsonObject) : [])

const textOf = (value: Json | undefined): string => (typeof value === "string" ? value : "")

/** The cluster's own name; that of its only node where there is no cluster. */
const nameIn = (status: ReadonlyArray<JsonObject>): string =>
  textOf((status.find(({ type }) => type === "cluster") ?? status[0])?.["name"])

const upstream = ({ message }: EndpointError) =>
  new Failed({ status: 502, message: "Proxmox did not answer as it should", detail: message })

/** What keeps the engine from being asked. */
const refusing = { NoEndpoint: refusals.NoEndpoint, StoreFailed: refusals.StoreFailed }

const withoutNulls = (row: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null))

const nodeOf = ({ id, ip, level, local, name, nodeid, online, type }: JsonObject): JsonObject => ({
  id: id ?? null,
  name: name ?? null,
  type: type ?? null,
  ip: ip ?? null,
  level: level ?? null,
  local: local ?? null,
  nodeid: nodeid ?? null,
  online: online ?? null
})

const statusOf = (status: ReadonlyArray<JsonObject>, row: ProxmoxEndpoint): JsonObject => {
  const cluster = status.find(({ type }) => type === "cluster")
  const nodes = status.filter(({ type }) => type === "node")
  return {
    id: cluster?.["id"] ?? nodes[0]?.["id"] ?? null,
    name: nameIn(status),
    type: cluster === undefined ? "node" : "cluster",
    nodes: cluster?.["nodes"] ?? nodes.length,
    quorate: cluster?.["quorate"] ?? 1,
    version: cluster?.["version"] ?? null,
    mode: cluster === undefined ? "standalone" : "cluster",
    endpoint_name: row.name,
    db_endpoint_id: row.id,
    endpoint_source: "database",
    domain: row.domain,
    ip_address: row.ip_address,
    http_port: row.port,
    node_device_name_template: row.node_device_name_template,
    site_id: row.site_id,
    site_slug: row.site_slug,
    site_name: row.site_name,
    tenant_id: row.tenant_id,
    tenant_slug: row.tenant_slug,
    tenant_name: row.tenant_name,
    node_list: nodes.map(nodeOf)
  }
}

/** One of each id: several endpoints of a cluster tell of the same. */
const unique = (rows: ReadonlyArray<JsonObject>): ReadonlyArray<JsonObject> => [
  ...new Map(rows.map((row) => [textOf(row["id"]), row])).values()
]

export const InventoryHttp = HttpApiBuilder.group(LegacyApi, "inventory", (handlers) =>
  Effect.gen(function* () {
    const engines = yield* Engines
    const endpoints = yield* Endpoints
    const selection = yield* Selection

    const askedOf = Effect.fnUntraced(function* ({ proxmox, sources }: Engine, selector: Selector) {
      const names = yield* selection.sources(selector)
      const rows = yield* endpoints.proxmox
      return sources
        .filter(({ source }) => names?.includes(source) ?? true)
        .flatMap(({ endpointId, source }): ReadonlyArray<Asked> => {
          const row = rows.find(({ id }) => id === endpointId)
          return row === undefined
            ? []
            : [
                {
                  source,
                  row,
                  get: (path, query) => Effect.mapError(proxmox.get(source, path, query), upstream)
                }
              ]
        })
    })

    /** Of every selected source; one that does not answer fails the request, as clients know it. */
    const each = <A, E>(selector: Selector, ask: (asked: Asked) => Effect.Effect<A, E>) =>
      engines.use((engine) =>
        Effect.flatMap(askedOf(engine, selector), (asked) => Effect.forEach(asked, ask, { concurrency: 4 }))
      )

    const status = ({ get }: Asked) => Effect.map(get("/cluster/status"), rowsOf)

    /** What each source answers, by the name of its cluster. */
    const byCluster = (
      selector: Selector,
      path: string,
      of: (answer: Json) => Json,
      query?: ReadonlyArray<readonly [string, string]>
    ) =>
      each(selector, (asked) =>
        Effect.map(
          Effect.all([status(asked), asked.get(path, query)], { concurrency: 2 }),
          ([found, answer]): JsonObject => ({ [nameIn(found)]: of(answer) })
        )
      )

    /** The one source that has the node; of several, none may be meant where no cluster is named. */
    const withNode = Effect.fnUntraced(function* (
      selector: Selector & { readonly cluster_name?: string },
      node: string
    ) {
      const found = yield* each(selector, (asked) => Effect.map(status(asked), (rows) => ({ asked, rows })))
      const wanted = selector.cluster_name?.toLowerCase()
      const [one, ...more] = found.filter(
        ({ rows }) =>
          rows.some(({ name, type }) => type === "node" && name === node) &&
          (wanted === undefined || nameIn(rows).toLowerCase() === wanted)
      )
      if (one === undefined) return yield* new Refused({ status: 404, detail: `Node ${node} not found` })
      if (more.length === 0) return one.asked
      const message = `Several clusters have a node ${node}. Give cluster_name or proxmox_endpoint_ids`
      return yield* new Failed({ status: 400, message, detail: null })
    })

    const config = Effect.fnUntraced(function* (
      selector: Selector & { readonly cluster_name?: string },
      { node, type, vmid }: { readonly node: string; readonly type: string; readonly vmid: number }
    ) {
      if (type !== "qemu" && type !== "lxc") {
        const message = "Invalid type: use qemu or lxc"
        return yield* new Failed({ status: 400, message, detail: null })
      }
      const { get } = yield* withNode(selector, node)
      const answer = yield* get(`/nodes/${node}/${type}/${vmid}/config`)
      return isJsonObject(answer) ? guestConfigOf(answer) : null
    })

    return handlers
      .handle("clusterStatus", ({ urlParams }) =>
        each(urlParams, (asked) => Effect.map(status(asked), (found) => statusOf(found, asked.row))).pipe(
          Effect.catchTags(refusing)
        )
      )
      .handle("clusterResources", ({ urlParams }) => {
        const query = urlParams.type === undefined ? [] : [["type", urlParams.type] as const]
        return byCluster(urlParams, "/cluster/resources", (answer) => unique(rowsOf(answer)), query).pipe(
          Effect.catchTags(refusing)
        )
      })
      .handle("nodes", ({ urlParams }) =>
        Effect.map(
          byCluster(urlParams, "/nodes", (answer) => rowsOf(answer)),
          (clusters) =>
            clusters.flatMap((cluster) =>
              Object.entries(cluster).flatMap(([name, nodes]) =>
                rowsOf(nodes ?? null).map((node) => ({ [name]: node }))
              )
            )
        ).pipe(Effect.catchTags(refusing))
      )
      .handle("network", ({ path: { node }, urlParams }) => {
        const query = urlParams.type === undefined ? [] : [["type", urlParams.type] as const]
        return Effect.flatMap(withNode(urlParams, node), ({ get }) =>
          Effect.map(get(`/nodes/${node}/network`, query), (answer) => rowsOf(answer).map(withoutNulls))
        ).pipe(Effect.catchTags(refusing))
      })
      .handle("versions", ({ urlParams }) =>
        byCluster(urlParams, "/version", (answer) => answer)
          .pipe(Effect.catchTags(refusing))
          .pipe(
            Effect.filterOrFail(
              (found) => found.length > 0,
              () => new Refused({ status: 404, detail: "No Proxmox session is connected" })
            )
          )
      )
      .handle("storage", ({ urlParams }) =>
        byCluster(urlParams, "/storage", (answer) => rowsOf(answer)).pipe(Effect.catchTags(refusing))
      )
      .handle("guestConfig", ({ path, urlParams }) => config(urlParams, path).pipe(Effect.catchTags(refusing)))
      .handle("firewall", () => Effect.succeed([]))
      .handle("cpuModels", () => Effect.succeed([]))
  })
).pipe(Layer.provide(Selection.Default))
