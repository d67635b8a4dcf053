import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import { Schema } from "effect"
import { Json } from "../../../domain/Json.ts"
import { Authorization } from "../../Authorization.ts"
import { failed, refused } from "../Refused.ts"
import { Selector } from "../sync/ask/Query.ts"

/** A name that stands in a path of Proxmox: nothing in it may lead elsewhere. */
const Node = Schema.String.pipe(Schema.pattern(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}$/))

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

const ClusterName = optional(Schema.String.pipe(Schema.maxLength(255)))

export const OfType = Schema.Struct({
  ...Selector.fields,
  type: optional(Schema.Literal("vm", "storage", "node", "sdn"))
})

export const OfNode = Schema.Struct({ ...Selector.fields, cluster_name: ClusterName })

const list = <const Name extends string>(name: Name, path: `/${string}`) =>
  HttpApiEndpoint.get(name, path)
    .addSuccess(Schema.Array(Json))
    .addError(failed(400))
    .addError(failed(502))
    .addError(failed(503))

/** What Proxmox says, as it says it; nothing of it is kept. */
export const InventoryGroup = HttpApiGroup.make("inventory")
  .add(list("clusterStatus", "/proxmox/cluster/status").setUrlParams(Selector))
  .add(list("clusterResources", "/proxmox/cluster/resources").setUrlParams(OfType))
  .add(list("nodes", "/proxmox/nodes").setUrlParams(Selector))
  .add(
    list("network", "/proxmox/nodes/:node/network")
      .setPath(Schema.Struct({ node: Node }))
      .setUrlParams(Schema.Struct({ ...OfNode.fields, type: optional(Schema.String.pipe(Schema.maxLength(32))) }))
      .addError(refused(404))
  )
  .add(list("versions", "/proxmox/version").setUrlParams(Selector).addError(refused(404)))
  .add(list("storage", "/proxmox/storage").setUrlParams(Selector))
  .add(
    HttpApiEndpoint.get("guestConfig", "/proxmox/:node/:type/:vmid/config")
      .setPath(
        Schema.Struct({
          node: Node,
          type: Schema.String,
          vmid: Schema.NumberFromString.pipe(Schema.int(), Schema.positive())
        })
      )
      .setUrlParams(OfNode)
      .addSuccess(Json)
      .addError(failed(400))
      .addError(refused(404))
      .addError(failed(502))
      .addError(failed(503))
  )
  // Nothing of these is kept in NetBox yet; clients take an empty list for that.
  .add(list("firewall", "/proxmox/firewall/summary").setUrlParams(Selector))
  .add(list("cpuModels", "/proxmox/datacenter/cpu-models").setUrlParams(Selector))
  .middleware(Authorization)
