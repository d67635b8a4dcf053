import { Schema } from "effect"
import { SyncQuery } from "../ask/Query.ts"

const Name = Schema.String.pipe(Schema.minLength(1), Schema.maxLength(255))
const Vmid = Schema.NumberFromString.pipe(Schema.int(), Schema.positive())
const Type = Schema.Literal("qemu", "lxc")
const optionalName = Schema.optionalWith(Name, { exact: true })

const guest = { cluster_name: Name, node: Name, type: Type, vmid: Vmid }

/** What each route of one object takes beside what all take; flags that let it make others on the way are taken and ignored. */
const own = {
  cluster: { cluster_name: Name },
  node: { cluster_name: Name, node_name: Name },
  vm: guest,
  interface: { ...guest, interface_name: Name },
  ip: {
    ...guest,
    ip_address: Schema.String.pipe(Schema.minLength(1), Schema.maxLength(50)),
    interface_name: optionalName
  },
  disk: { ...guest, disk_name: Name },
  storage: { cluster_name: Name, storage_name: Name },
  snapshot: { ...guest, snapshot_name: Name },
  taskHistory: { node: Name, type: Type, vmid: Vmid, cluster_name: optionalName, upid: optionalName },
  backup: { cluster_name: Name, node: Name, storage: Name, vmid: Vmid, volid: Name },
  replication: { cluster_name: Name, replication_id: Name },
  backupRoutines: { cluster_name: Name, job_id: optionalName }
}

const { type: _type, node: _node, ip_address: _address, ...common } = SyncQuery.fields

export const ClusterQuery = Schema.Struct({ ...common, ...own.cluster })
export const NodeQuery = Schema.Struct({ ...common, ...own.node })
export const GuestQuery = Schema.Struct({ ...common, ...own.vm })
export const GuestFlags = Schema.Struct(common)
export const GuestPath = Schema.Struct(own.vm)
export const InterfaceQuery = Schema.Struct({ ...common, ...own.interface })
/** Here `ip_address` is that of the guest, and selects no endpoint. */
export const AddressQuery = Schema.Struct({ ...common, ...own.ip })
export const DiskQuery = Schema.Struct({ ...common, ...own.disk })
export const StorageQuery = Schema.Struct({ ...common, ...own.storage })
export const SnapshotQuery = Schema.Struct({ ...common, ...own.snapshot })
export const TaskHistoryQuery = Schema.Struct({ ...common, ...own.taskHistory })
export const BackupQuery = Schema.Struct({ ...common, ...own.backup })
export const ReplicationQuery = Schema.Struct({ ...common, ...own.replication })
export const BackupRoutinesQuery = Schema.Struct({ ...common, ...own.backupRoutines })

export type Flags = typeof GuestFlags.Type
