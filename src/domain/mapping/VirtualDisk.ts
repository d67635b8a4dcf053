import { refTo, want } from "../Desired.ts"
import type { Disk } from "../proxmox/Guest.ts"
import { understood } from "./Facts.ts"
import type { Mapping } from "./Mapping.ts"
import { diskRef, machineRef } from "./Refs.ts"

const describe = ({ discard, format, ssd, storage, volume }: Disk): string => {
  const options = [format, ssd ? "ssd" : null, discard ? "discard" : null].filter((option) => option !== null)
  return [storage === "" ? volume : `${storage}: ${volume}`, ...options].join(", ")
}

const keys = ["scsi", "virtio", "sata", "ide", "rootfs", "mp"]

export const VirtualDisk: Mapping = {
  kind: "virtualization.virtualdisk",
  ofGuest: ({ guest, key }, { settings }) =>
    (guest?.disks ?? []).map((disk) => ({
      ref: diskRef(key, disk),
      source: settings.name,
      label: `${key} ${disk.key}`,
      fields: {
        virtual_machine: want(refTo(machineRef(key)), "guest"),
        name: want(disk.key, `config.${disk.key}`),
        size: want(disk.size, `config.${disk.key} size`),
        description: want(describe(disk), `config.${disk.key}`)
      }
    })),
  covered: ({ guests }) =>
    guests.flatMap(({ guest, key }) => (guest !== undefined && understood(guest, ...keys) ? [key] : []))
}
