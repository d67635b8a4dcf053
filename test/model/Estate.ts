import { Effect } from "effect"
import type { SimulatedProxmox } from "../../src/demo/SimulatedProxmox.ts"
import { configOf, type Guest, keysOf, type Nic } from "./Guest.ts"

/** Something that happens in Proxmox. `who` counts the living guests, or those deleted, modulo their number. */
export type Happening =
  | {
      readonly do: "create"
      readonly lxc: boolean
      readonly node: number
      readonly name: number
      readonly nics: number
    }
  | { readonly do: "clone"; readonly who: number; readonly sameName: boolean }
  | { readonly do: "rename"; readonly who: number; readonly name: number }
  | { readonly do: "move"; readonly who: number; readonly node: number }
  | { readonly do: "delete" | "power" | "restore"; readonly who: number }
  | { readonly do: "reuse"; readonly who: number; readonly lxc: boolean }
  | { readonly do: "addNic" | "removeNic" | "changeMac" | "readdress" | "swapAddress"; readonly who: number }
  | { readonly do: "vlan"; readonly who: number; readonly tag: number | null }
  | { readonly do: "addDisk" | "growDisk" | "removeDisk"; readonly who: number }
  | { readonly do: "resize"; readonly who: number; readonly memory: number; readonly cores: number }
  | { readonly do: "tags"; readonly who: number; readonly tags: ReadonlyArray<string> }
  | { readonly do: "agent"; readonly who: number; readonly mode: "answering" | "silent" | "absent" }
  | { readonly do: "node"; readonly node: number; readonly online: boolean }

export const nodes = ["pve1", "pve2", "pve3"] as const

export const nodeAt = (index: number): string => nodes[index % nodes.length] ?? nodes[0]

/** Few, so that guests come to have the same name, or the same but for its case. */
const names = ["web", "Web", "db", "mail", "web-2"]

const nameAt = (index: number): string => names[index % names.length] ?? "web"

const hex = (value: number, length: number) => value.toString(16).toUpperCase().padStart(length, "0")

/** The estate as the test believes it to be; every happening is done to it and to the simulated cluster alike. */
export const make = (proxmox: SimulatedProxmox) => {
  const living = new Map<number, Guest>()
  const deleted: Array<Guest> = []
  const offline = new Set<string>()
  /** How many guests ever had a name, without case. */
  const named = new Map<string, Set<string>>()
  let next = 0
  let nextVmid = 100

  const fresh = () => (next += 1)
  const newMac = () => `BC:24:11:00:${hex(Math.floor(next / 256), 2)}:${hex(fresh() % 256, 2)}`
  const newAddress = () => `10.1.${Math.floor(next / 250)}.${(fresh() % 250) + 1}`
  const newUuid = () => `00000000-0000-4000-8000-${hex(fresh(), 12).toLowerCase()}`
  const newNic = (slot: number): Nic => ({ slot, mac: newMac(), tag: null, address: newAddress() })
  const remember = ({ name, uuid }: Guest) => {
    const key = name.toLowerCase()
    named.set(key, new Set([...(named.get(key) ?? []), uuid]))
  }
  const freeSlot = (taken: ReadonlyArray<{ readonly slot: number }>) =>
    [0, 1, 2, 3, 4, 5].find((slot) => taken.every((one) => one.slot !== slot))

  /** Makes the simulated guest what the believed one is. */
  const show = Effect.fnUntraced(function* (guest: Guest) {
    const real = proxmox.cluster.guests.get(guest.vmid)
    if (real === undefined) return yield* Effect.dieMessage(`the cluster has no guest ${guest.vmid}`)
    const wanted = configOf(guest)
    const gone = Object.keys(real.config).filter((key) => !Object.hasOwn(wanted, key))
    yield* proxmox.updateGuest(guest.vmid, { ...Object.fromEntries(gone.map((key) => [key, null])), ...wanted })
    real.interfaces = [
      { name: "lo", mac: "00:00:00:00:00:00", addresses: [{ address: "127.0.0.1", prefix: 8 }] },
      ...guest.nics.map((nic) => ({
        name: `eth${nic.slot}`,
        mac: nic.mac.toLowerCase(),
        addresses: [{ address: nic.address, prefix: 24 }]
      }))
    ]
    if (real.node !== guest.node) yield* proxmox.migrate(guest.vmid, guest.node)
    if ((real.status === "running") !== guest.running)
      yield* guest.running ? proxmox.start(guest.vmid) : proxmox.stop(guest.vmid)
    remember(guest)
  })

  const appear = Effect.fnUntraced(function* (guest: Guest) {
    yield* proxmox.addGuest({ vmid: guest.vmid, type: guest.type, node: guest.node, name: guest.name })
    yield* proxmox.setAgent(guest.vmid, "answering")
    const real = proxmox.cluster.guests.get(guest.vmid)
    if (real !== undefined) delete real.pool
    living.set(guest.vmid, guest)
    nextVmid = Math.max(nextVmid, guest.vmid + 1)
    yield* show(guest)
  })

  const newGuest = (traits: Pick<Guest, "vmid" | "type" | "node" | "name">, nics: number): Guest => ({
    ...traits,
    uuid: newUuid(),
    running: true,
    memory: 1024,
    cores: 1,
    tags: [],
    nics: Array.from({ length: nics }, (_, slot) => newNic(slot)),
    disks: [{ slot: 0, size: 8 }],
    seenAs: undefined,
    isRecarded: false
  })

  const pick = <A>(items: ReadonlyArray<A>, index: number): A | undefined => items[index % Math.max(1, items.length)]

  const change = (who: number, how: (guest: Guest) => Effect.Effect<void> | void): Effect.Effect<void> =>
    Effect.gen(function* () {
      const guest = pick([...living.values()], who)
      if (guest === undefined || offline.has(guest.node)) return
      const more = how(guest)
      if (living.has(guest.vmid)) yield* show(guest)
      if (Effect.isEffect(more)) yield* more
    })

  const withNic = (guest: Guest, how: (nic: Nic) => Nic) => {
    const nic = guest.nics.at(-1)
    if (nic !== undefined) guest.nics = [...guest.nics.slice(0, -1), how(nic)]
  }

  const happen = (what: Happening): Effect.Effect<void> => {
    switch (what.do) {
      case "create": {
        if (living.size >= 5) return Effect.void
        const node = nodeAt(what.node)
        if (offline.has(node)) return Effect.void
        const type = what.lxc ? "lxc" : "qemu"
        return appear(newGuest({ vmid: nextVmid, type, node, name: nameAt(what.name) }, (what.nics % 3) + 1))
      }
      case "clone": {
        const of = pick([...living.values()], what.who)
        if (of === undefined || living.size >= 5 || offline.has(of.node)) return Effect.void
        const clone = newGuest(
          { ...of, vmid: nextVmid, name: what.sameName ? of.name : `${of.name}-copy` },
          of.nics.length
        )
        return appear({ ...clone, memory: of.memory, cores: of.cores, tags: of.tags, disks: of.disks })
      }
      case "delete":
        return change(what.who, (guest) => {
          living.delete(guest.vmid)
          deleted.push(guest)
          return proxmox.removeGuest(guest.vmid)
        })
      case "restore": {
        const guest = pick(deleted, what.who)
        if (guest === undefined || living.has(guest.vmid) || offline.has(guest.node)) return Effect.void
        deleted.splice(deleted.indexOf(guest), 1)
        return appear({ ...guest })
      }
      case "reuse": {
        const former = pick(deleted, what.who)
        if (former === undefined || living.has(former.vmid) || offline.has(former.node)) return Effect.void
        const { node, vmid } = former
        return appear(newGuest({ vmid, node, type: what.lxc ? "lxc" : "qemu", name: `new-${fresh()}` }, 1))
      }
      case "rename":
        return change(what.who, (guest) => {
          if (guest.type === "qemu" || !guest.isRecarded) guest.name = nameAt(what.name)
        })
      case "move":
        return change(what.who, (guest) => {
          if (!offline.has(nodeAt(what.node))) guest.node = nodeAt(what.node)
        })
      case "power":
        return change(what.who, (guest) => void (guest.running = !guest.running))
      case "addNic":
        return change(what.who, (guest) => {
          const slot = freeSlot(guest.nics)
          if (slot !== undefined) guest.nics = [...guest.nics, newNic(slot)]
        })
      case "removeNic":
        return change(what.who, (guest) => {
          if (guest.nics.length > 1) guest.nics = guest.nics.slice(0, -1)
        })
      case "changeMac":
        // A container whose name and only MAC address change at once is another one, as far as anybody can tell.
        return change(what.who, (guest) => {
          const isOnly = guest.nics.length === 1
          if (isOnly && guest.type === "lxc" && guest.seenAs !== guest.name) return
          if (isOnly) guest.isRecarded = true
          withNic(guest, (nic) => ({ ...nic, mac: newMac() }))
        })
      case "readdress":
        return change(what.who, (guest) => withNic(guest, (nic) => ({ ...nic, address: newAddress() })))
      case "swapAddress": {
        const [one, two] = [...living.values()].filter(({ nics, node }) => nics.length > 0 && !offline.has(node))
        const [first, second] = [one?.nics.at(-1), two?.nics.at(-1)]
        if (one === undefined || two === undefined || first === undefined || second === undefined) return Effect.void
        withNic(one, (nic) => ({ ...nic, address: second.address }))
        withNic(two, (nic) => ({ ...nic, address: first.address }))
        return Effect.zipRight(show(one), show(two))
      }
      case "vlan":
        return change(what.who, (guest) => withNic(guest, (nic) => ({ ...nic, tag: what.tag })))
      case "addDisk":
        return change(what.who, (guest) => {
          const slot = freeSlot(guest.disks)
          if (slot !== undefined) guest.disks = [...guest.disks, { slot, size: 16 }]
        })
      case "growDisk":
        return change(what.who, (guest) => {
          guest.disks = guest.disks.map((disk, index) => (index === 0 ? { ...disk, size: disk.size + 8 } : disk))
        })
      case "removeDisk":
        return change(what.who, (guest) => {
          if (guest.disks.length > 1) guest.disks = guest.disks.slice(0, -1)
        })
      case "resize":
        return change(what.who, (guest) => void Object.assign(guest, { memory: what.memory, cores: what.cores }))
      case "tags":
        return change(what.who, (guest) => void (guest.tags = what.tags))
      case "agent":
        return change(what.who, (guest) => proxmox.setAgent(guest.vmid, what.mode))
      case "node": {
        // One of three at most, so that the cluster keeps its quorum.
        const node = nodeAt((what.node % 2) + 1)
        if (!what.online && offline.size > 0) return Effect.void
        if (what.online) offline.delete(node)
        else offline.add(node)
        return proxmox.setNodeOnline(node, what.online)
      }
    }
  }

  return {
    living,
    named,
    happen,
    /** Whether a guest has what an object's key names: a card, one of its addresses, a disk. */
    has: (key: string): boolean => {
      const [, vmid, part = "", last] = key.split("/")
      const guest = living.get(Number(vmid))
      if (guest === undefined) return false
      const card = guest.nics.find(({ slot }) => part === `net${slot}`)
      if (card !== undefined) return last === undefined || last === card.mac || last === card.address
      return guest.disks.some((disk) => keysOf(guest).disk(disk) === part)
    },
    /** What a synchronisation without mishap has seen. */
    seen: () => {
      for (const guest of living.values())
        if (!offline.has(guest.node)) Object.assign(guest, { seenAs: guest.name, isRecarded: false })
    },
    /** All nodes up, all agents answering. */
    calm: Effect.gen(function* () {
      for (const node of offline) yield* proxmox.setNodeOnline(node, true)
      offline.clear()
      for (const vmid of living.keys()) yield* proxmox.setAgent(vmid, "answering")
    })
  }
}

export type Estate = ReturnType<typeof make>
