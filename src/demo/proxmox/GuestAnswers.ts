import { createHash } from "node:crypto"
import { Option } from "effect"
import { canonical, type Json, type JsonObject } from "../../domain/Json.ts"
import * as Size from "../../domain/proxmox/Size.ts"
import { type Cluster, type Guest, isOnline, isTemplate, nameOf } from "./Cluster.ts"
import type { Call } from "./Route.ts"

const mebibyte = 1_048_576

const number = (value: Json | undefined, otherwise: number): number => {
  const parsed = Number(String(value ?? otherwise).replace(/^current=/, ""))
  return Number.isFinite(parsed) ? parsed : otherwise
}

/** Bytes of the first bootable disk; 0 where none has a size. */
const bootDisk = (guest: Guest): number => {
  const boot = String(guest.config["boot"] ?? "").replace(/^order=/, "")
  const keys = guest.type === "lxc" ? ["rootfs"] : boot.split(";")
  for (const key of keys) {
    const size = /(?:^|,)size=([^,]+)/.exec(String(guest.config[key] ?? ""))?.[1]
    if (size !== undefined && !key.startsWith("ide")) return Option.getOrElse(Size.parse(size), () => 0) * mebibyte
  }
  return 0
}

export const digestOf = (guest: Guest): string =>
  createHash("sha1")
    .update(canonical([guest.config, guest.snapshots]))
    .digest("hex")

const uptime = (guest: Guest, now: number): number =>
  guest.status === "stopped" ? 0 : Math.floor((now - guest.startedAt) / 1000)

const figures = (guest: Guest, call: Call) => {
  const runs = guest.status !== "stopped"
  const host = call.cluster.nodes.find(({ name }) => name === guest.node)?.cpus ?? 1
  const cores = number(guest.config["cores"] ?? guest.config["cpulimit"], guest.type === "lxc" ? host : 1)
  const memory = number(guest.config["memory"], 512) * mebibyte
  const moving = (limit: number): number => (runs ? Math.floor(call.random.next() * limit) : 0)
  return {
    cpus: Math.min(
      host,
      guest.type === "lxc" ? cores : number(guest.config["vcpus"], cores * number(guest.config["sockets"], 1))
    ),
    cpu: runs ? call.random.next() : 0,
    maxmem: memory,
    mem: moving(memory),
    maxdisk: bootDisk(guest),
    disk: guest.type === "lxc" ? moving(bootDisk(guest)) : 0,
    netin: moving(2 ** 40),
    netout: moving(2 ** 40),
    diskread: moving(2 ** 40),
    diskwrite: moving(2 ** 40),
    uptime: uptime(guest, call.now)
  }
}

const labels = (guest: Guest): JsonObject => ({
  ...(guest.lock === undefined ? {} : { lock: guest.lock }),
  ...(guest.config["tags"] === undefined ? {} : { tags: guest.config["tags"] })
})

/** A row of `/cluster/resources`. Of a guest whose node is gone little more than its number is known. */
export const resource = (guest: Guest, call: Call): JsonObject => {
  const identity: JsonObject = {
    id: `${guest.type}/${guest.vmid}`,
    type: guest.type,
    vmid: guest.vmid,
    node: guest.node,
    ...(guest.pool === undefined ? {} : { pool: guest.pool }),
    ...labels(guest)
  }
  if (!isOnline(call.cluster, guest.node)) return { ...identity, status: "unknown" }
  const { cpus, ...moving } = figures(guest, call)
  return {
    ...identity,
    ...moving,
    status: guest.status,
    name: nameOf(guest),
    template: isTemplate(guest) ? 1 : 0,
    maxcpu: cpus,
    ...(call.cluster.version.major >= 9 ? { memhost: guest.type === "lxc" ? 0 : moving.mem } : {})
  }
}

/** A row of `/nodes/{node}/qemu` or `lxc`, which is also the core of `status/current`. */
export const listed = (guest: Guest, call: Call): JsonObject => ({
  vmid: guest.vmid,
  name: nameOf(guest),
  // The list knows QEMU's processes only: a paused VM is running.
  status: guest.status === "stopped" ? "stopped" : "running",
  ...figures(guest, call),
  ...(guest.type === "lxc" && guest.config["cores"] === undefined && guest.config["cpulimit"] !== undefined
    ? { cpus: String(guest.config["cpulimit"]) }
    : {}),
  // Numbers for VMs, text for containers.
  ...(call.cluster.version.major >= 9 ? { pressurecpusome: guest.type === "lxc" ? "0.00" : 0 } : {}),
  ...(guest.status === "stopped" ? {} : { pid: 1000 + guest.vmid }),
  ...(isTemplate(guest) ? { template: 1 } : {}),
  ...(guest.type === "lxc" ? { type: "lxc", swap: 0, maxswap: 512 * mebibyte } : {}),
  ...labels(guest)
})

/** The guests that the caller may see. */
export const visible = (call: Call, keep: (guest: Guest) => boolean = () => true): ReadonlyArray<Guest> =>
  [...call.cluster.guests.values()].filter((guest) => keep(guest) && call.allowed("VM.Audit", `/vms/${guest.vmid}`))

export const findOn = (cluster: Cluster, type: string, node: string, vmid: string): Guest | undefined => {
  const guest = cluster.guests.get(Number(vmid))
  return guest?.type === type && guest.node === node ? guest : undefined
}
