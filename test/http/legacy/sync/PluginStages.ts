export const machines = "/virtualization/virtual-machines"

/** The stages of the plugin's job, in its order, with the parameters that matter. */
export const stages: ReadonlyArray<readonly [path: string, step: string]> = [
  ["/dcim/devices/create/stream", "devices"],
  [`${machines}/storage/create/stream`, "storage"],
  [`${machines}/create/stream?sync_task_history=false&sync_vm_network=false`, "virtual-machines"],
  [`${machines}/task-history/create/stream`, "task-history"],
  [`${machines}/virtual-disks/create/stream`, "virtual-disks"],
  [`${machines}/backups/all/create/stream?delete_nonexistent_backup=true`, "backups"],
  [`${machines}/snapshots/all/create/stream?delete_nonexistent_snapshot=true`, "snapshots"],
  ["/dcim/devices/interfaces/create/stream", "node-interfaces"],
  [`${machines}/interfaces/create/stream`, "vm-interfaces"],
  [`${machines}/interfaces/ip-address/create/stream`, "vm-ip-addresses"],
  ["/proxmox/replication/stream", "replications"],
  ["/proxmox/cluster/backup/stream", "backup-routines"]
]
