/**
 * A guest's configuration in typed form: the grammar of Proxmox's property strings is known here and nowhere else.
 */
export interface Guest {
  readonly nics: ReadonlyArray<Nic>
  readonly disks: ReadonlyArray<Disk>
  /** Null where the config does not say and Proxmox's default depends on the host. */
  readonly vcpus: number | null
  /** MiB. */
  readonly memory: number | null
  readonly startOnBoot: boolean
  readonly ostype: string | null
  /** `smbios1 uuid=` (lower case); containers have none. */
  readonly uuid: string | null
  /** Decoded note, line ends normalised, trimmed; "" when there is none. */
  readonly description: string
  /** `name` of a VM, `hostname` of a container, as configured. */
  readonly hostname: string | null
  /** Whether the config lets the QEMU guest agent be asked; containers have none. */
  readonly agent: boolean
  /** One line each for every value that could not be read, naming the key. */
  readonly warnings: ReadonlyArray<string>
}

export interface Nic {
  /** Config key: `net0`. */
  readonly key: string
  /** Name in NetBox: the key for QEMU, `name=` for containers. */
  readonly name: string
  readonly model: string | null
  /** Upper case with colons. */
  readonly mac: string | null
  readonly bridge: string | null
  readonly tag: number | null
  /** Expanded and sorted VIDs. */
  readonly trunks: ReadonlyArray<number>
  readonly mtu: number | null
  readonly linkDown: boolean
  /** Static addresses with prefix length, canonical text: from `ip=`/`ip6=` or from `ipconfigN`. */
  readonly addresses: ReadonlyArray<string>
  readonly dhcp: boolean
  readonly slaac: boolean
}

export interface Disk {
  /** `scsi0`, `rootfs`, `mp0`. */
  readonly key: string
  /** Empty for a passed-through device. */
  readonly storage: string
  readonly volume: string
  /** MiB, rounded up, at least 1. */
  readonly size: number
  readonly format: string | null
  readonly ssd: boolean
  readonly discard: boolean
}
