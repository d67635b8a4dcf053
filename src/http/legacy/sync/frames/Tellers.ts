import type { StageName } from "./Stage.ts"
import { BackupRoutines, Backups, Replications, Sdn, Snapshots, Storage, TaskHistory } from "./stages/Absent.ts"
import { Devices } from "./stages/Devices.ts"
import { GuestAddresses } from "./stages/GuestAddresses.ts"
import { GuestInterfaces } from "./stages/GuestInterfaces.ts"
import { NodeInterfaces } from "./stages/NodeInterfaces.ts"
import { Sweep } from "./stages/Sweep.ts"
import { VirtualDisks } from "./stages/VirtualDisks.ts"
import { VirtualMachines } from "./stages/VirtualMachines.ts"
import type { Teller } from "./Teller.ts"

/** How each stage is told. */
export const tellers: { readonly [Name in StageName]: Teller } = {
  devices: Devices,
  storage: Storage,
  "virtual-machines": VirtualMachines,
  "virtual-disks": VirtualDisks,
  "task-history": TaskHistory,
  backups: Backups,
  snapshots: Snapshots,
  "node-interfaces": NodeInterfaces,
  "vm-interfaces": GuestInterfaces,
  "vm-ip-addresses": GuestAddresses,
  replications: Replications,
  "backup-routines": BackupRoutines,
  "sweep-orphans": Sweep,
  sdn: Sdn
}
