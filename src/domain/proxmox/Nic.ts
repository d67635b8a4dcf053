import { Option } from "effect"
import type { Json } from "../Json.ts"
import * as Address from "./Address.ts"
import type { Nic } from "./Guest.ts"
import * as Mac from "./Mac.ts"
import type { Reader } from "./Reader.ts"
import { cleanText } from "./Scalar.ts"

const models = [
  "virtio",
  "e1000",
  "e1000-82540em",
  "e1000-82544gc",
  "e1000-82545em",
  "e1000e",
  "rtl8139",
  "vmxnet3",
  "i82551",
  "i82557b",
  "i82559er",
  "ne2k_pci",
  "ne2k_isa",
  "pcnet"
]

const isModel = (name: string): boolean => models.includes(name.toLowerCase())

const isMac = (value: string): boolean => Option.isSome(Mac.parse(value))

const parseModel = (value: string): Option.Option<string> =>
  isModel(value) ? Option.some(value.toLowerCase()) : Option.none()

const text =
  <A>(parse: (text: string) => Option.Option<A>) =>
  (value: Json): Option.Option<A> =>
    typeof value === "string" ? parse(value) : Option.none()

/** `10;20;100-103`: VLAN ids and ranges of them, as one sorted list. */
export const parseTrunks = (value: string): Option.Option<ReadonlyArray<number>> => {
  const vids = new Set<number>()
  for (const part of value.split(";")) {
    if (part.trim() === "") continue
    const match = /^\s*(\d{1,4})(?:\s*-\s*(\d{1,4}))?\s*$/.exec(part)
    const first = Number(match?.[1])
    const last = Number(match?.[2] ?? match?.[1])
    if (!(first >= 1 && first <= last && last <= 4094)) return Option.none()
    for (let vid = first; vid <= last; vid++) vids.add(vid)
  }
  return Option.some([...vids].sort((a, b) => a - b))
}

const link = (parts: Reader): Pick<Nic, "bridge" | "tag" | "trunks" | "mtu" | "linkDown"> => {
  const mtu = parts.integer("mtu", 1, 65_536)
  return {
    bridge: parts.text("bridge") ?? null,
    tag: parts.integer("tag", 1, 4094) ?? null,
    trunks: parts.read("trunks", "a list of VLAN ids", text(parseTrunks)) ?? [],
    // 1 stands for the MTU of the bridge.
    mtu: mtu === undefined || mtu === 1 ? null : mtu,
    linkDown: parts.boolean("link_down") ?? false
  }
}

type Addressing = Pick<Nic, "addresses" | "dhcp" | "slaac">

const unaddressed: Addressing = { addresses: [], dhcp: false, slaac: false }

const ofFamily = (family: 4 | 6) =>
  text((value) =>
    Option.filter(Address.parseCidr(value), ({ address, prefix }) => address.family === family && prefix > 0)
  )

/** `ip=` and `ip6=` of a container's NIC or of an `ipconfigN`: an address with prefix, or the way to get one. */
const addressing = (parts: Reader): Addressing => {
  const words = new Map<string, string>()
  const addresses: Array<string> = []
  for (const [key, family] of [
    ["ip", 4],
    ["ip6", 6]
  ] as const) {
    const cidr = parts.read(key, `an IPv${family} address with prefix length`, (value) =>
      value === "dhcp" || value === "manual" || (value === "auto" && family === 6)
        ? Option.some(value)
        : Option.map(ofFamily(family)(value), Address.formatCidr)
    )
    if (cidr === undefined) continue
    if (cidr.includes("/")) addresses.push(cidr)
    else words.set(key, cidr)
  }
  return {
    addresses,
    dhcp: words.get("ip") === "dhcp" || words.get("ip6") === "dhcp",
    slaac: words.get("ip6") === "auto"
  }
}

/**
 * `netN` of a VM. The card's MAC is the value of its model's key (`virtio=…`), of a model unknown here too, or of
 * `macaddr`. `ipconfigN` counts only where a cloud-init drive hands it to the guest.
 */
export const qemu = (key: string, config: Reader, cloudInit: boolean): Nic | undefined => {
  const parts = config.properties(key, "model")
  if (parts === undefined) return undefined
  const short = parts.entries.find(([name, value]) => isModel(name) || (name !== "macaddr" && isMac(value)))
  const ipconfig = cloudInit ? config.properties(key.replace("net", "ipconfig"), "ip") : undefined
  return {
    key,
    name: key,
    model: short?.[0].toLowerCase() ?? parts.read("model", "a network card", text(parseModel)) ?? null,
    mac: parts.read(short?.[0] ?? "macaddr", "a MAC address", text(Mac.parse)) ?? null,
    ...link(parts),
    ...(ipconfig === undefined ? unaddressed : addressing(ipconfig))
  }
}

/** `netN` of a container. */
export const lxc = (key: string, config: Reader): Nic | undefined => {
  // No part of it can stand without its key.
  const parts = config.properties(key, "")
  if (parts === undefined) return undefined
  return {
    key,
    name: cleanText(parts.text("name") ?? "") || key,
    model: null,
    mac: parts.read("hwaddr", "a MAC address", text(Mac.parse)) ?? null,
    ...link(parts),
    ...addressing(parts)
  }
}
