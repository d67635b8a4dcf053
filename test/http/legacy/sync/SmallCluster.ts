import { Effect } from "effect"
import * as SimulatedProxmox from "../../../../src/demo/SimulatedProxmox.ts"

/** The cluster of the recorded stream: two nodes with a bridge each, a machine and a container with a NIC, an address and a disk. */
export const small = { name: "lab", nodes: 2, guests: 0, seed: 1 }

/** Makes a simulated cluster without guests the small one. */
export const shape = Effect.fnUntraced(function* (proxmox: SimulatedProxmox.SimulatedProxmox) {
  proxmox.cluster.nodes.forEach(({ network }, index) => {
    network.splice(0, network.length, {
      iface: "vmbr0",
      type: "bridge",
      method: "static",
      method6: "manual",
      families: ["inet"],
      active: 1,
      autostart: 1,
      address: `10.0.0.${index + 1}`,
      netmask: "24",
      cidr: `10.0.0.${index + 1}/24`,
      bridge_ports: "",
      bridge_stp: "off",
      bridge_fd: "0",
      priority: 1
    })
  })
  yield* proxmox.addGuest({
    vmid: 100,
    type: "qemu",
    node: "pve1",
    name: "web1",
    config: {
      name: "web1",
      description: "d",
      agent: 1,
      cores: 2,
      memory: "2048",
      ostype: "l26",
      net0: "virtio=BC:24:11:00:00:01,bridge=vmbr0",
      scsi0: "local:vm-100-disk-0,size=10G"
    },
    interfaces: [{ name: "eth0", mac: "bc:24:11:00:00:01", addresses: [{ address: "10.0.0.40", prefix: 24 }] }]
  })
  yield* proxmox.addGuest({
    vmid: 101,
    type: "lxc",
    node: "pve2",
    name: "ct1",
    config: {
      hostname: "ct1",
      cores: 1,
      memory: 512,
      ostype: "debian",
      net0: "name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:02,ip=10.0.0.50/24,type=veth",
      rootfs: "local:vm-101-disk-0,size=8G"
    },
    interfaces: [{ name: "eth0", mac: "bc:24:11:00:00:02", addresses: [{ address: "10.0.0.50", prefix: 24 }] }]
  })
})

export const smallCluster = Effect.gen(function* () {
  const proxmox = yield* SimulatedProxmox.make(small)
  yield* shape(proxmox)
  return proxmox
})
