import type { JsonObject } from "../../../../../domain/Json.ts"
import { discovery, itemProgress, object, phaseSummary, progressOf, wrapped } from "../Data.ts"
import type { Frames } from "../Frame.ts"
import type { Script } from "../Script.ts"
import { tallyOf } from "../Tally.ts"
import { nameOf, type Scene, type Teller, thingsOf } from "../Teller.ts"
import { guestsOf } from "./VirtualMachines.ts"

/**
 * Stages whose objects NetBox has only with the models of its plugin. They write nothing, count nothing, and say so; their
 * events come as clients expect them.
 */
const absent = (what: string, tell: (scene: Scene) => Frames, result: JsonObject): Teller => ({
  rows: () => [],
  rowOf: ({ ref }) => ref,
  open: tell,
  settled: () => [],
  close: () => [],
  result: () => result,
  note: `${what} have no model in NetBox itself: nothing was read or written`
})

const nothing = tallyOf([], false)

const routine = { created: 0, updated: 0, stale: 0, errors: 0 }

/** The storages that disks of guests are on; others are not read. */
const storagesOf = (script: Script): ReadonlyArray<string> => {
  const names = new Set<string>()
  for (const { ref } of thingsOf(script, "virtualization.virtualdisk")) {
    const description = script.value(ref, "description")
    const storage = typeof description === "string" ? /^([^:/, ]+): /.exec(description)?.[1] : undefined
    if (storage !== undefined) names.add(storage)
  }
  return [...names].sort()
}

const guestsAs = (script: Script, item_type: string) =>
  guestsOf(script).map((thing) => ({ name: nameOf(script, thing), item_type }))

export const Storage = absent(
  "Storages",
  ({ script }) => {
    const names = storagesOf(script)
    return [
      discovery(
        "storage",
        `Discovered ${names.length} storage item(s) to synchronize`,
        names.map((name) => ({ name, item_type: "storage" })),
        { fetch_concurrency: 0 }
      ),
      phaseSummary("storage", "Storage synchronization completed: 0 created, 0 updated, 0 failed", nothing)
    ]
  },
  { count: 0 }
)

export const TaskHistory = absent(
  "Task histories",
  ({ script }) => {
    const guests = guestsAs(script, "vm")
    return [
      discovery("task-history", `Starting task history sync for ${guests.length} VMs`, guests),
      phaseSummary(
        "task-history",
        "Task history sync completed: 0 records reconciled, 0 skipped, 0 fetch error(s)",
        nothing
      )
    ]
  },
  { count: 0, created: 0, skipped: 0 }
)

export const Backups = absent(
  "Backups",
  () => [
    wrapped({ step: "backups", status: "started", message: "Starting backup synchronization." }),
    wrapped({ step: "backups", status: "discovered", message: "Found 0 backups to reconcile.", count: 0 }),
    wrapped({
      step: "backups",
      status: "completed",
      message: "Backup sync completed. 0 reconciled, 0 task error(s), 0 deleted.",
      result: { reconciled: 0, failed_tasks: 0, deleted: 0 }
    })
  ],
  { count: 0 }
)

const snapshotFrames = ({ outcomes, script }: Scene): Frames => {
  const guests = guestsOf(script)
  const named = guests.map((thing) => ({ name: nameOf(script, thing), netbox_id: outcomes.idOf(thing) }))
  return [
    wrapped({ step: "snapshots", status: "started", message: "Starting snapshot synchronization." }),
    discovery(
      "vm-snapshots",
      `Discovered ${guests.length} VM(s) to scan for snapshots`,
      guestsAs(script, "virtual-machine")
    ),
    ...named.map(({ name, netbox_id }) =>
      object("progress", name, {
        object: "snapshot",
        type: "sync",
        data: { sync_status: "undefined", name, netbox_id, status: "Processing..." }
      })
    ),
    ...named.map(({ name, netbox_id }) =>
      object("completed", name, {
        object: "snapshot",
        type: "sync",
        data: { completed: true, name, netbox_id, snapshots_found: 0, sync_status: "completed" }
      })
    ),
    ...named.map(({ name }, index) =>
      itemProgress({
        phase: "vm-snapshots",
        status: "completed",
        message: `Snapshots of VM '${name}' are not kept`,
        item: { name, item_type: "virtual-machine" },
        operation: "skipped",
        progress: progressOf(index + 1, named.length)
      })
    ),
    phaseSummary("vm-snapshots", "Snapshot sync completed: 0 created, 0 updated, 0 deleted, 0 skipped", nothing),
    wrapped({
      step: "snapshots",
      status: "completed",
      message: "Snapshot synchronization finished. Created/updated: 0",
      count: 0
    })
  ]
}

export const Snapshots = absent("Snapshots", snapshotFrames, {
  count: 0,
  created: 0,
  updated: 0,
  skipped: 0,
  deleted: 0
})

export const Replications = absent("Replications", () => [], routine)

export const BackupRoutines = absent(
  "Backup routines",
  () => [
    discovery("backup-routines", "Discovered 0 backup routine(s) to synchronize", []),
    phaseSummary("backup-routines", "Backup routines sync completed: 0 created, 0 updated, 0 stale, 0 failed", nothing)
  ],
  routine
)

export const Sdn = absent("SDN zones and vnets", () => [], routine)
