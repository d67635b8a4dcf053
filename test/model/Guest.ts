import type { Json } from "../../src/domain/Json.ts"

/** What the test knows of a guest: enough to write its configuration, and to say what NetBox must hold. */
export interface Guest {
  vmid: number
  readonly type: "qemu" | "lxc"
  /** Who it is, whatever its vmid: its hardware UUID, as good for containers here. */
  readonly uuid: string
  name: string
  node: string
  running: boolean
  memory: number
  cores: number
  tags: ReadonlyArray<string>
  nics: ReadonlyArray<Nic>
  disks: ReadonlyArray<Disk>
  /** The name by which it was seen last; undefined before. */
  seenAs: string | undefined
  /** Whether its only MAC address has changed since: a container is then known by its name alone. */
  isRecarded: boolean
}

export interface Nic {
  readonly slot: number
  readonly mac: string
  readonly tag: number | null
  readonly address: string
}

export interface Disk {
  readonly slot: number
  /** GiB. */
  readonly size: number
}

/** What NetBox calls the parts of a guest. */
export const keysOf = (guest: Guest) => ({
  nic: ({ slot }: Nic) => (guest.type === "qemu" ? `net${slot}` : `eth${slot}`),
  disk: ({ slot }: Disk) => (guest.type === "qemu" ? `scsi${slot}` : slot === 0 ? "rootfs" : `mp${slot}`)
})

/** As Proxmox holds it. */
export const configOf = (guest: Guest): { readonly [key: string]: Json } => {
  const { cores, disks, memory, name, nics, tags, type, uuid, vmid } = guest
  const isQemu = type === "qemu"
  const tagged = ({ tag }: Nic) => (tag === null ? "" : `,tag=${tag}`)
  const volume = ({ size, slot }: Disk) => `local-lvm:vm-${vmid}-disk-${slot},size=${size}G`
  return {
    ...(isQemu
      ? { name, ostype: "l26", smbios1: `uuid=${uuid}`, agent: "1", sockets: 1, memory: String(memory) }
      : { hostname: name, ostype: "debian", memory }),
    cores,
    ...(tags.length === 0 ? {} : { tags: tags.join(";") }),
    ...Object.fromEntries(
      nics.map((nic) => [
        `net${nic.slot}`,
        isQemu
          ? `virtio=${nic.mac},bridge=vmbr0${tagged(nic)}`
          : `name=eth${nic.slot},bridge=vmbr0,hwaddr=${nic.mac},ip=${nic.address}/24${tagged(nic)}`
      ])
    ),
    ...Object.fromEntries(
      disks.map((disk) => [
        keysOf(guest).disk(disk),
        isQemu || disk.slot === 0 ? volume(disk) : volume(disk).replace(",", `,mp=/srv${disk.slot},`)
      ])
    )
  }
}
