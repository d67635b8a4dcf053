import type { SimulatedProxmox } from "../../src/demo/SimulatedProxmox.ts"

/** Leaves a node one card, and its bridge on it. */
export const bareNode = ({ network }: SimulatedProxmox["cluster"]["nodes"][number]): void => {
  const kept = network.flatMap((row) =>
    row["iface"] === "eno1" ? [row] : row["iface"] === "vmbr0" ? [{ ...row, type: "bridge", bridge_ports: "eno1" }] : []
  )
  network.splice(0, network.length, ...kept)
}
