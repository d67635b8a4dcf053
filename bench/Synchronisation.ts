import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import * as JournalSqlite from "../src/journal/JournalSqlite.ts"
import { Reconciler } from "../src/services/Reconciler.ts"
import { engine, type EngineOptions } from "../test/support/Engine.ts"
import * as BareClient from "./BareClient.ts"
import { prepare, reread, rewrite } from "./Floor.ts"
import { atLeast, atMost, type Goal } from "./Goals.ts"
import { type Measure, timed } from "./Measures.ts"
import * as Recorder from "./Recorder.ts"
import { removeMade } from "./Removal.ts"
import * as Simulators from "./Simulators.ts"
import { Unmeasurable } from "./Unmeasurable.ts"

export interface NetBoxUnderTest extends BareClient.Address {
  /** A command of the shell that empties NetBox; without one, what was made is deleted over its API, which takes long. */
  readonly reset: string | undefined
}

const isRead = ({ method }: Recorder.Exchange) => method === "GET"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "proxledger-bench-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

const refuseUnlessEmpty = Effect.fnUntraced(function* (send: BareClient.Send, base: string) {
  const path = `${base}/api/virtualization/virtual-machines/?limit=1`
  const { count } = JSON.parse(yield* send("GET", path)) as { readonly count: number }
  if (count > 0) return yield* new Unmeasurable({ detail: `NetBox holds ${count} virtual machines. Give an empty one` })
})

/** From the first request to the end of the last answer, in milliseconds. */
const spanOf = (exchanges: ReadonlyArray<Recorder.Exchange>): number => {
  const first = Math.min(...exchanges.map(({ at }) => at))
  return Math.max(...exchanges.map(({ at, took }) => at + took)) - first
}

/** Readings of everything, of which the median is told. */
const rounds = 5

const median = (values: ReadonlyArray<number>): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

/** What passed the recorder while the effect ran, and how long it took. */
const recorded = <A, E, R>(recorder: Recorder.Recorder, effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const before = recorder.exchanges().length
    const { took, value } = yield* timed(effect)
    const exchanges = recorder.exchanges().slice(before)
    const reads = exchanges.filter(isRead)
    const writes = exchanges.filter((exchange) => !isRead(exchange))
    const inFlight = exchanges.reduce((sum, exchange) => sum + exchange.took, 0) / took
    return { took, inFlight, value, reads, writes, requests: exchanges.length, mutating: writes.length }
  })

const planning = (full: boolean) => {
  const options = { trigger: "sync", approveRemovals: false, full } as const
  return Effect.flatMap(Reconciler, (reconciler) => reconciler.plan(options))
}

const apply = (run: string) =>
  Effect.gen(function* () {
    const applied = yield* Effect.flatMap(Reconciler, (reconciler) => reconciler.apply(run))
    if (applied.outcome !== "succeeded")
      return yield* new Unmeasurable({ detail: `The run ended ${JSON.stringify(applied)}` })
    return applied
  })

const shell = (command: string) =>
  Effect.suspend(() => {
    const { status } = spawnSync(command, { shell: true, stdio: ["ignore", 2, 2] })
    return status === 0 ? Effect.void : new Unmeasurable({ detail: `The command that empties NetBox ended ${status}` })
  })

/** NetBox, empty whenever that is asked for, and warm: a small import that is deleted again goes through it first. */
const emptied = Effect.fnUntraced(function* (netbox: NetBoxUnderTest, recorder: Recorder.Recorder, path: string) {
  const address = { ...netbox, url: recorder.url }
  const send = yield* BareClient.make(address)
  let cleared = 0
  let warmUps = 0
  const clear = Effect.suspend(() => {
    const exchanges = recorder.exchanges().slice(cleared)
    cleared += exchanges.length
    return removeMade(send, exchanges)
  })
  const warmUp = Effect.gen(function* () {
    const { proxmox } = yield* Simulators.make({ guests: 10, nodes: 3 })
    const journal = JournalSqlite.layer({ file: join(path, `warm-up-${warmUps++}.sqlite`), secrets: [] })
    yield* Effect.provide(
      Effect.flatMap(planning(true), ({ run }) => apply(run)),
      engine({ proxmox, netbox: address, journal })
    )
    yield* clear
  }).pipe(Effect.scoped)
  yield* refuseUnlessEmpty(send, new URL(recorder.url).pathname.replace(/\/$/, ""))
  yield* Effect.addFinalizer(() => Effect.orDie(netbox.reset === undefined ? clear : shell(netbox.reset)))
  const empty = Effect.suspend(() => {
    if (netbox.reset === undefined) return clear
    cleared = recorder.exchanges().length
    return Effect.zipRight(shell(netbox.reset), warmUp)
  })
  yield* warmUp
  return { address, send, empty }
})

/**
 * First import, unchanged runs and a change of one in a hundred guests on a real NetBox, beside their floor: the very
 * requests that the engine sent, recorded by a proxy, sent once more from a list by a client that does nothing else, at the
 * same concurrency and through the same proxy. Reads are sent again at once. For the writes NetBox is emptied first, and ids
 * and entity tags are replaced by those of the new answers as these come in. At the end NetBox is left as empty as it was.
 */
export const measureSynchronisation = Effect.fnUntraced(function* (netbox: NetBoxUnderTest, guests: number) {
  const hundredth = Math.max(1, Math.round(guests / 100))
  const path = yield* folder
  const recorder = yield* Recorder.make(netbox.url)
  yield* Effect.logInfo("warming NetBox up")
  const { address, empty, send } = yield* emptied(netbox, recorder, path)

  yield* Effect.logInfo(`importing ${guests} guests`)
  const simulators = yield* Simulators.make({ guests, nodes: 6 })
  const options: EngineOptions = {
    proxmox: simulators.proxmox,
    netbox: address,
    journal: JournalSqlite.layer({ file: join(path, "journal.sqlite"), secrets: [] }),
    // Whether everything is read is asked for below, run by run.
    fullEvery: 1000
  }
  const measured = yield* Effect.gen(function* () {
    const planned = yield* timed(planning(true))
    const { operations, run } = planned.value
    const applied = yield* recorded(recorder, apply(run))
    yield* Effect.logInfo("unchanged, and one in a hundred changed")
    const unchanged = yield* recorded(recorder, planning(true))
    const reads = [spanOf(unchanged.reads)]
    const rereads = [spanOf((yield* recorded(recorder, reread(send, unchanged.reads))).reads)]
    // In turns, since NetBox takes now longer, now less long for the same.
    for (let round = 1; round < rounds; round++) {
      reads.push(spanOf((yield* recorded(recorder, planning(true))).reads))
      rereads.push(spanOf((yield* recorded(recorder, reread(send, unchanged.reads))).reads))
    }
    yield* simulators.count
    const delta = yield* recorded(recorder, planning(false))
    const asked = yield* simulators.count
    yield* simulators.change(hundredth, "3072")
    const changed = yield* recorded(
      recorder,
      Effect.tap(planning(false), (next) => apply(next.run))
    )
    return {
      planned,
      operations,
      applied,
      unchanged,
      read: median(reads),
      reread: median(rereads),
      delta,
      asked,
      changed
    }
  }).pipe(Effect.provide(engine(options)))

  yield* Effect.logInfo("the floor: emptying NetBox")
  const prepared = prepare(measured.applied.writes)
  for (const { answer, method, path, status } of measured.applied.writes) {
    if (status >= 500) yield* Effect.logWarning(`${method} ${path} was answered ${status}: ${answer.slice(0, 300)}`)
  }
  yield* empty
  yield* Effect.logInfo("the floor: the same requests once more")
  const floor = yield* recorded(recorder, rewrite(send, prepared))

  const { applied, asked, changed, delta, operations, planned, unchanged } = measured
  const measures: ReadonlyArray<Measure> = [
    { name: `first import of ${guests} guests: observing and planning`, engine: planned.took },
    {
      name: `first import of ${guests} guests: applying`,
      engine: applied.took,
      floor: floor.took,
      inFlight: applied.inFlight,
      floorInFlight: floor.inFlight,
      requests: applied.requests,
      mutating: applied.mutating,
      operations
    },
    {
      name: "unchanged, full read: whole run",
      engine: unchanged.took,
      requests: unchanged.requests,
      mutating: unchanged.mutating,
      operations: unchanged.value.operations
    },
    { name: "unchanged, full read: reading NetBox", engine: measured.read, floor: measured.reread },
    {
      name: "unchanged, delta read: whole run",
      engine: delta.took,
      requests: delta.requests,
      mutating: delta.mutating,
      operations: delta.value.operations
    },
    {
      name: `${hundredth} of ${guests} guests changed: planning and applying`,
      engine: changed.took,
      requests: changed.requests,
      mutating: changed.mutating,
      operations: changed.value.operations
    }
  ]
  const real = `NetBox, ${guests} guests`
  const goals: ReadonlyArray<Goal> = [
    atMost(`${real}, first import: engine / floor`, 1.15, applied.took / floor.took, "×"),
    atLeast(`${real}, first import: operations in a request`, 60, operations / applied.mutating),
    atMost(`${real}, unchanged, full read: NetBox read / the same pages`, 1.5, measured.read / measured.reread, "×"),
    atMost(`${real}, unchanged, full read: writes`, 0, unchanged.mutating),
    atMost(`${real}, unchanged, full read: requests`, 80, unchanged.requests),
    atMost(`${real}, unchanged, delta read: requests to NetBox`, 10, delta.requests),
    atMost(`${real}, unchanged, delta read: requests to Proxmox`, 12, asked.proxmox),
    atMost(`${real}, ${hundredth} changed: requests to NetBox`, 25, changed.requests)
  ]
  return { measures, goals }
})
