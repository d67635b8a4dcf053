import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import * as SimulatedProxmox from "../src/demo/SimulatedProxmox.ts"
import * as JournalSqlite from "../src/journal/JournalSqlite.ts"
import { Reconciler } from "../src/services/Reconciler.ts"
import { engine } from "../test/support/Engine.ts"
import * as BareClient from "./BareClient.ts"
import { prepare, reread, rewrite } from "./Floor.ts"
import { type Measure, timed } from "./Measures.ts"
import * as Recorder from "./Recorder.ts"
import { removeMade } from "./Removal.ts"
import { Unmeasurable } from "./Unmeasurable.ts"

const isRead = ({ method }: Recorder.Exchange) => method === "GET"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "proxledger-bench-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

const cluster = (count: number) =>
  SimulatedProxmox.make({ name: "bench", nodes: 3, guests: count, seed: 7, agentTimeout: "20 millis" })

const refuseUnlessEmpty = Effect.fnUntraced(function* (send: BareClient.Send, base: string) {
  const path = `${base}/api/virtualization/virtual-machines/?limit=1`
  const { count } = JSON.parse(yield* send("GET", path)) as { readonly count: number }
  if (count > 0) return yield* new Unmeasurable({ detail: `NetBox holds ${count} virtual machines. Give an empty one` })
})

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

const plan = Effect.flatMap(Reconciler, (reconciler) => reconciler.plan({ trigger: "sync", approveRemovals: false }))

const apply = (run: string) =>
  Effect.gen(function* () {
    const applied = yield* Effect.flatMap(Reconciler, (reconciler) => reconciler.apply(run))
    if (applied.outcome !== "succeeded")
      return yield* new Unmeasurable({ detail: `The run ended ${JSON.stringify(applied)}` })
    return applied
  })

/**
 * First import, unchanged run and a change of one in a hundred guests on a real NetBox, each beside its floor: the very
 * requests that the engine sent, recorded by a proxy, sent once more from a list by a client that does nothing else, at the
 * same concurrency and through the same proxy. Reads are sent again at once. For the writes everything made is deleted
 * first, and ids and entity tags are replaced by those of the new answers as these come in. A small import that is deleted
 * again goes before, so that neither side meets a cold NetBox. At the end NetBox is left as empty as it was.
 */
export const measureSynchronisation = Effect.fnUntraced(function* (netbox: BareClient.Address, guests: number) {
  const hundredth = Math.max(1, Math.round(guests / 100))
  const recorder = yield* Recorder.make(netbox.url)
  const address = { ...netbox, url: recorder.url }
  const send = yield* BareClient.make(address)
  yield* refuseUnlessEmpty(send, new URL(recorder.url).pathname.replace(/\/$/, ""))
  let cleared = 0
  const clear = Effect.gen(function* () {
    const exchanges = recorder.exchanges().slice(cleared)
    cleared += exchanges.length
    yield* removeMade(send, exchanges)
  })
  yield* Effect.addFinalizer(() => Effect.orDie(clear))
  const path = yield* folder
  const engineFor = (proxmox: SimulatedProxmox.SimulatedProxmox, name: string) =>
    engine({ proxmox, netbox: address, journal: JournalSqlite.layer({ file: join(path, name), secrets: [] }) })

  yield* Effect.logInfo("warming NetBox up")
  const warmUp = yield* cluster(10)
  yield* Effect.provide(
    Effect.flatMap(plan, ({ run }) => apply(run)),
    engineFor(warmUp, "warm-up.sqlite")
  )
  yield* clear

  yield* Effect.logInfo(`importing ${guests} guests`)
  const proxmox = yield* cluster(guests)
  const measured = yield* Effect.gen(function* () {
    const planned = yield* timed(plan)
    const { operations, run } = planned.value
    const applied = yield* recorded(recorder, apply(run))
    const peakRss = process.resourceUsage().maxRSS / 1024
    yield* Effect.logInfo("unchanged, and one in a hundred changed")
    const unchanged = yield* recorded(recorder, plan)
    const unchangedFloor = yield* recorded(recorder, reread(send, unchanged.reads))
    for (const vmid of [...proxmox.cluster.guests.keys()].slice(-hundredth)) {
      yield* proxmox.updateGuest(vmid, { memory: "3072" })
    }
    const changed = yield* recorded(
      recorder,
      Effect.tap(plan, (next) => apply(next.run))
    )
    return { planned, operations, applied, peakRss, unchanged, unchangedFloor, changed }
  }).pipe(Effect.provide(engineFor(proxmox, "journal.sqlite")))

  yield* Effect.logInfo("the floor: deleting")
  yield* clear
  yield* Effect.logInfo("the floor: the same requests once more")
  const prepared = prepare(measured.applied.writes)
  const floor = yield* recorded(recorder, rewrite(send, prepared))

  const { applied, changed, operations, peakRss, planned, unchanged, unchangedFloor } = measured
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
      name: "unchanged run",
      engine: unchanged.took,
      floor: unchangedFloor.took,
      inFlight: unchanged.inFlight,
      floorInFlight: unchangedFloor.inFlight,
      requests: unchanged.requests,
      mutating: unchanged.mutating,
      operations: unchanged.value.operations
    },
    {
      name: `${hundredth} of ${guests} guests changed: planning and applying`,
      engine: changed.took,
      requests: changed.requests,
      mutating: changed.mutating,
      operations: changed.value.operations
    }
  ]
  return { measures, peakRss }
})
