import { every, type Shape, some } from "../Shape.ts"
import { detail, failure, invalid, netboxObject, type Step } from "../Step.ts"

const machines = "/virtualization/virtual-machines"

const count: Shape = { count: "int", "warnings?": every("text"), "degraded?": "bool", "warnings_total+?": "int" }
const disks = { count: 2, created: "int", updated: "int", skipped: "int" }
const snapshots = { count: "int", created: "int", updated: "int", skipped: "int", deleted: "int" }
const history = { count: "int", created: "int", skipped: "int" }
const routines = { created: "int", updated: "int", stale: "int", errors: "int" }
const swept = {
  enabled: "bool",
  run_id: "text",
  dry_run: "bool",
  candidates: "int",
  deleted: "int",
  soft_deleted: "int",
  failed: "int",
  skipped: "int",
  "skipped_reason?": "text"
}

const nodeInterface = { id: "int", name: "=vmbr0", ip_id: "int", ip_address: /^10\.0\.0\.[12]\/24$/ }
const guestAddress = { ip_id: "int", address: /^10\.0\.0\.[45]0\/24$/ }
const guestInterface = { id: "int", mac_address: "text|null", interface: netboxObject }

const answer = (ask: string, is: Shape): Step => ({ ask: `GET ${ask}`, status: 200, is })

const stream = (ask: string, step: string, result: Shape): Step => ({
  ask: `GET ${ask}`,
  status: 200,
  stream: { step, result }
})

/** A stage by itself: its objects, or counts, and its frames. */
export const stages: ReadonlyArray<Step> = [
  answer("/extras/bootstrap-status", {
    ok: "bool",
    skipped: "bool",
    reason: "text|null",
    warnings: [],
    created: every("text"),
    patched: every("text"),
    unchanged: every("text")
  }),
  answer("/dcim/devices", { message: "=Devices created" }),
  answer("/dcim/devices/create", [netboxObject, netboxObject]),
  answer("/dcim/devices/create?node=pve1&overwrite_device_tags=false&use_css=1", [netboxObject]),
  stream("/dcim/devices/create/stream?fetch_max_concurrency=0", "devices", { count: 2 }),
  answer(`${machines}/storage/create`, []),
  stream(`${machines}/storage/create/stream`, "storage", count),
  answer(`${machines}/create?sync_vm_network=false&sync_mode_vm=whatever`, [netboxObject, netboxObject]),
  { ask: `GET ${machines}/`, status: 200, is: [netboxObject, netboxObject], save: { machine: "0.id" } },
  stream(`${machines}/create/stream?run_id=one&sync_task_history=false`, "virtual-machines", { count: 2 }),
  answer(`${machines}/{{machine}}`, netboxObject),
  answer(`${machines}/{{machine}}/create?overwrite_vm_tags=false`, [netboxObject]),
  stream(`${machines}/{{machine}}/create/stream`, "virtual-machine", { count: 1 }),
  answer(`${machines}/virtual-disks/create`, disks),
  stream(`${machines}/virtual-disks/create/stream?netbox_vm_ids={{machine}}`, "virtual-disks", { ...disks, count: 1 }),
  stream(`${machines}/{{machine}}/virtual-disks/create/stream`, "virtual-disks", { ...disks, count: 1 }),
  stream(`${machines}/task-history/create/stream`, "task-history", history),
  answer(`${machines}/backups/create?node=pve1&storage=local`, []),
  answer(`${machines}/backups/all/create?delete_nonexistent_backup=true`, []),
  stream(`${machines}/backups/all/create/stream`, "backups", count),
  stream(`${machines}/{{machine}}/backups/create/stream`, "backups", count),
  answer(`${machines}/snapshots/create?vmid=100&node=pve1`, snapshots),
  answer(`${machines}/snapshots/all/create`, snapshots),
  stream(`${machines}/snapshots/all/create/stream?delete_nonexistent_snapshot=true`, "snapshots", snapshots),
  stream(`${machines}/{{machine}}/snapshots/create/stream`, "snapshots", snapshots),
  answer("/dcim/devices/interfaces/create", [nodeInterface, nodeInterface]),
  answer("/dcim/devices/pve1/interfaces/create?cluster_name=lab", [nodeInterface]),
  stream("/dcim/devices/interfaces/create/stream", "node-interfaces", { count: 2 }),
  answer(`${machines}/interfaces/create`, [guestInterface, guestInterface]),
  stream(`${machines}/interfaces/create/stream?sync_vm_interface_macs=false`, "vm-interfaces", { count: 2 }),
  answer(`${machines}/interfaces/ip-address/create`, [guestAddress, guestAddress]),
  stream(`${machines}/interfaces/ip-address/create/stream`, "vm-ip-addresses", { count: 2 }),
  stream("/proxmox/replication/stream", "replications", routines),
  stream("/proxmox/cluster/backup/stream", "backup-routines", routines),
  answer(`${machines}/orphans/sweep?run_id=one&dry_run=true`, { ...swept, run_id: "=one", dry_run: true }),
  answer(`${machines}/orphans/sweep?run_id=one&proxmox_endpoint_ids={{proxmox}}`, { ...swept, run_id: "=one" }),
  stream(`${machines}/orphans/sweep/stream?run_id=one&dry_run=true`, "sweep-orphans", { ...swept, dry_run: true }),
  { ask: "GET /virtualization/cluster-types/create", status: 501, is: detail("text") },
  { ask: "GET /virtualization/clusters/create", status: 501, is: detail("text") },
  { ask: `GET ${machines}/{{machine}}/summary`, status: 501, is: detail("text") },
  { ask: `GET ${machines}/create-test`, status: 410, is: detail("text") },
  answer(`${machines}/summary/example`, {
    id: "int",
    name: "text",
    status: "text",
    node: "text",
    cluster: "text",
    os: "text",
    description: "text",
    uptime: "text",
    created: "text",
    cpu: "object",
    memory: "object",
    disks: some("object"),
    networks: some("object"),
    snapshots: "list",
    backups: "list"
  })
]

const notFound = detail("=Virtual machine not found")
const list = detail("=netbox_vm_ids must be a comma-separated list of positive integers")
const refused = (ask: string, status: number, is: Shape): Step => ({ ask: `GET ${ask}`, status, is })

/** What is wrong with a request is said before anything runs, also where the answer would be a stream. */
export const refusals: ReadonlyArray<Step> = [
  refused(`${machines}/77`, 404, notFound),
  refused(`${machines}/77/create`, 404, notFound),
  refused(`${machines}/77/virtual-disks/create/stream`, 404, notFound),
  refused(`${machines}/77/backups/create/stream`, 404, notFound),
  refused(`${machines}/77/snapshots/create/stream`, 404, notFound),
  {
    ask: `GET ${machines}/77/create/stream`,
    status: 200,
    stream: { step: "virtual-machine", result: {}, ok: false }
  },
  refused(`${machines}/web1`, 422, invalid),
  refused(`${machines}/{{machine}}?netbox_id=99`, 400, failure("=No NetBox endpoint found")),
  refused(`${machines}/?netbox_id=99`, 400, failure("=No NetBox endpoint found")),
  refused(`${machines}/create?netbox_vm_ids=`, 422, list),
  refused(`${machines}/create/stream?netbox_vm_ids=1,a`, 422, list),
  refused(`${machines}/virtual-disks/create?netbox_vm_ids=77`, 502, failure()),
  refused(`${machines}/backups/create`, 422, invalid),
  refused(`${machines}/backups/all/create?fetch_max_concurrency=0`, 422, invalid),
  refused(`${machines}/snapshots/all/create/stream?fetch_max_concurrency=0`, 422, invalid),
  refused(`${machines}/task-history/create/stream?fetch_max_concurrency=0`, 422, invalid),
  refused(`${machines}/create?type=disk`, 422, invalid),
  refused(`${machines}/create?overwrite_vm_tags=perhaps`, 422, invalid),
  refused(`${machines}/create?primary_ip_preference=ipv5`, 422, invalid),
  refused(`${machines}/orphans/sweep?dry_run=true`, 422, invalid),
  refused(`${machines}/orphans/sweep?run_id=one`, 422, detail("text")),
  refused(`${machines}/orphans/sweep/stream?run_id=one`, 422, detail("text")),
  refused("/dcim/devices/create/stream?source=file", 400, failure()),
  refused("/dcim/devices/create?netbox_id=99", 400, failure("=No NetBox endpoint found")),
  refused("/dcim/devices/create?name=nobody", 400, failure()),
  refused("/dcim/devices/create?domain=nowhere.example", 400, failure()),
  refused("/dcim/devices/create?ip_address=192.0.2.1&name=lab%20(nb:1)", 400, failure()),
  refused("/dcim/devices/create?endpoint_ids=one", 400, failure()),
  refused(`/dcim/devices/create?endpoint_ids=${"1,".repeat(101)}`, 400, failure()),
  refused("/dcim/devices/create?port=0", 422, invalid),
  // Ids that are unknown select nothing; the second name of the parameter goes before the first.
  refused("/dcim/devices/create?endpoint_ids=99", 200, []),
  refused("/dcim/devices/create?endpoint_ids=99&proxmox_endpoint_ids={{proxmox}}", 200, [netboxObject, netboxObject]),
  refused("/dcim/devices/create?source=netbox&endpoint_ids=1&port=1", 200, [netboxObject, netboxObject]),
  { ask: "GET /dcim/devices/create/stream", key: null, status: 401, is: detail("text") }
]

/** All of what a full update made. */
const everything: Shape = {
  devices: [netboxObject, netboxObject],
  storage: [],
  virtual_machines: [netboxObject, netboxObject],
  virtual_disks: disks,
  task_history: history,
  backups: [],
  snapshots,
  node_interfaces: [nodeInterface, nodeInterface],
  vm_interfaces: [guestInterface, guestInterface],
  vm_ip_addresses: [guestAddress, guestAddress],
  replications: routines,
  backup_routines: routines,
  devices_count: 2,
  storage_count: "int",
  virtual_machines_count: 2,
  virtual_disks_count: 2,
  task_history_count: "int",
  backups_count: "int",
  snapshots_count: "int",
  node_interfaces_count: 2,
  vm_interfaces_count: 2,
  vm_ip_addresses_count: 2,
  replications_count: "int",
  backup_routines_count: "int",
  "orphan_sweep?": swept,
  "warnings?": every("text"),
  "degraded?": "bool",
  "warnings_total+?": "int"
}

const idle = { active: false, started_at: null, id: null, kind: null, runs: [] }

/** Everything at once. */
export const full: ReadonlyArray<Step> = [
  answer("/sync/active", idle),
  stream("/full-update/stream?overwrite_device_role=false&sync_node_interfaces=true", "full-update", everything),
  answer("/full-update", { status: "=completed", ...everything }),
  { ask: "POST /full-update", status: 200, is: { status: "=completed", ...everything } },
  stream("/full-update/stream?dry_run=true", "full-update", { ...everything, orphan_sweep: swept }),
  refused("/full-update?fetch_max_concurrency=0", 422, invalid),
  refused("/full-update/stream?fetch_max_concurrency=x", 422, invalid),
  refused("/full-update?overwrite_ip_status=2", 422, invalid),
  refused("/full-update?type=guest", 422, invalid),
  refused("/full-update/stream?source=elsewhere", 400, failure()),
  { ask: "GET /full-update", key: null, status: 401, is: detail("text") },
  { ask: "POST /full-update/stream", key: null, status: 401, is: detail("text") },
  answer("/sync/active", idle)
]
