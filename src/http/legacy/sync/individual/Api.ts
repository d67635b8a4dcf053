import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import { Schema } from "effect"
import { Json } from "../../../../domain/Json.ts"
import { Authorization } from "../../../Authorization.ts"
import { RequiredScope } from "../../../RequiredScope.ts"
import { failed, refused } from "../../Refused.ts"
import { writes } from "../Endpoints.ts"
import * as Query from "./Query.ts"

/** What became of one object, or that there is no such cluster. */
export const Outcome = Schema.Record({ key: Schema.String, value: Json }).annotations({ identifier: "IndividualSync" })

type Path = `/${string}`

const get = <const Name extends string>(name: Name, path: Path) =>
  HttpApiEndpoint.get(name, path).addSuccess(Outcome).addError(failed(400)).addError(refused(409)).addError(failed(503))

const post = <const Name extends string>(name: Name, path: Path) =>
  HttpApiEndpoint.post(name, path)
    .addSuccess(Outcome)
    .addError(failed(400))
    .addError(refused(409))
    .addError(failed(503))

const root = "/sync/individual"

/** One object at a time; both methods do the same, and every parameter stands in the query. */
export const IndividualGroup = HttpApiGroup.make("individual")
  .add(get("cluster", `${root}/cluster`).setUrlParams(Query.ClusterQuery))
  .add(post("clusterByPost", `${root}/cluster`).setUrlParams(Query.ClusterQuery))
  .add(get("node", `${root}/node`).setUrlParams(Query.NodeQuery))
  .add(post("nodeByPost", `${root}/node`).setUrlParams(Query.NodeQuery))
  .add(get("vm", `${root}/vm`).setUrlParams(Query.GuestQuery))
  .add(post("vmByPost", `${root}/vm`).setUrlParams(Query.GuestQuery))
  .add(
    get("vmAt", `${root}/vm/:cluster_name/:node/:type/:vmid`).setPath(Query.GuestPath).setUrlParams(Query.GuestFlags)
  )
  .add(get("interface", `${root}/interface`).setUrlParams(Query.InterfaceQuery))
  .add(post("interfaceByPost", `${root}/interface`).setUrlParams(Query.InterfaceQuery))
  .add(get("ip", `${root}/ip`).setUrlParams(Query.AddressQuery))
  .add(post("ipByPost", `${root}/ip`).setUrlParams(Query.AddressQuery))
  .add(get("disk", `${root}/disk`).setUrlParams(Query.DiskQuery))
  .add(post("diskByPost", `${root}/disk`).setUrlParams(Query.DiskQuery))
  .add(get("storage", `${root}/storage`).setUrlParams(Query.StorageQuery))
  .add(post("storageByPost", `${root}/storage`).setUrlParams(Query.StorageQuery))
  .add(get("snapshot", `${root}/snapshot`).setUrlParams(Query.SnapshotQuery))
  .add(post("snapshotByPost", `${root}/snapshot`).setUrlParams(Query.SnapshotQuery))
  .add(get("taskHistory", `${root}/task-history`).setUrlParams(Query.TaskHistoryQuery))
  .add(post("taskHistoryByPost", `${root}/task-history`).setUrlParams(Query.TaskHistoryQuery))
  .add(get("backup", `${root}/backup`).setUrlParams(Query.BackupQuery))
  .add(post("backupByPost", `${root}/backup`).setUrlParams(Query.BackupQuery))
  .add(get("replication", `${root}/replication`).setUrlParams(Query.ReplicationQuery))
  .add(post("replicationByPost", `${root}/replication`).setUrlParams(Query.ReplicationQuery))
  .add(get("backupRoutines", `${root}/backup-routines`).setUrlParams(Query.BackupRoutinesQuery))
  .add(post("backupRoutinesByPost", `${root}/backup-routines`).setUrlParams(Query.BackupRoutinesQuery))
  .annotateEndpoints(RequiredScope, writes)
  .middleware(Authorization)
