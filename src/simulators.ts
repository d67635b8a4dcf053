/** A NetBox and a Proxmox cluster that answer over HTTP as the real ones do, to try programs on. */
export * as SimulatedNetBox from "./demo/SimulatedNetBox.ts"
export * as SimulatedProxmox from "./demo/SimulatedProxmox.ts"
