/** The steps into which the old surface cuts a run, by the names that its events carry. */
export const stageNames = [
  "devices",
  "storage",
  "virtual-machines",
  "virtual-disks",
  "task-history",
  "backups",
  "snapshots",
  "node-interfaces",
  "vm-interfaces",
  "vm-ip-addresses",
  "replications",
  "backup-routines"
] as const

/** `sweep-orphans` comes only where something is gone, or in a plan; `sdn` only when it is asked for alone. */
export type StageName = (typeof stageNames)[number] | "sweep-orphans" | "sdn"

/** What a stage is called in sentences: at its beginning, and in the sentence that ends it. */
const titles: { readonly [Name in StageName]: readonly [starting: string, finished: string] } = {
  devices: ["devices", "Devices"],
  storage: ["storage", "Storage"],
  "virtual-machines": ["virtual machines", "Virtual machines"],
  "virtual-disks": ["virtual disks", "Virtual disks"],
  "task-history": ["task history", "Task history"],
  backups: ["backup", "Backup"],
  snapshots: ["snapshot", "Snapshot"],
  "node-interfaces": ["node interfaces", "Node interfaces"],
  "vm-interfaces": ["VM interfaces", "VM interfaces"],
  "vm-ip-addresses": ["VM IP address", "VM IP address"],
  replications: ["replications", "Replications"],
  "backup-routines": ["backup routines", "Backup routines"],
  "sweep-orphans": ["orphan sweep", "Orphan sweep"],
  sdn: ["SDN", "SDN"]
}

export const startingOf = (stage: StageName): string => `Starting ${titles[stage][0]} synchronization.`

export const finishedOf = (stage: StageName): string => `${titles[stage][1]} synchronization finished.`

export const titleOf = (stage: StageName): string => titles[stage][1]
