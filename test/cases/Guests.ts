import type { Interface } from "../../src/demo/proxmox/Cluster.ts"
import type { GuestTraits } from "../../src/demo/proxmox/Generate.ts"
import type { JsonObject } from "../../src/domain/Json.ts"

const hex = (value: number, digits: number) => value.toString(16).toUpperCase().padStart(digits, "0")

/** The MAC of a guest's NIC. */
export const mac = (vmid: number, nic = 0): string =>
  `BC:24:11:${hex(vmid >> 8, 2)}:${hex(vmid & 255, 2)}:${hex(nic, 2)}`

export const uuid = (vmid: number): string => `00000000-0000-4000-8000-${String(vmid).padStart(12, "0")}`

/** An interface as the guest sees it; addresses as `10.0.0.5/24`. */
export const seen = (name: string, hardware: string | undefined, ...addresses: ReadonlyArray<string>): Interface => ({
  name,
  ...(hardware === undefined ? {} : { mac: hardware.toLowerCase() }),
  addresses: addresses.map((text) => {
    const [address = "", prefix] = text.split("/")
    return { address, prefix: Number(prefix ?? (address.includes(":") ? 128 : 32)) }
  })
})

/** The first NIC of a guest with these addresses. */
export const eth0 = (vmid: number, ...addresses: ReadonlyArray<string>): Interface =>
  seen("eth0", mac(vmid), ...addresses)

type Traits = Omit<GuestTraits, "vmid" | "name" | "config"> & {
  /** Keys over those of the plain guest; null leaves one out. */
  readonly config?: JsonObject
  /** What the agent tells of the first NIC. */
  readonly ips?: ReadonlyArray<string>
}

const merged = (config: JsonObject, over: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries({ ...config, ...over }).filter(([, value]) => value !== null))

/** A running virtual machine with one NIC, one disk and an agent. */
export const vm = (vmid: number, name: string, { config = {}, ips = [], ...traits }: Traits = {}): GuestTraits => ({
  vmid,
  name,
  type: "qemu",
  node: "pve1",
  config: merged(
    {
      name,
      agent: "1",
      cores: 2,
      memory: "2048",
      ostype: "l26",
      smbios1: `uuid=${uuid(vmid)}`,
      net0: `virtio=${mac(vmid)},bridge=vmbr0`,
      scsi0: `local-lvm:vm-${vmid}-disk-0,size=32G`
    },
    config
  ),
  interfaces: [eth0(vmid, ...ips)],
  ...traits
})

/** A running container with one NIC, whose addresses the host tells. */
export const ct = (vmid: number, name: string, { config = {}, ips = [], ...traits }: Traits = {}): GuestTraits => ({
  vmid,
  name,
  type: "lxc",
  node: "pve1",
  config: merged(
    {
      hostname: name,
      cores: 1,
      memory: 512,
      ostype: "debian",
      net0: `name=eth0,bridge=vmbr0,hwaddr=${mac(vmid)},ip=dhcp,type=veth`,
      rootfs: `local-lvm:vm-${vmid}-disk-0,size=8G`
    },
    config
  ),
  interfaces: [eth0(vmid, ...ips)],
  ...traits
})
