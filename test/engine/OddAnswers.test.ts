import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Fault, type FaultRule } from "../../src/demo/proxmox/Faults.ts"
import type { Guest } from "../../src/demo/proxmox/Cluster.ts"
import * as SimulatedNetBox from "../../src/demo/SimulatedNetBox.ts"
import * as SimulatedProxmox from "../../src/demo/SimulatedProxmox.ts"
import { isJsonObject, type Json } from "../../src/domain/Json.ts"
import { keyOf, type Ref } from "../../src/domain/Ref.ts"
import { engine } from "../support/Engine.ts"
import { anyValues, type JsonPath, placesIn, replacedAt } from "../support/JsonPaths.ts"
import { readingOf } from "../support/OddSites.ts"
import { losses } from "../support/Losses.ts"
import { read } from "../support/SimulatedRequests.ts"
import { failures, type Synced, syncWith } from "../support/Sync.ts"

/** One value in one place of what one guest is answered with. */
interface Odd {
  readonly vmid: number
  readonly answer: "qemu" | "lxc" | "row" | "interfaces" | "hostname" | "os"
  readonly path: JsonPath
  readonly value: Json
}

const told = ({ answer, path, value }: Odd): string =>
  `${answer} ${path.join(".")} = ${JSON.stringify(value).slice(0, 40)}`

/** Alike, so that any of them can have any place replaced: all keys that the engine reads, agents that answer. */
const estate = Effect.gen(function* () {
  const proxmox = yield* SimulatedProxmox.make({ name: "lab", nodes: 2, guests: 0, seed: 17, oddities: 0 })
  for (let index = 0; index < 30; index++) {
    const { config, interfaces, type, vmid } = yield* proxmox.addGuest({
      type: index < 18 ? "qemu" : "lxc",
      name: `guest-${index}`
    })
    const [own] = interfaces.find(({ name }) => !name.startsWith("lo") && !name.startsWith("Lo"))?.addresses ?? []
    const nic = (config["net0"] as string).replace(/bridge=[^,]+(,tag=\d+)?(,trunks=[^,]+)?/, "bridge=vmbr0,tag=10")
    yield* proxmox.updateGuest(vmid, {
      template: null,
      description: "what it is\n\nand more",
      onboot: 1,
      memory: "2048",
      cores: 2,
      tags: "prod;web",
      net0: nic,
      ...(type === "qemu"
        ? {
            agent: "1",
            vcpus: 2,
            ide2: "local-lvm:vm-1-cloudinit,media=cdrom,size=4M",
            ipconfig0: `ip=${own?.address}/${own?.prefix}`,
            scsi5: "local-lvm:vm-1-disk-5,size=8G"
          }
        : { cpulimit: "1", mp0: "local-lvm:vm-1-disk-5,mp=/srv,size=8G" })
    })
    yield* proxmox.start(vmid)
    yield* proxmox.setAgent(vmid, "answering")
  }
  return proxmox
})

const answersOf = ({ node, type, vmid }: Guest): ReadonlyArray<readonly [Odd["answer"], string]> => {
  const at = `/nodes/${node}/${type}/${vmid}`
  return type === "lxc"
    ? [
        ["lxc", `${at}/config`],
        ["interfaces", `${at}/interfaces`]
      ]
    : [
        ["qemu", `${at}/config`],
        ["interfaces", `${at}/agent/network-get-interfaces`],
        ["hostname", `${at}/agent/get-host-name`],
        ["os", `${at}/agent/get-osinfo`]
      ]
}

const rowOf = (rows: Json, vmid: number): number =>
  Array.isArray(rows) ? rows.findIndex((row: Json) => isJsonObject(row) && row["vmid"] === vmid) : -1

/** Each place of each answer with each value; of places that differ only by guest one is enough. */
const everything = Effect.fnUntraced(function* (proxmox: SimulatedProxmox.SimulatedProxmox) {
  const odds = new Map<string, { readonly vmids: Array<number>; readonly odd: Omit<Odd, "vmid" | "value"> }>()
  const list = yield* read(proxmox, "/cluster/resources?type=vm")
  for (const guest of proxmox.cluster.guests.values()) {
    const row = Array.isArray(list) ? (list[rowOf(list, guest.vmid)] ?? null) : null
    const texts: Array<readonly [Odd["answer"], Json]> = [["row", row]]
    for (const [answer, path] of answersOf(guest)) texts.push([answer, yield* read(proxmox, path)])
    for (const [answer, data] of texts) {
      for (const path of placesIn(data, 2)) {
        const key = `${guest.type} ${answer} ${path.join(".")}`
        const known = odds.get(key) ?? { vmids: [], odd: { answer, path } }
        known.vmids.push(guest.vmid)
        odds.set(key, known)
      }
    }
  }
  return [...odds.values()].flatMap(({ odd, vmids }) =>
    anyValues
      .filter((value, index) => readingOf(odd.answer, odd.path, value) !== "unread" || index % 7 === 0)
      // A node may be called so.
      .filter((value) => !(odd.answer === "row" && odd.path.join() === "node" && value === "x"))
      .map((value) => ({ vmids, odd: { ...odd, value } }))
  )
})

/** In each round every guest has one thing that is odd. */
const rounds = (all: Effect.Effect.Success<ReturnType<typeof everything>>): ReadonlyArray<ReadonlyArray<Odd>> => {
  const queues = new Map<number, Array<Odd>>()
  const length = (vmid: number) => queues.get(vmid)?.length ?? 0
  for (const { odd, vmids } of all) {
    const [vmid] = [...vmids].sort((a, b) => length(a) - length(b))
    if (vmid !== undefined) queues.set(vmid, [...(queues.get(vmid) ?? []), { ...odd, vmid }])
  }
  const count = Math.max(...[...queues.values()].map((queue) => queue.length))
  return Array.from({ length: count }, (_, at) => [...queues.values()].flatMap((queue) => queue[at] ?? []))
}

const rulesOf = (proxmox: SimulatedProxmox.SimulatedProxmox, odds: ReadonlyArray<Odd>): ReadonlyArray<FaultRule> => {
  const list = (rows: Json) =>
    odds.reduce((before, { answer, path, value, vmid }) => {
      // As they were: the rows of other guests do not move while some are replaced.
      const at = rowOf(rows, vmid)
      return answer === "row" ? replacedAt(before, [at, ...path], value) : before
    }, rows)
  return [
    { fault: Fault.Rewritten({ rewrite: list }), path: /^\/cluster\/resources$/ },
    ...odds.flatMap(({ answer, path, value, vmid }): ReadonlyArray<FaultRule> => {
      const guest = proxmox.cluster.guests.get(vmid)
      const asked = guest === undefined ? undefined : answersOf(guest).find(([name]) => name === answer)?.[1]
      return asked === undefined
        ? []
        : [{ fault: Fault.Rewritten({ rewrite: (data) => replacedAt(data, path, value) }), path: asked }]
    })
  ]
}

const guestOf = (ref: Ref) => {
  const vmid = /^lab\/(\d+)/.exec(keyOf(ref))?.[1]
  return vmid === undefined ? undefined : Number(vmid)
}

const judge = (odds: ReadonlyArray<Odd>, run: Synced): ReadonlyArray<string> => {
  const wrong: Array<string> = []
  const said = [
    ...run.warnings.map(({ detail, scope }) => `${scope} ${detail}`),
    ...run.gaps.map(({ scope, what, why }) => `${scope} ${what} ${why}`)
  ]
  const byGuest = new Map<number, Array<Synced["operations"][number]>>()
  for (const operation of run.operations) {
    const vmid = guestOf(operation.ref)
    if (vmid === undefined) {
      if (losses(operation).length > 0) wrong.push(`not of a guest: ${losses(operation).join()}`)
    } else byGuest.set(vmid, [...(byGuest.get(vmid) ?? []), operation])
  }
  for (const odd of odds) {
    const operations = byGuest.get(odd.vmid) ?? []
    byGuest.delete(odd.vmid)
    const reading = readingOf(odd.answer, odd.path, odd.value)
    if (reading === "proper") continue
    for (const { changes, ref, verb } of operations)
      wrong.push(`${told(odd)}: ${verb} ${ref} ${JSON.stringify(changes).slice(0, 200)}`)
    const key = odd.answer === "qemu" || odd.answer === "lxc" ? String(odd.path[0] ?? "config") : ""
    const isTold = said.some(
      (line) =>
        (line.includes(`guest/${odd.vmid} `) && line.includes(key)) ||
        (odd.answer === "row" &&
          ["", "vmid", "type", "node"].includes(odd.path.join()) &&
          line.startsWith("source guests"))
    )
    if (reading === "odd" && !isTold) wrong.push(`${told(odd)}: nobody is told`)
  }
  for (const operation of [...byGuest.values()].flat()) wrong.push(`another guest: ${operation.verb} ${operation.ref}`)
  return wrong
}

describe("odd answers of Proxmox", () => {
  it.scopedLive("whatever a guest is answered with costs at most its own field, is told, and never the run", () =>
    Effect.gen(function* () {
      const proxmox = yield* estate
      const netbox = yield* SimulatedNetBox.make({})
      const sync = syncWith({ approveRemovals: true })
      // Tags of odd names stay, as all tags do.
      const rowsPerKind = Effect.map(netbox.counts, ({ "extras.tag": _, ...others }) => others)
      yield* Effect.gen(function* () {
        const first = yield* sync
        assert.deepStrictEqual(yield* failures(first.run), [])
        assert.strictEqual((yield* sync).mutating, 0)
        const counts = yield* rowsPerKind
        const all = rounds(yield* everything(proxmox))
        const wrong: Array<string> = []
        for (const odds of all) {
          for (const rule of rulesOf(proxmox, odds)) yield* proxmox.addFault(rule)
          const run = yield* sync
          wrong.push(...judge(odds, run), ...(yield* failures(run.run)))
          yield* proxmox.clearFaults
          if (run.operations.length > 0) wrong.push(...(yield* failures((yield* sync).run)))
        }
        assert.deepStrictEqual([...new Set(wrong)], [])
        assert.strictEqual((yield* sync).mutating, 0)
        assert.deepStrictEqual(yield* rowsPerKind, counts)
      }).pipe(Effect.provide(engine({ netbox, proxmox, osInfo: true })))
    })
  )
})
