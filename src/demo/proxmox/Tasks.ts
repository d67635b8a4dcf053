import type { Json, JsonObject } from "../../domain/Json.ts"
import type { Cluster, Guest } from "./Cluster.ts"

/** As many as a node tells the others of. */
const told = 25

const hex = (value: number): string => value.toString(16).toUpperCase().padStart(8, "0")

/** Writes down a task that is over at once; returns its id. */
export const record = (
  cluster: Cluster,
  { id, node, now, type }: { readonly node: string; readonly type: string; readonly id: string; readonly now: number }
): string => {
  const starttime = Math.floor(now / 1000)
  // Tasks are numbered by process: two of one second are two.
  const upid = `UPID:${node}:${hex(1000 + cluster.tasks.length)}:${hex(starttime)}:${hex(starttime)}:${type}:${id}:root@pam:`
  cluster.tasks.push({
    upid,
    node,
    starttime,
    endtime: starttime,
    type,
    id,
    user: "root@pam",
    saved: "1",
    status: "OK"
  })
  return upid
}

/** The task of a verb on a guest: `qmstart`, `vzmigrate`. */
export const recordOf = (cluster: Cluster, guest: Guest, verb: string, now: number): string =>
  record(cluster, {
    node: guest.node,
    type: `${guest.type === "qemu" ? "qm" : "vz"}${verb}`,
    id: String(guest.vmid),
    now
  })

/** `/cluster/tasks`: of each node that is there the newest, the newest first. */
export const listed = (cluster: Cluster): ReadonlyArray<JsonObject> =>
  cluster.nodes
    .filter(({ online }) => online)
    .flatMap(({ name }) =>
      cluster.tasks
        .filter(({ node }) => node === name)
        .slice(-told)
        .reverse()
    )

/** Marks the last task of a guest as under way, or as over. */
export const setRunning = (cluster: Cluster, vmid: number, isRunning: boolean): void => {
  const at = cluster.tasks.findLastIndex(({ id }) => id === String(vmid))
  const task = cluster.tasks[at]
  if (task === undefined) return
  const members = Object.entries(task).filter(([key]) => key !== "endtime" && key !== "status")
  const over: { readonly [key: string]: Json } = isRunning ? {} : { endtime: task["starttime"] ?? 0, status: "OK" }
  cluster.tasks[at] = { ...Object.fromEntries(members), ...over }
}
