import { Cause, Chunk, Context, Effect, ExecutionStrategy, Exit, FastCheck as fc, Layer, Scope } from "effect"
import { Fault } from "../../src/demo/proxmox/Faults.ts"
import * as SimulatedNetBox from "../../src/demo/SimulatedNetBox.ts"
import * as SimulatedProxmox from "../../src/demo/SimulatedProxmox.ts"
import { keyOf } from "../../src/domain/Ref.ts"
import type { Rule } from "../../src/domain/Rules.ts"
import { Journal } from "../../src/journal/Journal.ts"
import { layerMemory } from "../../src/journal/JournalSqlite.ts"
import { Projections } from "../../src/journal/Projections.ts"
import { bareNode } from "../support/bareNode.ts"
import { engine } from "../support/Engine.ts"
import { syncWith } from "../support/Sync.ts"
import * as Estate from "./Estate.ts"
import * as Operator from "./Operator.ts"
import { boundTo, differences } from "./Oracle.ts"
import * as Primaries from "./Primaries.ts"
import { tablesOf } from "./Tables.ts"

interface NetBoxMishap {
  readonly netbox: "cut" | "appliedThenCut" | 403 | 429 | 500 | 503
  /** Which of the requests by this method. */
  readonly nth: number
  readonly method: "GET" | "POST" | "PATCH" | "DELETE" | "any"
}

interface ProxmoxMishap {
  readonly proxmox: "cut" | "truncated" | "half" | 403 | 500 | 595
  readonly path: string
  readonly times: number
}

/** What goes wrong during one synchronisation: the engine dies at its nth append, or a request meets a fault. */
export type Mishap = { readonly crash: "before" | "after"; readonly append: number } | NetBoxMishap | ProxmoxMishap

/** One step of a history: something in Proxmox, something by hand in NetBox, or a synchronisation. */
export type Step = Estate.Happening | Operator.Deed | { readonly sync: ReadonlyArray<Mishap> }

const who = fc.nat(9)
const at = <const A extends string>(...names: ReadonlyArray<A>) => fc.constantFrom(...names)

const happening: fc.Arbitrary<Estate.Happening> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: at("create"),
      lxc: fc.boolean(),
      node: fc.nat(2),
      name: fc.nat(4),
      nics: fc.nat(2)
    })
  },
  fc.record({ do: at("clone"), who, sameName: fc.boolean() }),
  fc.record({ do: at("rename"), who, name: fc.nat(4) }),
  fc.record({ do: at("move"), who, node: fc.nat(2) }),
  { weight: 3, arbitrary: fc.record({ do: at("delete", "power", "restore"), who }) },
  { weight: 2, arbitrary: fc.record({ do: at("reuse"), who, lxc: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ do: at("addNic", "removeNic", "changeMac", "readdress", "swapAddress"), who }) },
  fc.record({ do: at("vlan"), who, tag: fc.constantFrom(null, 10, 20) }),
  { weight: 2, arbitrary: fc.record({ do: at("addDisk", "growDisk", "removeDisk"), who }) },
  fc.record({ do: at("resize"), who, memory: fc.constantFrom(512, 2048), cores: fc.constantFrom(1, 2, 4) }),
  fc.record({ do: at("tags"), who, tags: fc.subarray(["red", "blue", "Red"]) }),
  fc.record({ do: at("agent"), who, mode: at("answering", "silent", "absent") }),
  fc.record({ do: at("node"), node: fc.nat(1), online: fc.boolean() })
)

const deed: fc.Arbitrary<Operator.Deed> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      hand: at("name", "description", "comments", "planned", "role", "primary", "tag", "untag", "interface"),
      who
    })
  },
  fc.record({ hand: at("machine", "address", "recolour") }),
  fc.record({ hand: at("delete"), who, what: at("machine", "interface", "address", "disk", "mac") })
)

const paths = [
  "/config$",
  "^/cluster/resources",
  "^/cluster/status",
  "^/access/permissions",
  "^/nodes$",
  "^/cluster/options",
  "/agent/network-get-interfaces$",
  "/interfaces$",
  "^/version"
]

const mishap: fc.Arbitrary<Mishap> = fc.oneof(
  fc.record({ crash: at("before", "after"), append: fc.integer({ min: 1, max: 14 }) }),
  fc.record({
    netbox: fc.constantFrom<NetBoxMishap["netbox"]>("cut", "appliedThenCut", 403, 429, 500, 503),
    nth: fc.integer({ min: 1, max: 4 }),
    method: at("GET", "POST", "PATCH", "DELETE", "any")
  }),
  fc.record({
    proxmox: fc.constantFrom<ProxmoxMishap["proxmox"]>("cut", "truncated", "half", 403, 500, 595),
    path: fc.constantFrom(...paths),
    times: fc.constantFrom(1, 9)
  })
)

const sync: fc.Arbitrary<Step> = fc.record({ sync: fc.array(mishap, { maxLength: 2 }) })

export const history: fc.Arbitrary<ReadonlyArray<Step>> = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: happening as fc.Arbitrary<Step> },
      { weight: 2, arbitrary: deed as fc.Arbitrary<Step> },
      { weight: 2, arbitrary: sync }
    ),
    { minLength: 3, maxLength: 16, size: "max" }
  )
  .map((steps) => [{ do: "create", lxc: false, node: 0, name: 0, nics: 1 }, ...steps])

const rules: ReadonlyArray<Rule> = [
  { name: "machines", match: { type: "qemu" }, set: { role: "Server" } },
  { name: "containers", match: { type: "lxc" }, set: { role: "Container" } }
]

/** Runs until all is read again: most histories have runs that read what changed and runs that read all. */
const fullEvery = 3

class Crash extends Error {}

type Doom = Extract<Mishap, { readonly append: number }>

/** A journal in whose use the engine dies: what was appended is there when it is opened again, and nothing comes after. */
const crashing = (services: Context.Context<Journal | Projections>) => {
  const journal = Context.get(services, Journal)
  let doom: Doom | undefined
  let appends = 0
  const die = Effect.die(new Crash())
  const append: typeof journal.append = (...args) =>
    Effect.suspend(() => {
      appends += 1
      if (doom === undefined || appends < doom.append) return journal.append(...args)
      return appends === doom.append && doom.crash === "after" ? Effect.zipRight(journal.append(...args), die) : die
    })
  return {
    layer: Layer.succeedContext(Context.add(services, Journal, { ...journal, append })),
    /** From now on the engine is to die so, or not at all. */
    arm: (next: Doom | undefined) => {
      doom = next
      appends = 0
    }
  }
}

const isCrash = (cause: Cause.Cause<unknown>) =>
  Chunk.toReadonlyArray(Cause.defects(cause)).every((defect) => defect instanceof Crash)

/** Half of the rows: what a list looks like that was cut short and is whole all the same. */
const half = Fault.Rewritten({ rewrite: (data) => (Array.isArray(data) ? data.slice(0, data.length / 2) : data) })

const proxmoxFault = (kind: ProxmoxMishap["proxmox"]): Fault => {
  switch (kind) {
    case "cut":
      return Fault.Cut({ when: "within body" })
    case "truncated":
      return Fault.Truncated()
    case "half":
      return half
    default:
      return Fault.Status({ status: kind, reason: "out of order" })
  }
}

/** Carries out a history, synchronises until it is quiet, and tells what is not as it has to be. */
export const play = (steps: ReadonlyArray<Step>): Effect.Effect<ReadonlyArray<string>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const wrong: Array<string> = []
    const netbox = yield* SimulatedNetBox.make({})
    const proxmox = yield* SimulatedProxmox.make({
      name: "lab-cluster",
      nodes: [...Estate.nodes],
      guests: 0,
      seed: 3,
      oddities: 0,
      agentTimeout: "1 millis"
    })
    // What histories are about is guests: a card and a bridge are enough of a node.
    proxmox.cluster.nodes.forEach(bareNode)
    const estate = Estate.make(proxmox)
    const operator = Operator.make(netbox)
    yield* operator.begin
    const primaries = Primaries.make(netbox, estate)
    const services = yield* Layer.build(layerMemory).pipe(Effect.orDie)
    const served = new Map<number, string>()
    const journaled = crashing(services)
    const engines = yield* Scope.Scope
    const build = Effect.gen(function* () {
      const scope = yield* Scope.fork(engines, ExecutionStrategy.sequential)
      const layer = engine({
        netbox,
        proxmox,
        rules,
        journal: journaled.layer,
        settle: "60 millis",
        retryDelay: "1 millis",
        fullEvery
      })
      return { scope, context: yield* Layer.buildWithScope(layer, scope).pipe(Effect.orDie) }
    })
    let running = yield* build
    let everHalf = false

    const synchronise = (mishaps: ReadonlyArray<Mishap>, options: Parameters<typeof syncWith>[0]) =>
      Effect.gen(function* () {
        journaled.arm(mishaps.find((one) => "crash" in one))
        for (const one of mishaps) {
          if ("netbox" in one) {
            const fault =
              typeof one.netbox === "string"
                ? { type: one.netbox }
                : { type: "status" as const, status: one.netbox, ...(one.netbox === 429 ? { retryAfter: 0 } : {}) }
            const { method, nth } = one
            yield* netbox.addFault({ fault, nth, ...(method === "any" ? {} : { method }) })
          }
          if ("proxmox" in one) {
            const { path, proxmox: kind, times } = one
            yield* proxmox.addFault({ fault: proxmoxFault(kind), path: new RegExp(path), times })
          }
        }
        const exit = yield* Effect.exit(Effect.provide(syncWith(options), running.context))
        if (Exit.isFailure(exit)) {
          // Its process ends, and the next one knows what the journal holds.
          yield* Scope.close(running.scope, exit)
          running = yield* build
        }
        yield* netbox.clearFaults
        yield* proxmox.clearFaults
        if (Exit.isFailure(exit) && !isCrash(exit.cause)) wrong.push(`the engine died: ${Cause.pretty(exit.cause)}`)
        // A list that is whole and lacks rows says that they are gone.
        const isBelieved = mishaps.some((one) => "proxmox" in one && one.proxmox === "half")
        everHalf ||= isBelieved
        yield* operator.synchronised((uid) => everHalf || !estate.living.has(Number(uid.split("/")[1])))
        for (const { ref, verb } of Exit.isSuccess(exit) && !isBelieved ? exit.value.operations : [])
          if (verb === "delete" && estate.has(keyOf(ref))) wrong.push(`${ref} was deleted, and the guest has it`)
        if (Exit.isFailure(exit) || mishaps.length > 0) return exit
        const bound = yield* boundTo(netbox, estate)
        for (const [machine, uuid] of bound) {
          const before = served.get(machine)
          if (before !== undefined && before !== uuid)
            wrong.push(`machine ${machine} served ${before}, and now ${uuid}`)
          served.set(machine, uuid)
        }
        wrong.push(...(yield* primaries.synchronised(bound)))
        estate.seen()
        operator.seen()
        return exit
      })

    for (const step of steps) {
      if ("sync" in step) yield* synchronise(step.sync, { approveRemovals: false })
      else if ("hand" in step) yield* Effect.zipRight(operator.act(step), primaries.byHand)
      else {
        yield* estate.happen(step)
        primaries.happened()
      }
    }

    yield* estate.calm
    // What no list and no task tells of is found when all is read again.
    const whole = synchronise([], { approveRemovals: true, full: true })
    let last = yield* whole
    for (let left = 8; left > 0 && !(Exit.isSuccess(last) && last.value.mutating === 0); left--) last = yield* whole
    if (Exit.isFailure(last)) wrong.push(`the last run failed: ${Cause.pretty(last.cause)}`)
    else if (last.value.mutating > 0) wrong.push("it does not become quiet")
    wrong.push(...(yield* differences(netbox, estate, operator)))

    const journal = Context.get(services, Journal)
    const projections = Context.get(services, Projections)
    const live = yield* tablesOf(projections, netbox.url)
    yield* Effect.orDie(journal.verify)
    yield* Effect.orDie(projections.rebuild)
    const rebuilt = yield* tablesOf(projections, netbox.url)
    for (const [table, rows] of Object.entries(live))
      if (rows !== rebuilt[table]) wrong.push(`${table}, rebuilt from the journal, are not what they were`)
    return wrong
  }).pipe(Effect.withTracerEnabled(false))
