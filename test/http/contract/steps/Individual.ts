import type { Shape } from "../Shape.ts"
import { failure, invalid, netboxObject, type Step } from "../Step.ts"

const root = "/sync/individual"

const result = (object_type: string, action: string): { readonly [name: string]: Shape } => ({
  object_type: `=${object_type}`,
  action: `=${action}`,
  proxmox_resource: "object",
  netbox_object: netboxObject,
  dry_run: false,
  dependencies_synced: [],
  error: null
})

const guest = "cluster_name=LAB&node=pve1&type=qemu&vmid=100"

interface Object {
  readonly type: string
  readonly query: string
  /** Answers POST as well. */
  readonly posts?: true
}

const objects: ReadonlyArray<Object> = [
  { type: "cluster", query: "cluster_name=lab&list_all=1" },
  { type: "node", query: "cluster_name=lab&node_name=pve1" },
  { type: "vm", query: guest },
  { type: "interface", query: `${guest}&interface_name=net0`, posts: true },
  { type: "ip", query: `${guest}&ip_address=10.0.0.40`, posts: true },
  { type: "disk", query: `${guest}&disk_name=scsi0&auto_create_vm=true`, posts: true }
]

const unchanged = ({ posts, query, type }: Object): ReadonlyArray<Step> =>
  ["GET", ...(posts === true ? ["POST"] : [])].map((method) => ({
    ask: `${method} ${root}/${type}?${query}`,
    status: 200,
    is: result(type, "unchanged")
  }))

const planned = ({ query, type }: Object): Step => ({
  ask: `GET ${root}/${type}?${query}&dry_run=true`,
  status: 200,
  is: { ...result(type, "dry_run"), dry_run: true }
})

/** What NetBox has no model of. */
const absent: ReadonlyArray<Object> = [
  { type: "storage", query: "cluster_name=lab&storage_name=local" },
  { type: "snapshot", query: `${guest}&snapshot_name=before`, posts: true },
  { type: "task-history", query: "node=pve1&type=qemu&vmid=100&upid=UPID" },
  { type: "backup", query: "cluster_name=lab&node=pve1&storage=local&vmid=100&volid=local:backup", posts: true },
  { type: "replication", query: "cluster_name=lab&replication_id=100-0", posts: true },
  { type: "backup-routines", query: "cluster_name=lab&job_id=backup-1", posts: true }
]

const skipped = ({ posts, query, type }: Object): ReadonlyArray<Step> =>
  ["GET", ...(posts === true ? ["POST"] : [])].map((method) => ({
    ask: `${method} ${root}/${type}?${query}`,
    status: 200,
    is: { ...result(type, "skipped"), netbox_object: null, "note+": "text" }
  }))

const noSuchCluster = (type: string, query: string): Step => ({
  ask: `GET ${root}/${type}?cluster_name=x&${query}`,
  status: 200,
  is: { error: "=No Proxmox session found for cluster: x" }
})

/** One object at a time, all of which are there already. */
export const individual: ReadonlyArray<Step> = [
  ...objects.flatMap(unchanged),
  ...objects.slice(0, 3).map(planned),
  {
    ask: `GET ${root}/vm/lab/pve1/qemu/100?overwrite_vm_tags=false`,
    status: 200,
    is: result("vm", "unchanged")
  },
  ...absent.flatMap(skipped),
  noSuchCluster("cluster", ""),
  noSuchCluster("node", "node_name=pve1"),
  noSuchCluster("vm", "node=pve1&type=qemu&vmid=100"),
  noSuchCluster("storage", "storage_name=local"),
  noSuchCluster("backup-routines", "job_id=backup-1"),
  { ask: `GET ${root}/vm?cluster_name=lab&node=pve1&type=qemu&vmid=9999`, status: 400, is: failure() },
  { ask: `GET ${root}/cluster?cluster_name=lab&source=file`, status: 400, is: failure() },
  { ask: `GET ${root}/storage?cluster_name=lab&storage_name=local&source=file`, status: 400, is: failure() },
  { ask: `GET ${root}/cluster`, status: 422, is: invalid },
  { ask: `GET ${root}/node?cluster_name=lab`, status: 422, is: invalid },
  { ask: `GET ${root}/vm?cluster_name=lab&node=pve1&type=vm&vmid=100`, status: 422, is: invalid },
  { ask: `GET ${root}/vm/lab/pve1/qemu/web1`, status: 422, is: invalid },
  { ask: `POST ${root}/interface?${guest}`, status: 422, is: invalid },
  { ask: `GET ${root}/ip?${guest}`, status: 422, is: invalid },
  { ask: `POST ${root}/disk?${guest}`, status: 422, is: invalid },
  { ask: `GET ${root}/storage?cluster_name=lab`, status: 422, is: invalid },
  { ask: `GET ${root}/snapshot?${guest}`, status: 422, is: invalid },
  { ask: `GET ${root}/task-history?node=pve1`, status: 422, is: invalid },
  { ask: `POST ${root}/backup?cluster_name=lab`, status: 422, is: invalid },
  { ask: `GET ${root}/replication?cluster_name=lab`, status: 422, is: invalid }
]
