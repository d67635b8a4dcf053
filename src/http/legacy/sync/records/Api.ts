import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import { Authorization } from "../../../Authorization.ts"
import { RequiredScope } from "../../../RequiredScope.ts"
import { BackupQuery, BoundedQuery } from "../ask/Query.ts"
import { answerGet, answerPost, OneGuest, streamGet, streamPost, writes } from "../Endpoints.ts"

const root = "/virtualization/virtual-machines"

/** What guests leave behind, and where: NetBox itself has no model of these. */
export const RecordsGroup = HttpApiGroup.make("records")
  .add(answerGet("storage", `${root}/storage/create`))
  .add(answerPost("storageByPost", `${root}/storage/create`))
  .add(streamGet("storageStream", `${root}/storage/create/stream`))
  .add(streamPost("storageStreamByPost", `${root}/storage/create/stream`))
  .add(answerGet("backup", `${root}/backups/create`).setUrlParams(BackupQuery))
  .add(answerPost("backupByPost", `${root}/backups/create`).setUrlParams(BackupQuery))
  .add(answerGet("backups", `${root}/backups/all/create`).setUrlParams(BoundedQuery))
  .add(answerPost("backupsByPost", `${root}/backups/all/create`).setUrlParams(BoundedQuery))
  .add(streamGet("backupsStream", `${root}/backups/all/create/stream`).setUrlParams(BoundedQuery))
  .add(streamPost("backupsStreamByPost", `${root}/backups/all/create/stream`).setUrlParams(BoundedQuery))
  .add(streamGet("backupsOfOneStream", `${root}/:netbox_vm_id/backups/create/stream`).setPath(OneGuest))
  .add(streamPost("backupsOfOneStreamByPost", `${root}/:netbox_vm_id/backups/create/stream`).setPath(OneGuest))
  .add(answerGet("snapshots", `${root}/snapshots/create`).setUrlParams(BoundedQuery))
  .add(answerPost("snapshotsByPost", `${root}/snapshots/create`).setUrlParams(BoundedQuery))
  .add(answerGet("allSnapshots", `${root}/snapshots/all/create`).setUrlParams(BoundedQuery))
  .add(answerPost("allSnapshotsByPost", `${root}/snapshots/all/create`).setUrlParams(BoundedQuery))
  .add(streamGet("allSnapshotsStream", `${root}/snapshots/all/create/stream`).setUrlParams(BoundedQuery))
  .add(streamPost("allSnapshotsStreamByPost", `${root}/snapshots/all/create/stream`).setUrlParams(BoundedQuery))
  .add(
    streamGet("snapshotsOfOneStream", `${root}/:netbox_vm_id/snapshots/create/stream`)
      .setPath(OneGuest)
      .setUrlParams(BoundedQuery)
  )
  .add(
    streamPost("snapshotsOfOneStreamByPost", `${root}/:netbox_vm_id/snapshots/create/stream`)
      .setPath(OneGuest)
      .setUrlParams(BoundedQuery)
  )
  .add(streamGet("taskHistory", `${root}/task-history/create/stream`).setUrlParams(BoundedQuery))
  .add(streamPost("taskHistoryByPost", `${root}/task-history/create/stream`).setUrlParams(BoundedQuery))
  .annotateEndpoints(RequiredScope, writes)
  .middleware(Authorization)
