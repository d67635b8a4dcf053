import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import { Effect } from "effect"
import { LegacyApi } from "../../LegacyApi.ts"
import { Individual, type Wanted } from "./Individual.ts"
import type * as Query from "./Query.ts"
import * as Of from "./Wanted.ts"

export const IndividualHttp = HttpApiBuilder.group(LegacyApi, "individual", (handlers) =>
  Effect.map(Individual, ({ skip, sync }) => {
    const one =
      <Query extends Query.Flags>(wanted: (query: Query) => Wanted) =>
      ({ urlParams }: { readonly urlParams: Query }) =>
        sync(urlParams, wanted(urlParams))
    /** The address is that of the guest: an endpoint is selected by other words. */
    const ip = ({ urlParams }: { readonly urlParams: typeof Query.AddressQuery.Type }) => {
      const { ip_address: _, ...flags } = urlParams
      return sync(flags, Of.ip(urlParams))
    }
    /** Of what is not kept there is only what the client named. */
    const without =
      <Name extends string>(object_type: string, names: ReadonlyArray<Name>) =>
      ({ urlParams }: { readonly urlParams: Query.Flags & { readonly [_ in Name]?: string | number } }) => {
        const named = names.flatMap((name): ReadonlyArray<readonly [string, string | number]> => {
          const value = urlParams[name]
          return value === undefined ? [] : [[name, value]]
        })
        return skip(urlParams, object_type, Object.fromEntries(named))
      }
    const storage = without("storage", ["cluster_name", "storage_name"])
    const snapshot = without("snapshot", ["cluster_name", "node", "type", "vmid", "snapshot_name"])
    const taskHistory = without("task-history", ["cluster_name", "node", "type", "vmid", "upid"])
    const backup = without("backup", ["cluster_name", "node", "storage", "vmid", "volid"])
    const replication = without("replication", ["cluster_name", "replication_id"])
    const routines = without("backup-routines", ["cluster_name", "job_id"])
    return handlers
      .handle("cluster", one(Of.cluster))
      .handle("clusterByPost", one(Of.cluster))
      .handle("node", one(Of.node))
      .handle("nodeByPost", one(Of.node))
      .handle("vm", ({ urlParams }) => sync(urlParams, Of.vm(urlParams)))
      .handle("vmByPost", ({ urlParams }) => sync(urlParams, Of.vm(urlParams)))
      .handle("vmAt", ({ path, urlParams }) => sync(urlParams, Of.vm(path)))
      .handle("interface", one(Of.nic))
      .handle("interfaceByPost", one(Of.nic))
      .handle("ip", ip)
      .handle("ipByPost", ip)
      .handle("disk", one(Of.disk))
      .handle("diskByPost", one(Of.disk))
      .handle("storage", storage)
      .handle("storageByPost", storage)
      .handle("snapshot", snapshot)
      .handle("snapshotByPost", snapshot)
      .handle("taskHistory", taskHistory)
      .handle("taskHistoryByPost", taskHistory)
      .handle("backup", backup)
      .handle("backupByPost", backup)
      .handle("replication", replication)
      .handle("replicationByPost", replication)
      .handle("backupRoutines", routines)
      .handle("backupRoutinesByPost", routines)
  })
)
