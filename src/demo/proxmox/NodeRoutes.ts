import { Effect } from "effect"
import type { Json } from "../../domain/Json.ts"
import { nodeRow } from "./ClusterRoutes.ts"
import { listed, visible } from "./GuestAnswers.ts"
import type { Call, Route } from "./Route.ts"

const nodeStatus = (call: Call): Json => {
  const { cpus, memory } = call.cluster.nodes.find(({ name }) => name === call.path("node")) ?? { cpus: 1, memory: 1 }
  const { text } = call.cluster.version
  const used = Math.floor(call.random.next() * memory)
  const disk = { total: 100 * 1024 ** 3, used: 40 * 1024 ** 3, avail: 60 * 1024 ** 3, free: 60 * 1024 ** 3 }
  return {
    uptime: Math.floor(call.now / 1000) % 10_000_000,
    loadavg: ["0.61", "0.55", "0.50"],
    kversion: "Linux 6.14.8-2-pve #1 SMP PREEMPT_DYNAMIC PMX",
    "current-kernel": {
      sysname: "Linux",
      release: "6.14.8-2-pve",
      version: "#1 SMP PREEMPT_DYNAMIC",
      machine: "x86_64"
    },
    "boot-info": { mode: "efi", secureboot: 0 },
    cpuinfo: {
      model: "AMD EPYC 9354 32-Core Processor",
      sockets: 1,
      cores: cpus / 2,
      cpus,
      mhz: "3250.000",
      hvm: "1",
      flags: "fpu vme svm",
      user_hz: 100
    },
    cpu: call.random.next(),
    wait: 0,
    memory: { total: memory, used, free: memory - used },
    swap: { total: 0, used: 0, free: 0 },
    ksm: { shared: 0 },
    rootfs: disk,
    pveversion: `pve-manager/${text}/2f1a3c7d9e0b4a56`
  }
}

const guestList = (type: "qemu" | "lxc"): Route => ({
  method: "GET",
  path: `/nodes/{node}/${type}`,
  parameters: ["full"],
  isProtected: true,
  answer: (call) =>
    Effect.succeed(
      visible(call, (guest) => guest.type === type && guest.node === call.path("node")).map((guest) =>
        listed(guest, call)
      )
    )
})

export const nodeRoutes: ReadonlyArray<Route> = [
  {
    method: "GET",
    path: "/nodes",
    answer: (call) => Effect.succeed(call.cluster.nodes.map((node) => nodeRow(node, call)))
  },
  {
    method: "GET",
    path: "/nodes/{node}/status",
    demands: ["Sys.Audit", "/nodes/{node}"],
    isProtected: true,
    answer: (call) => Effect.succeed(nodeStatus(call))
  },
  {
    method: "GET",
    path: "/nodes/{node}/network",
    parameters: ["type"],
    answer: (call) => {
      const rows = call.cluster.nodes.find(({ name }) => name === call.path("node"))?.network ?? []
      const isShown = (type: Json | undefined): boolean =>
        type !== "bridge" || call.allowed("SDN.Audit", "/sdn/zones/localnetwork")
      const wanted = call.parameters["type"]
      return Effect.succeed(rows.filter(({ type }) => isShown(type) && (wanted === undefined || wanted === type)))
    }
  },
  guestList("qemu"),
  guestList("lxc")
]
