import type { Json, JsonObject } from "../../domain/Json.ts"

/** The state of a simulated cluster. Everything the API answers is made from it. */
export interface Cluster {
  readonly name: string
  readonly standalone: boolean
  readonly version: Version
  readonly nodes: Array<Node>
  /** By vmid. */
  readonly guests: Map<number, Guest>
  readonly pools: Map<string, string>
  readonly storages: ReadonlyArray<Storage>
  readonly vnets: ReadonlyArray<JsonObject>
  /** Body of `/cluster/options`. */
  readonly options: JsonObject
  readonly tasks: Array<JsonObject>
}

export interface Version {
  readonly text: string
  readonly major: number
  readonly minor: number
}

export interface Node {
  readonly name: string
  readonly id: number
  readonly ip: string
  readonly cpus: number
  /** Bytes. */
  readonly memory: number
  readonly network: Array<JsonObject>
  online: boolean
}

export interface Storage {
  readonly storage: string
  readonly type: string
  readonly content: string
  readonly shared: boolean
  /** Bytes. */
  readonly size: number
}

/** How the guest agent of a VM answers: not at all within its time, with the commands forbidden, or not installed. */
export type AgentMode = "answering" | "silent" | "disabled" | "absent"

export interface Guest {
  readonly vmid: number
  readonly type: "qemu" | "lxc"
  node: string
  status: "running" | "stopped" | "paused"
  /** As in the file, without digest. */
  config: { [key: string]: Json }
  pool?: string
  lock?: string
  agent: AgentMode
  /** What the guest itself sees. */
  interfaces: ReadonlyArray<Interface>
  os: OperatingSystem
  /** Milliseconds since 1970; meaningful while it runs. */
  startedAt: number
  readonly snapshots: Array<JsonObject>
}

export interface Interface {
  readonly name: string
  /** Lower case, as guests report it. */
  readonly mac?: string
  readonly addresses?: ReadonlyArray<{ readonly address: string; readonly prefix: number }>
}

export interface OperatingSystem {
  readonly id: string
  readonly name: string
  readonly version: string
  readonly kernel: string
}

export const nameOf = (guest: Guest): string => {
  const name = guest.config[guest.type === "qemu" ? "name" : "hostname"]
  if (typeof name === "string") return name
  return guest.type === "qemu" ? `VM ${guest.vmid}` : `CT${guest.vmid}`
}

export const isTemplate = (guest: Guest): boolean => guest.config["template"] === 1

/** Half of the nodes or less cannot change anything. */
export const isQuorate = (cluster: Cluster): boolean =>
  cluster.nodes.filter((node) => node.online).length * 2 > cluster.nodes.length

export const isOnline = (cluster: Cluster, node: string): boolean =>
  cluster.nodes.some(({ name, online }) => name === node && online)
