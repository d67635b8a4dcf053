import type { JsonObject } from "../../domain/Json.ts"
import type { Node } from "./Cluster.ts"

const row = (iface: string, type: string, extra: JsonObject = {}): JsonObject => ({
  iface,
  type,
  active: 1,
  exists: 1,
  method: "manual",
  method6: "manual",
  families: ["inet"],
  ...extra
})

const inet = (address: string, gateway?: string): JsonObject => ({
  method: "static",
  address,
  netmask: "24",
  cidr: `${address}/24`,
  ...(gateway === undefined ? {} : { gateway })
})

const inet6 = (address: string): JsonObject => ({
  method6: "static",
  address6: address,
  netmask6: "64",
  cidr6: `${address}/64`,
  families: ["inet", "inet6"]
})

/** Addresses that no other node has, of this cluster or of one with another block. */
interface Host {
  readonly ip: string
  readonly ip6: string
  readonly gateway: string
  readonly storage: string
  /** Further names of a card: where it sits, and its MAC address as systemd writes it. */
  readonly altnames: (card: number) => ReadonlyArray<string>
}

const hostOf = (index: number, block: number): Host => {
  const host = 10 + (index % 240)
  const third = block * 16 + Math.floor(index / 240)
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, "0")
  return {
    ip: `192.168.${third}.${host}`,
    ip6: `fd00:${hex(block + 1, 1)}:ffff::${hex(index + 10, 1)}`,
    gateway: `192.168.${third}.1`,
    storage: `172.20.${third}.${host}`,
    altnames: (card) => [`enp1s0f${card}`, `enx0c42a1${hex(block, 1)}${hex(index, 4)}${hex(card, 1)}`]
  }
}

const cards = (host: Host, type: string, extra: JsonObject = {}): ReadonlyArray<JsonObject> => [
  row("eno1", type, { altnames: host.altnames(0), ...extra }),
  row("eno2", type, { altnames: host.altnames(1), ...extra }),
  row("eno3", "eth", { active: null })
]

/** Two bonded cards, a VLAN-aware bridge with the node's address, an inner bridge and a VLAN for storage. */
const bonded = (host: Host): ReadonlyArray<JsonObject> => [
  ...cards(host, "eth"),
  row("bond0", "bond", {
    autostart: 1,
    slaves: "eno1 eno2",
    bond_mode: "802.3ad",
    bond_miimon: "100",
    bond_xmit_hash_policy: "layer3+4",
    mtu: "9000"
  }),
  row("bond0.50", "vlan", {
    ...inet(host.storage),
    autostart: 1,
    "vlan-id": "50",
    "vlan-raw-device": "bond0",
    comments: "storage\n"
  }),
  row("vmbr0", "bridge", {
    ...inet(host.ip, host.gateway),
    autostart: 1,
    bridge_ports: "bond0",
    bridge_stp: "off",
    bridge_fd: "0",
    bridge_vlan_aware: 1,
    bridge_vids: "2-4094"
  }),
  row("vmbr1", "bridge", { autostart: 1, bridge_ports: "", bridge_stp: "off", bridge_fd: "0" })
]

/** A bridge for each card, one of them with a choice of VLANs, and addresses of both families. */
const bridged = (host: Host): ReadonlyArray<JsonObject> => [
  ...cards(host, "eth"),
  row("vmbr0", "bridge", {
    ...inet(host.ip, host.gateway),
    ...inet6(host.ip6),
    autostart: 1,
    bridge_ports: "eno1",
    bridge_stp: "off",
    bridge_fd: "0",
    comments: "what users reach\nand admins, too\n"
  }),
  row("vmbr1", "bridge", {
    autostart: 1,
    bridge_ports: "eno2",
    bridge_stp: "off",
    bridge_fd: "0",
    bridge_vlan_aware: 1,
    bridge_vids: "10 20 30-32"
  }),
  row("vlan60", "vlan", {
    ...inet(host.storage),
    autostart: 1,
    "vlan-id": 60,
    "vlan-raw-device": "vmbr1",
    mtu: "1500"
  }),
  row("vmbr1:1", "alias", inet(host.storage.replace("172.20.", "172.21.")))
]

/** The same as the bonded one with Open vSwitch. */
const switched = (host: Host): ReadonlyArray<JsonObject> => [
  ...cards(host, "eth"),
  row("bond0", "OVSBond", {
    ovs_bonds: "eno1 eno2",
    ovs_bridge: "vmbr0",
    ovs_options: "bond_mode=balance-slb vlan_mode=native-untagged"
  }),
  row("eno4", "OVSPort", { ovs_bridge: "vmbr0", ovs_tag: "70" }),
  row("mgmt", "OVSIntPort", { ...inet(host.ip, host.gateway), ovs_bridge: "vmbr0", ovs_tag: 20 }),
  row("store", "OVSIntPort", { ...inet(host.storage), ovs_bridge: "vmbr0", ovs_tag: 50, mtu: "9000" }),
  row("vmbr0", "OVSBridge", { autostart: 1, ovs_ports: "bond0 eno4 mgmt store" }),
  row("vmbr1", "bridge", { autostart: 1, bridge_ports: "", bridge_stp: "off", bridge_fd: "0" })
]

const layouts = [bonded, bridged, switched]

/** Every third host is built the same way. */
export const generateNode = (name: string, index: number, block: number): Node => {
  const host = hostOf(index, block)
  const layout = layouts[index % layouts.length] ?? bonded
  return {
    name,
    id: index + 1,
    ip: host.ip,
    cpus: 64,
    memory: 512 * 1024 ** 3,
    online: true,
    network: layout(host).map((one, at) => ({ ...one, priority: at + 3 }))
  }
}
