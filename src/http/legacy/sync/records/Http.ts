import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import { Effect } from "effect"
import { LegacyApi } from "../../LegacyApi.ts"
import type { SyncQuery } from "../ask/Query.ts"
import type { StageName } from "../frames/Stage.ts"
import { type Route, Sync } from "../Sync.ts"

const of =
  (stage: StageName) =>
  ({ urlParams: query }: { readonly urlParams: SyncQuery }): Route => ({ title: stage, stages: [stage], query })

export const RecordsHttp = HttpApiBuilder.group(LegacyApi, "records", (handlers) =>
  Effect.map(Sync, ({ answer, stream, streamOfGuest }) => {
    const [storage, backups] = [of("storage"), of("backups")]
    const [snapshots, history] = [of("snapshots"), of("task-history")]
    return handlers
      .handle("storage", (asking) => answer(storage(asking)))
      .handle("storageByPost", (asking) => answer(storage(asking)))
      .handle("storageStream", (asking) => stream(storage(asking)))
      .handle("storageStreamByPost", (asking) => stream(storage(asking)))
      .handle("backup", (asking) => answer(backups(asking)))
      .handle("backupByPost", (asking) => answer(backups(asking)))
      .handle("backups", (asking) => answer(backups(asking)))
      .handle("backupsByPost", (asking) => answer(backups(asking)))
      .handle("backupsStream", (asking) => stream(backups(asking)))
      .handle("backupsStreamByPost", (asking) => stream(backups(asking)))
      .handle("backupsOfOneStream", (asking) => streamOfGuest(backups(asking), asking.path.netbox_vm_id, "answered"))
      .handle("backupsOfOneStreamByPost", (asking) =>
        streamOfGuest(backups(asking), asking.path.netbox_vm_id, "answered")
      )
      .handle("snapshots", (asking) => answer(snapshots(asking)))
      .handle("snapshotsByPost", (asking) => answer(snapshots(asking)))
      .handle("allSnapshots", (asking) => answer(snapshots(asking)))
      .handle("allSnapshotsByPost", (asking) => answer(snapshots(asking)))
      .handle("allSnapshotsStream", (asking) => stream(snapshots(asking)))
      .handle("allSnapshotsStreamByPost", (asking) => stream(snapshots(asking)))
      .handle("snapshotsOfOneStream", (asking) =>
        streamOfGuest(snapshots(asking), asking.path.netbox_vm_id, "answered")
      )
      .handle("snapshotsOfOneStreamByPost", (asking) =>
        streamOfGuest(snapshots(asking), asking.path.netbox_vm_id, "answered")
      )
      .handle("taskHistory", (asking) => stream(history(asking)))
      .handle("taskHistoryByPost", (asking) => stream(history(asking)))
  })
)
