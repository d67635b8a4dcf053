/**
 * The engine within a program: plan, look, apply, with a NetBox layer of the program's own around the one that ships, here one
 * that tells of every write. Run: `npx tsx examples/embed.ts`; both sides are simulated.
 */
import { Console, Effect, Layer, Redacted } from "effect"
import {
  Engine,
  EngineSettings,
  JournalSqlite,
  Metrics,
  NetBox,
  NetBoxLive,
  Projections,
  ProxmoxLive
} from "proxledger"
import { SimulatedNetBox, SimulatedProxmox } from "proxledger/simulators"

const telling = Layer.effect(
  NetBox,
  Effect.map(NetBox, (netbox) => ({
    ...netbox,
    create: (path: string, items: Parameters<typeof netbox.create>[1]) =>
      Effect.zipRight(Console.log(`POST  ${path} × ${items.length}`), netbox.create(path, items)),
    update: (...[path, items, options]: Parameters<typeof netbox.update>) =>
      Effect.zipRight(Console.log(`PATCH ${path} × ${items.length}`), netbox.update(path, items, options))
  }))
)

const program = Effect.gen(function* () {
  const { apply, plan } = yield* Engine.Reconciler
  const projections = yield* Projections

  const planned = yield* plan({ trigger: "sync", approveRemovals: false })
  const operations = yield* projections.operations(planned.run)
  yield* Console.log(`Plan ${planned.run}: ${planned.operations} operations, the first is`, operations[0]?.label)
  const applied = yield* apply(planned.run, planned.digest)
  yield* Console.log(`${applied.outcome}: ${applied.ok} done in ${applied.requests} requests`)

  const again = yield* plan({ trigger: "sync", approveRemovals: false })
  yield* Console.log(`Once more: ${again.operations} operations`)
})

const main = Effect.gen(function* () {
  const netbox = yield* SimulatedNetBox.make({})
  const proxmox = yield* SimulatedProxmox.make({ name: "lab", nodes: 2, guests: 10, seed: 1 })
  const clients = Layer.mergeAll(
    telling.pipe(
      Layer.provide(NetBoxLive.layer({ url: netbox.url, token: Redacted.make(netbox.token), tls: { verify: true } }))
    ),
    ProxmoxLive.layer([
      { name: "lab", urls: proxmox.urls, auth: { token: Redacted.make(proxmox.token) }, tls: { verify: true } }
    ])
  )
  const engine = Engine.layer.pipe(
    Layer.provideMerge(
      Layer.mergeAll(clients, JournalSqlite.layerMemory, EngineSettings.layer({ sources: [{ name: "lab" }] }))
    ),
    Layer.provide(Metrics.Default)
  )
  yield* Effect.provide(program, engine)
})

await Effect.runPromise(Effect.scoped(main))
