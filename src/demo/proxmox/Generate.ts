import * as Allocation from "./Allocation.ts"
import type { JsonObject } from "../../domain/Json.ts"
import type { AgentMode, Cluster, Guest, Interface, Version } from "./Cluster.ts"
import { generateLxc, generateQemu, guestName } from "./GenerateGuest.ts"
import { generateNode } from "./GenerateNode.ts"
import * as Random from "./Random.ts"

export interface ClusterOptions {
  readonly name: string
  /** How many (`pve1`, `pve2`, …), or their names. */
  readonly nodes: number | ReadonlyArray<string>
  readonly guests: number
  readonly seed: number
  /** 9.1.4 unless set; 8.4 is known too. */
  readonly version?: string
  /** A host of its own, without cluster; the first node only. */
  readonly standalone?: boolean
  /**
   * Fraction of guests with an unusual but legal trait: the name of another guest, exactly or but for its case, tags in
   * capitals or joined in an old way, `current=` in front of the memory. 0.02 unless set.
   */
  readonly oddities?: number
  /** Every guest runs, tells its addresses, and has two NICs with one address each and two disks: to measure by. */
  readonly typical?: boolean
  /** 0 to 15: clusters with different blocks share no address, MAC or UUID. */
  readonly block?: number
}

const parseVersion = (text: string): Version => {
  const [major = 9, minor = 1] = text.split(".").map(Number)
  return { text, major, minor }
}

const tebibyte = 1024 ** 4

const collidingName = (random: Random.Random, others: ReadonlyArray<string>): string | undefined => {
  const other = others[random.int(0, others.length - 1)]
  return random.chance(0.5) ? other : other?.toUpperCase()
}

export interface GuestTraits {
  /** The next free one unless given. */
  readonly vmid?: number
  readonly type?: Guest["type"]
  readonly node?: string
  readonly name?: string
  readonly status?: Guest["status"]
  readonly agent?: AgentMode
  readonly pool?: string
  /** The whole file, in place of a generated one. */
  readonly config?: JsonObject
  /** What the guest itself sees, in place of what goes with a generated file. */
  readonly interfaces?: ReadonlyArray<Interface>
}

/** A guest made by hand runs, with an agent that answers, belongs to no pool and is not locked. */
const shape = (guest: Guest, config: JsonObject): void => {
  guest.config = { ...config }
  guest.status = "running"
  guest.agent = "answering"
  guest.interfaces = []
  delete guest.pool
  delete guest.lock
}

export interface Generated {
  readonly cluster: Cluster
  /** Adds one more guest, of the given traits and otherwise as the seed will have it. */
  readonly grow: (traits: GuestTraits) => Guest
}

/** The same options make the same cluster, whatever the time (`now` in milliseconds since 1970). */
export const generate = (options: ClusterOptions, now: number): Generated => {
  const block = options.block ?? 0
  const random = Random.make(options.seed * 16 + block)
  const allocation = Allocation.make(block)
  const oddity = options.oddities ?? 0.02
  const given =
    typeof options.nodes === "number"
      ? Array.from({ length: options.nodes }, (_, index) => `pve${index + 1}`)
      : options.nodes
  const nodes = options.standalone === true ? given.slice(0, 1) : given
  const cluster = emptyCluster(options, nodes)
  const guestNames: Array<string> = []
  let nextVmid = 100
  const grow: Generated["grow"] = (traits) => {
    const vmid = traits.vmid ?? nextVmid
    nextVmid = Math.max(nextVmid, vmid + 1)
    const colliding = random.chance(oddity) ? collidingName(random, guestNames) : undefined
    const name = traits.name ?? colliding ?? guestName(random, vmid)
    guestNames.push(name)
    const node = traits.node ?? nodes[vmid % nodes.length] ?? ""
    const plan = { vmid, name, node, oddity, typical: options.typical ?? false, now }
    const type = random.chance(0.7) ? "qemu" : "lxc"
    const generateGuest = (traits.type ?? type) === "qemu" ? generateQemu : generateLxc
    const guest = generateGuest(random, allocation, plan)
    if (random.chance(0.3)) guest.pool = random.pick(["production", "staging"])
    if (random.chance(0.01)) guest.lock = "backup"
    if (traits.config !== undefined) shape(guest, traits.config)
    if (traits.interfaces !== undefined) guest.interfaces = traits.interfaces
    if (traits.status !== undefined) guest.status = traits.status
    if (traits.agent !== undefined) guest.agent = traits.agent
    if (traits.pool !== undefined) guest.pool = traits.pool
    cluster.guests.set(vmid, guest)
    return guest
  }
  for (let index = 0; index < options.guests; index++) grow({})
  return { cluster, grow }
}

const emptyCluster = (options: ClusterOptions, nodes: ReadonlyArray<string>): Cluster => ({
  name: options.name,
  standalone: options.standalone ?? false,
  version: parseVersion(options.version ?? "9.1.4"),
  nodes: nodes.map((name, index) => generateNode(name, index, options.block ?? 0)),
  guests: new Map(),
  pools: new Map([
    ["production", "what customers see"],
    ["staging", ""]
  ]),
  storages: [
    { storage: "local", type: "dir", content: "iso,vztmpl,backup", shared: false, size: 0.1 * tebibyte },
    { storage: "local-lvm", type: "lvmthin", content: "images,rootdir", shared: false, size: 2 * tebibyte },
    { storage: "ceph", type: "rbd", content: "images,rootdir", shared: true, size: 40 * tebibyte },
    { storage: "nfs", type: "nfs", content: "images,backup", shared: true, size: 20 * tebibyte }
  ],
  vnets: [{ vnet: "prodnet", type: "vnet", zone: "z1", tag: 200, alias: "Production network" }],
  options: {
    keyboard: "en-us",
    "tag-style": { "color-map": "prod:ff0000;web:00aa00:ffffff;k8s:326ce5", shape: "full" }
  },
  tasks: []
})
