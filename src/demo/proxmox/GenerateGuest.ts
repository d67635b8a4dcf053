import type { Json, JsonObject } from "../../domain/Json.ts"
import type { Allocation } from "./Allocation.ts"
import type { Guest, OperatingSystem } from "./Cluster.ts"
import { generateLxcNetwork, generateQemuNetwork } from "./GenerateNetwork.ts"
import type { Random } from "./Random.ts"

const roles = ["web", "db", "app", "cache", "mail", "dns", "proxy", "build", "monitor", "git", "ldap", "queue"] as const
const stages = ["prod", "prod", "stage", "dev", "test"] as const

const linux: ReadonlyArray<OperatingSystem> = [
  { id: "debian", name: "Debian GNU/Linux", version: "12", kernel: "6.1.0-31-amd64" },
  { id: "ubuntu", name: "Ubuntu", version: "24.04", kernel: "6.8.0-55-generic" },
  { id: "rocky", name: "Rocky Linux", version: "9.5", kernel: "5.14.0-503.el9.x86_64" }
]
const windows: OperatingSystem = {
  id: "mswindows",
  name: "Microsoft Windows",
  version: "Microsoft Windows Server 2022",
  kernel: "20348"
}
const containers = ["debian", "ubuntu", "alpine", "centos"] as const

const notes = [
  "Managed by the platform team",
  "# Owner\n\nteam-a, see **runbook**\n\n- [x] monitored\n- [ ] documented",
  "Über-wichtiger Server: 東京 🚀\nBitte nicht löschen!",
  "100% of the load, 50%25 at night\r\nrestart: see wiki"
] as const

const tags = ["prod", "web", "linux", "db", "k8s", "backup-daily", "team-a", "team_b", "v1.2", "c++"] as const

const uuid = (random: Random): string =>
  [random.hex(8), random.hex(4), `4${random.hex(3)}`, `8${random.hex(3)}`, random.hex(12)].join("-")

const tagText = (random: Random, oddity: number): string | undefined => {
  const count = random.int(0, 3)
  if (count === 0) return undefined
  const chosen = random.shuffle(tags).slice(0, count).sort()
  const separator = random.chance(oddity) ? random.pick([",", " ", "; "]) : ";"
  const text = chosen.join(separator)
  return random.chance(oddity) ? text.toUpperCase() : text
}

const size = (random: Random): string => `${random.pick([8, 16, 32, 32, 50, 64, 100, 250])}G`

const volume = (random: Random, vmid: number, number: number): string =>
  random.pick([
    `local-lvm:vm-${vmid}-disk-${number}`,
    `ceph:vm-${vmid}-disk-${number}`,
    `nfs:${vmid}/vm-${vmid}-disk-${number}.qcow2`
  ])

type Config = { [key: string]: Json }

/** What VMs and containers have in common. */
const common = (random: Random, vmid: number, oddity: number): Config => {
  const config: Config = {}
  const tag = tagText(random, oddity)
  if (tag !== undefined) config["tags"] = tag
  if (random.chance(0.5)) config["onboot"] = 1
  if (random.chance(0.5)) config["description"] = random.pick(notes)
  if (random.chance(0.05)) config["protection"] = 1
  if (random.chance(0.1)) config["startup"] = `order=${vmid % 5},up=30`
  return config
}

const qemuDisks = (random: Random, { typical, vmid }: GuestPlan, cloudInit: boolean, uefi: boolean): Config => {
  const bus = random.pick(["scsi", "scsi", "scsi", "scsi", "virtio", "sata"])
  const disks: Config = { boot: `order=${bus}0;ide2;net0`, scsihw: "virtio-scsi-single" }
  const count = typical ? 2 : random.pick([1, 2, 2, 2, 3])
  for (let index = 0; index < count; index++) {
    const options = [
      random.chance(0.4) ? ",discard=on" : "",
      random.chance(0.3) ? ",iothread=1" : "",
      random.chance(0.3) && bus !== "virtio" ? ",ssd=1" : ""
    ].join("")
    disks[`${bus}${index}`] = `${volume(random, vmid, index)}${options},size=${size(random)}`
  }
  if (uefi) {
    disks["bios"] = "ovmf"
    disks["efidisk0"] = `local-lvm:vm-${vmid}-disk-8,efitype=4m,pre-enrolled-keys=1,size=4M`
    disks["tpmstate0"] = `local-lvm:vm-${vmid}-disk-9,size=4M,version=v2.0`
  }
  if (cloudInit) disks["ide2"] = `local-lvm:vm-${vmid}-cloudinit,media=cdrom,size=4M`
  else if (random.chance(0.4))
    disks["ide2"] = random.pick(["none,media=cdrom", "local:iso/debian-12.iso,media=cdrom,size=658M"])
  if (random.chance(0.08)) disks["unused0"] = `local-lvm:vm-${vmid}-disk-7`
  return disks
}

const snapshots = (random: Random): Array<JsonObject> => {
  const names = random.chance(0.15) ? (random.chance(0.5) ? ["before-upgrade"] : ["clean", "before-upgrade"]) : []
  return names.map((name, index) => {
    const parent = names[index - 1]
    const snaptime = 1_760_000_000 + index * 86_400
    return { name, description: "", snaptime, ...(parent === undefined ? {} : { parent }) }
  })
}

export interface GuestPlan {
  readonly vmid: number
  readonly node: string
  readonly name: string
  /** Probability of each unusual but legal way to write a value. */
  readonly oddity: number
  /** Running, with addresses, two NICs and two disks. */
  readonly typical: boolean
  readonly now: number
}

export const guestName = (random: Random, vmid: number): string =>
  `${random.pick(roles)}-${random.pick(stages)}-${String(vmid).padStart(3, "0")}`

const status = (random: Random, typical: boolean): Guest["status"] =>
  typical || random.chance(0.8) ? "running" : random.chance(0.95) ? "stopped" : "paused"

export const generateQemu = (random: Random, allocation: Allocation, plan: GuestPlan): Guest => {
  const { oddity, typical, vmid } = plan
  const template = !typical && random.chance(0.03)
  const isWindows = random.chance(0.15)
  const cloudInit = !isWindows && random.chance(0.3)
  const network = generateQemuNetwork(random, allocation, { windows: isWindows, cloudInit, typical })
  const hasAgent = typical || random.chance(0.85)
  const memory = 1024 * random.pick([1, 2, 4, 4, 8, 16, 32])
  const config: Config = {
    name: plan.name,
    ostype: isWindows ? random.pick(["win10", "win11"]) : "l26",
    cpu: "x86-64-v2-AES",
    sockets: random.pick([1, 1, 1, 2]),
    cores: random.pick([1, 2, 2, 4, 8]),
    memory: random.chance(oddity) ? `current=${memory}` : String(memory),
    numa: 0,
    smbios1: `uuid=${uuid(random)}`,
    vmgenid: uuid(random),
    meta: `creation-qemu=9.0.2,ctime=${1_750_000_000 + vmid}`,
    ...common(random, vmid, oddity),
    ...qemuDisks(random, plan, cloudInit, isWindows),
    ...network.config
  }
  if (hasAgent) config["agent"] = random.pick(["1", "1", "enabled=1,fstrim_cloned_disks=1"])
  if (template) config["template"] = 1
  if (random.chance(0.1)) config["balloon"] = 512
  if (cloudInit) {
    config["ciuser"] = "admin"
    config["cipassword"] = "**********"
    config["sshkeys"] = "ssh-ed25519%20AAAAC3NzaC1lZDI1NTE5AAAAIExample%20admin%40example"
  }
  return {
    vmid,
    type: "qemu",
    node: plan.node,
    status: template ? "stopped" : status(random, typical),
    config,
    agent: hasAgent && (typical || random.chance(0.95)) ? "answering" : "absent",
    interfaces: network.interfaces,
    os: isWindows ? windows : (linux[vmid % linux.length] ?? windows),
    startedAt: plan.now - random.int(3600, 8_000_000) * 1000,
    snapshots: snapshots(random)
  }
}

export const generateLxc = (random: Random, allocation: Allocation, plan: GuestPlan): Guest => {
  const { typical, vmid } = plan
  const network = generateLxcNetwork(random, allocation, typical)
  const config: Config = {
    hostname: plan.name,
    ostype: random.pick(containers),
    arch: "amd64",
    memory: 512 * random.pick([1, 1, 2, 4, 8]),
    swap: 512,
    unprivileged: 1,
    rootfs: `${volume(random, vmid, 0)},size=${size(random)}`,
    ...common(random, vmid, plan.oddity),
    ...network.config
  }
  // Containers keep the line end that the file format adds.
  if (typeof config["description"] === "string") config["description"] += "\n"
  if (random.chance(0.8)) config["cores"] = random.pick([1, 2, 2, 4])
  else if (random.chance(0.5)) config["cpulimit"] = random.pick(["1.5", "2"])
  if (typical || random.chance(0.2)) config["mp0"] = `${volume(random, vmid, 1)},mp=/srv,backup=1,size=${size(random)}`
  if (random.chance(0.1)) config["mp1"] = "/mnt/shared,mp=/shared"
  if (random.chance(0.3)) config["features"] = "nesting=1"
  return {
    vmid,
    type: "lxc",
    node: plan.node,
    status: typical || random.chance(0.85) ? "running" : "stopped",
    config,
    agent: "absent",
    interfaces: network.interfaces,
    os: linux[vmid % linux.length] ?? windows,
    startedAt: plan.now - random.int(3600, 8_000_000) * 1000,
    snapshots: snapshots(random)
  }
}
