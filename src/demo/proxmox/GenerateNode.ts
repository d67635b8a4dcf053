import type { JsonObject } from "../../domain/Json.ts"
import type { Node } from "./Cluster.ts"

/** A host with two bonded cards, a VLAN-aware bridge with its address, an inner bridge and a VLAN for storage. */
export const generateNode = (name: string, index: number, block: number): Node => {
  const host = 10 + (index % 240)
  const third = block * 16 + Math.floor(index / 240)
  const ip = `192.168.${third}.${host}`
  const storage = `172.20.${third}.${host}`
  const row = (iface: string, type: string, priority: number, extra: JsonObject): JsonObject => ({
    iface,
    type,
    priority,
    active: 1,
    exists: 1,
    method: "manual",
    method6: "manual",
    families: ["inet"],
    ...extra
  })
  const inet = (address: string): JsonObject => ({ method: "static", address, netmask: "24", cidr: `${address}/24` })
  return {
    name,
    id: index + 1,
    ip,
    cpus: 64,
    memory: 512 * 1024 ** 3,
    online: true,
    network: [
      row("eno1", "eth", 3, {}),
      row("eno2", "eth", 4, { altnames: ["enp1s0f1"] }),
      row("eno3", "eth", 5, { active: null }),
      row("bond0", "bond", 6, {
        autostart: 1,
        slaves: "eno1 eno2",
        bond_mode: "802.3ad",
        bond_miimon: "100",
        bond_xmit_hash_policy: "layer3+4",
        mtu: "9000"
      }),
      row("bond0.50", "vlan", 7, {
        ...inet(storage),
        autostart: 1,
        "vlan-id": "50",
        "vlan-raw-device": "bond0",
        comments: "storage\n"
      }),
      row("vmbr0", "bridge", 8, {
        ...inet(ip),
        autostart: 1,
        gateway: `192.168.${third}.1`,
        bridge_ports: "bond0",
        bridge_stp: "off",
        bridge_fd: "0",
        bridge_vlan_aware: 1,
        bridge_vids: "2-4094"
      }),
      row("vmbr1", "bridge", 9, { autostart: 1, bridge_ports: "", bridge_stp: "off", bridge_fd: "0" })
    ]
  }
}
