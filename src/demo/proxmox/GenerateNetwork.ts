import type { Json } from "../../domain/Json.ts"
import type { Allocation } from "./Allocation.ts"
import type { Interface } from "./Cluster.ts"
import type { Random } from "./Random.ts"

export interface GeneratedNetwork {
  /** `netN` and `ipconfigN`. */
  readonly config: { readonly [key: string]: Json }
  readonly interfaces: ReadonlyArray<Interface>
}

const loopback: Interface = {
  name: "lo",
  mac: "00:00:00:00:00:00",
  addresses: [
    { address: "127.0.0.1", prefix: 8 },
    { address: "::1", prefix: 128 }
  ]
}

const docker: ReadonlyArray<Interface> = [
  { name: "docker0", mac: "02:42:8f:1c:22:0b", addresses: [{ address: "172.17.0.1", prefix: 16 }] },
  { name: "veth3f2a91c" }
]

/** As a kernel derives it from the MAC (modified EUI-64). */
const linkLocal = (mac: string): string => {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = mac.split(":").map((pair) => Number.parseInt(pair, 16))
  const groups = [((a ^ 2) << 8) | b, (c << 8) | 0xff, 0xfe00 | d, (e << 8) | f]
  return `fe80::${groups.map((group) => group.toString(16)).join(":")}`
}

/** Bridge and VLANs of a NIC: often none, mostly one tag, sometimes a trunk or an SDN network. */
const attachment = (random: Random): string => {
  const kind = random.next()
  if (kind < 0.35) return "bridge=vmbr0"
  if (kind < 0.8) return `bridge=vmbr0,tag=${random.pick([10, 20, 30, 40, 110, 120])}`
  if (kind < 0.88) return `bridge=vmbr0,tag=10,trunks=${random.pick(["20;30", "20;30;100-103", "110-112"])}`
  if (kind < 0.95) return "bridge=vmbr1"
  return "bridge=prodnet"
}

const nicCount = (random: Random): number => random.pick([1, 1, 2, 2, 2, 2, 2, 3, 3, 4])

const qemuNic = (random: Random, mac: string): string => {
  const flags = [
    random.chance(0.5) ? ",firewall=1" : "",
    random.chance(0.1) ? `,mtu=${random.pick([1, 1450, 9000])}` : "",
    random.chance(0.04) ? ",link_down=1" : "",
    random.chance(0.1) ? ",queues=4" : "",
    random.chance(0.05) ? ",rate=12.5" : ""
  ].join("")
  const model = random.pick(["virtio", "virtio", "virtio", "virtio", "virtio", "virtio", "e1000", "vmxnet3"])
  const form = random.next()
  if (form < 0.03) return `model=${model},macaddr=${mac},${attachment(random)}${flags}`
  if (form < 0.06) return `${model}=${mac.toLowerCase()},${attachment(random)}${flags}`
  return `${model}=${mac},${attachment(random)}${flags}`
}

export const generateQemuNetwork = (
  random: Random,
  allocation: Allocation,
  guest: { readonly windows: boolean; readonly cloudInit: boolean; readonly typical: boolean }
): GeneratedNetwork => {
  const config: { [key: string]: Json } = {}
  const interfaces: Array<Interface> = guest.windows
    ? [{ name: "Loopback Pseudo-Interface 1", addresses: loopback.addresses ?? [] }]
    : [loopback]
  const count = guest.typical ? 2 : nicCount(random)
  for (let index = 0; index < count; index++) {
    const { mac, v4, v6 } = allocation.next()
    // Every now and then a gap, as after a NIC was removed.
    const slot = index > 0 && random.chance(0.05) ? index + 4 : index
    const dual = !guest.typical && random.chance(0.4)
    config[`net${slot}`] = qemuNic(random, mac)
    if (guest.cloudInit) {
      const ipv6 = dual ? `,ip6=${v6.address}/${v6.prefix},gw6=${v6.gateway}` : random.chance(0.2) ? ",ip6=auto" : ""
      config[`ipconfig${slot}`] = `ip=${v4.address}/${v4.prefix},gw=${v4.gateway}${ipv6}`
    }
    interfaces.push({
      name: guest.windows ? `Ethernet${index === 0 ? "" : ` ${index + 1}`}` : `ens${18 + slot}`,
      mac: mac.toLowerCase(),
      addresses: [
        { address: v4.address, prefix: v4.prefix },
        ...(dual ? [{ address: v6.address, prefix: v6.prefix }] : []),
        ...(!guest.typical && random.chance(0.05) ? [{ address: allocation.next().v4.address, prefix: 24 }] : []),
        { address: `${linkLocal(mac)}${guest.windows ? `%${12 + index}` : ""}`, prefix: 64 }
      ]
    })
  }
  if (!guest.windows && random.chance(0.25)) interfaces.push(...docker)
  return { config, interfaces }
}

export const generateLxcNetwork = (random: Random, allocation: Allocation, typical: boolean): GeneratedNetwork => {
  const config: { [key: string]: Json } = {}
  const interfaces: Array<Interface> = [loopback]
  const count = typical ? 2 : random.pick([1, 1, 1, 2])
  for (let index = 0; index < count; index++) {
    const { mac, v4, v6 } = allocation.next()
    const dual = !typical && random.chance(0.3)
    const fixed = random.chance(0.7)
    const ip = fixed ? `ip=${v4.address}/${v4.prefix},gw=${v4.gateway}` : "ip=dhcp"
    const ip6 = dual ? (fixed ? `,ip6=${v6.address}/${v6.prefix}` : ",ip6=auto") : ""
    const firewall = random.chance(0.5) ? ",firewall=1" : ""
    config[`net${index}`] = `name=eth${index},${attachment(random)}${firewall},hwaddr=${mac},${ip}${ip6},type=veth`
    interfaces.push({
      name: `eth${index}`,
      mac: mac.toLowerCase(),
      addresses: [
        { address: v4.address, prefix: v4.prefix },
        ...(dual ? [{ address: v6.address, prefix: v6.prefix }] : []),
        { address: linkLocal(mac), prefix: 64 }
      ]
    })
  }
  return { config, interfaces }
}
