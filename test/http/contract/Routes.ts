/** The routes of proxbox-api by what they are about; those of a cluster's inventory and of guests' power are not among them. */
export const contract = {
  root: [
    "GET /",
    "GET /health",
    "GET /version",
    "GET /execution-policy",
    "GET /docs",
    "GET /redoc",
    "GET /openapi.json"
  ],
  cache: ["GET /cache", "GET /cache/metrics", "GET /cache/metrics/prometheus", "GET /clear-cache"],
  full: ["GET /full-update", "GET /full-update/stream"],
  sockets: ["WS /", "WS /ws", "WS /ws/virtual-machines"],
  admin: ["GET /admin/", "GET /admin/logs", "GET /admin/logs/stream"],
  encryption: [
    "GET /admin/encryption/status",
    "POST /admin/encryption/key",
    "POST /admin/encryption/generate",
    "DELETE /admin/encryption/key"
  ],
  auth: [
    "GET /auth/bootstrap-status",
    "POST /auth/register-key",
    "GET /auth/keys",
    "POST /auth/keys",
    "DELETE /auth/keys/{key_id}",
    "POST /auth/keys/{key_id}/deactivate",
    "POST /auth/keys/{key_id}/activate"
  ],
  netbox: [
    "POST /netbox/endpoint",
    "GET /netbox/endpoint",
    "GET /netbox/endpoint/{netbox_id}",
    "PUT /netbox/endpoint/{netbox_id}",
    "DELETE /netbox/endpoint/{netbox_id}",
    "GET /netbox/endpoint/{netbox_id}/probe",
    "GET /netbox/status",
    "GET /netbox/openapi"
  ],
  proxmox: [
    "POST /proxmox/endpoints",
    "GET /proxmox/endpoints",
    "GET /proxmox/endpoints/{endpoint_id}",
    "PUT /proxmox/endpoints/{endpoint_id}",
    "DELETE /proxmox/endpoints/{endpoint_id}"
  ],
  dcim: [
    "GET /dcim/devices",
    "GET /dcim/devices/create",
    "GET /dcim/devices/create/stream",
    "GET /dcim/devices/{node}/interfaces/create",
    "GET /dcim/devices/interfaces/create",
    "GET /dcim/devices/interfaces/create/stream"
  ],
  virtualization: [
    "GET /virtualization/cluster-types/create",
    "GET /virtualization/clusters/create",
    "GET /virtualization/virtual-machines/",
    "GET /virtualization/virtual-machines/{id}",
    "GET /virtualization/virtual-machines/{id}/summary",
    "GET /virtualization/virtual-machines/summary/example",
    "GET /virtualization/virtual-machines/create-test",
    "GET /virtualization/virtual-machines/create",
    "GET /virtualization/virtual-machines/create/stream",
    "GET /virtualization/virtual-machines/{netbox_vm_id}/create",
    "GET /virtualization/virtual-machines/{netbox_vm_id}/create/stream",
    "GET /virtualization/virtual-machines/interfaces/create",
    "GET /virtualization/virtual-machines/interfaces/create/stream",
    "GET /virtualization/virtual-machines/interfaces/ip-address/create",
    "GET /virtualization/virtual-machines/interfaces/ip-address/create/stream",
    "GET /virtualization/virtual-machines/virtual-disks/create",
    "GET /virtualization/virtual-machines/virtual-disks/create/stream",
    "GET /virtualization/virtual-machines/{netbox_vm_id}/virtual-disks/create/stream",
    "GET /virtualization/virtual-machines/orphans/sweep",
    "GET /virtualization/virtual-machines/orphans/sweep/stream"
  ],
  records: [
    "GET /virtualization/virtual-machines/storage/create",
    "GET /virtualization/virtual-machines/storage/create/stream",
    "GET /virtualization/virtual-machines/backups/create",
    "GET /virtualization/virtual-machines/backups/all/create",
    "GET /virtualization/virtual-machines/backups/all/create/stream",
    "GET /virtualization/virtual-machines/{netbox_vm_id}/backups/create/stream",
    "GET /virtualization/virtual-machines/snapshots/create",
    "GET /virtualization/virtual-machines/snapshots/all/create",
    "GET /virtualization/virtual-machines/snapshots/all/create/stream",
    "GET /virtualization/virtual-machines/{netbox_vm_id}/snapshots/create/stream",
    "GET /virtualization/virtual-machines/task-history/create/stream",
    "GET /proxmox/replication/stream",
    "GET /proxmox/cluster/backup/stream",
    "GET /extras/bootstrap-status"
  ],
  individual: [
    "GET /sync/individual/cluster",
    "GET /sync/individual/node",
    "GET /sync/individual/vm",
    "GET /sync/individual/vm/{cluster_name}/{node}/{type}/{vmid}",
    "GET /sync/individual/interface",
    "POST /sync/individual/interface",
    "GET /sync/individual/ip",
    "POST /sync/individual/ip",
    "GET /sync/individual/disk",
    "POST /sync/individual/disk",
    "GET /sync/individual/storage",
    "GET /sync/individual/snapshot",
    "POST /sync/individual/snapshot",
    "GET /sync/individual/task-history",
    "GET /sync/individual/backup",
    "POST /sync/individual/backup",
    "GET /sync/individual/replication",
    "POST /sync/individual/replication",
    "GET /sync/individual/backup-routines",
    "POST /sync/individual/backup-routines",
    "GET /sync/active"
  ]
} as const

export const routes: ReadonlyArray<string> = Object.values(contract).flat()

/** What needs no key. */
export const exempt: ReadonlySet<string> = new Set([
  "GET /",
  "GET /health",
  "GET /docs",
  "GET /redoc",
  "GET /openapi.json",
  "GET /auth/bootstrap-status",
  "POST /auth/register-key"
])

/** A route without what makes no difference: the names of its parameters, and a slash at its end. */
export const canonical = (route: string): string => route.replaceAll(/\{\w+\}/g, "{}").replace(/(?<! )\/$/, "")

const partsOf = (route: string): ReadonlyArray<string> => route.replace(/\/$/, "").split("/")

const isParameter = (part: string): boolean => part.startsWith("{")

const matches = (route: string, asked: string): boolean => {
  const [known, given] = [partsOf(route), partsOf(asked)]
  return (
    known.length === given.length &&
    known.every((part, index) => part === given[index] || (isParameter(part) && given[index] !== ""))
  )
}

const parameters = (route: string): number => partsOf(route).filter(isParameter).length

/** The route that `GET /a/1` goes to, without its query; of several, the one that says most. */
export const routeOf = (asked: string): string | undefined =>
  routes.filter((route) => matches(route, asked)).toSorted((a, b) => parameters(a) - parameters(b))[0]
