import { assert, it } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import { NetBoxRecord } from "../../src/domain/NetBoxRecord.ts"
import * as SimulatedNetBox from "../../src/demo/SimulatedNetBox.ts"
import * as SimulatedProxmox from "../../src/demo/SimulatedProxmox.ts"
import { Journal } from "../../src/journal/Journal.ts"
import { Projections } from "../../src/journal/Projections.ts"
import { Reconciler } from "../../src/services/Reconciler.ts"
import { RecordRefused, Records } from "../../src/services/Records.ts"
import * as RecordsLive from "../../src/services/RecordsLive.ts"
import * as CuttingProxy from "../support/CuttingProxy.ts"
import { engine, type EngineOptions } from "../support/Engine.ts"
import { events, of } from "../support/Sync.ts"

const records = (options: EngineOptions) => RecordsLive.layer.pipe(Layer.provideMerge(engine(options)))

const writes = ({ requests }: SimulatedNetBox.SimulatedNetBox) =>
  Effect.map(requests, (all) => all.filter(({ method }) => method !== "GET").length)

it.scopedLive("creates, finds, changes only what differs, and removes; every write is a run of the journal", () =>
  Effect.gen(function* () {
    const netbox = yield* SimulatedNetBox.make({})
    yield* Effect.gen(function* () {
      const client = yield* Records
      const made = yield* client.create("dcim/sites", { name: "Lab", slug: "lab", status: "active" })
      assert.strictEqual(made.get("slug"), "lab")

      const found = yield* client.first("/api/dcim/sites/", { slug: "lab" })
      assert.strictEqual(Option.getOrThrow(found).id, made.id)

      const before = yield* writes(netbox)
      const same = yield* client.save(made.set("status", "active").set("name", "Lab"))
      assert.isFalse(same.isDirty)
      assert.strictEqual(yield* writes(netbox), before)

      const renamed = yield* client.patch("dcim/sites", made.id, { name: "Lab 2", status: "active" })
      assert.strictEqual(renamed.get("name"), "Lab 2")
      yield* client.remove(renamed)
      assert.isTrue(Option.isNone(yield* client.get("dcim/sites", made.id)))

      const runs = yield* (yield* Projections).runs(10)
      assert.deepStrictEqual(
        runs.map(({ label, outcome }) => [label, outcome]),
        [
          ["remove", "succeeded"],
          ["patch", "succeeded"],
          ["create", "succeeded"]
        ]
      )
      const patch = of(yield* events(runs[1]?.run ?? ""), "OperationPlanned")
      assert.deepStrictEqual(
        patch.map(({ changes, verb }) => [verb, changes.map(({ field, from, to }) => [field, from, to])]),
        [["update", [["name", "Lab", "Lab 2"]]]]
      )
      yield* (yield* Journal).verify
    }).pipe(Effect.provide(records({ netbox })))
  })
)

it.scopedLive("refuses to write over an object that moved since it was read", () =>
  Effect.gen(function* () {
    const netbox = yield* SimulatedNetBox.make({})
    yield* Effect.gen(function* () {
      const client = yield* Records
      const old = yield* client.create("dcim/sites", { name: "Lab", slug: "lab", status: "active" })
      yield* client.patch("dcim/sites", old.id, { name: "Somebody else's" })
      const refused = yield* Effect.flip(client.save(old.set("status", "planned")))
      assert.instanceOf(refused, RecordRefused)
      const now = Option.getOrThrow(yield* client.get("dcim/sites", old.id))
      assert.strictEqual(now.get("name"), "Somebody else's")
      assert.deepStrictEqual(now.get("status"), { value: "active", label: "Active" })
    }).pipe(Effect.provide(records({ netbox })))
  })
)

it.scopedLive("ensures by any of several look-ups, and reconciles what differs", () =>
  Effect.gen(function* () {
    const netbox = yield* SimulatedNetBox.make({})
    yield* Effect.gen(function* () {
      const client = yield* Records
      const lookups = [{ slug: "blue" }, { name: "Blue" }]
      const body = { name: "Blue", slug: "blue", color: "0000ff" }
      assert.strictEqual((yield* client.ensure("extras/tags", lookups, body)).outcome, "created")
      assert.strictEqual(
        (yield* client.ensure("extras/tags", lookups, { ...body, color: "ff0000" })).outcome,
        "unchanged"
      )
      assert.strictEqual((yield* client.reconcile("extras/tags", lookups, body)).outcome, "unchanged")
      const red = yield* client.reconcile("extras/tags", lookups, { ...body, color: "ff0000" })
      assert.deepStrictEqual([red.outcome, red.record.get("color")], ["updated", "ff0000"])
      // What the look-ups miss, and NetBox has: its refusal stands, and names the cause.
      const refused = yield* Effect.flip(client.ensure("extras/tags", [{ slug: "other" }], body))
      assert.match(refused.message, /already exists/)
      const empty = yield* Effect.flip(client.ensure("extras/tags", [{}], body))
      assert.strictEqual(empty._tag, "RecordNotFound")
    }).pipe(Effect.provide(records({ netbox })))
  })
)

it.scopedLive("many at once are one plan, and one bad one costs itself alone", () =>
  Effect.gen(function* () {
    const netbox = yield* SimulatedNetBox.make({})
    yield* Effect.gen(function* () {
      const client = yield* Records
      const body = (n: number) => ({ name: `T${n}`, slug: `t-${n}`, color: "00ff00" })
      const made = yield* client.bulkCreate("extras/tags", [body(1), { ...body(2), slug: "not a slug" }, body(3)])
      assert.deepStrictEqual(
        made.map((one) => (one instanceof NetBoxRecord ? one.get("slug") : one._tag)),
        ["t-1", "RecordRefused", "t-3"]
      )
      const items = [1, 2, 3, 4].map((n) => ({
        lookups: [{ slug: `t-${n}` }],
        body: n === 3 ? { ...body(n), color: "0000ff" } : body(n)
      }))
      const outcomes = Effect.map(client.bulkReconcile("extras/tags", items), (all) =>
        all.map((one) => (one instanceof RecordRefused ? one._tag : one.outcome))
      )
      assert.deepStrictEqual(yield* outcomes, ["unchanged", "created", "updated", "created"])
      const before = yield* writes(netbox)
      assert.deepStrictEqual(
        yield* outcomes,
        Array.from({ length: 4 }, () => "unchanged")
      )
      assert.strictEqual(yield* writes(netbox), before)
    }).pipe(Effect.provide(records({ netbox })))
  })
)

it.scopedLive("an answer that was cut after NetBox had done the write makes nothing twice", () =>
  Effect.gen(function* () {
    const netbox = yield* SimulatedNetBox.make({})
    const proxy = yield* CuttingProxy.make(netbox.url)
    yield* Effect.gen(function* () {
      const client = yield* Records
      const made = yield* client.create("ipam/ip-addresses", { address: "192.0.2.1/24", status: "active" })
      assert.strictEqual(proxy.cuts.get("POST"), 1)
      const all = yield* client.list("ipam/ip-addresses", { address: "192.0.2.1/24" })
      assert.deepStrictEqual(
        all.map(({ id }) => id),
        [made.id]
      )
    }).pipe(Effect.provide(records({ netbox: { ...netbox, url: proxy.url } })))
  })
)

it.scopedLive("what a program wrote is left alone by the engine, and the engine stays quiet", () =>
  Effect.gen(function* () {
    const netbox = yield* SimulatedNetBox.make({})
    const proxmox = yield* SimulatedProxmox.make({ name: "lab", nodes: 2, guests: 4, seed: 5 })
    yield* Effect.gen(function* () {
      const client = yield* Records
      const reconciler = yield* Reconciler
      const sync = Effect.gen(function* () {
        const planned = yield* reconciler.plan({ trigger: "sync", approveRemovals: false })
        if (planned.operations > 0) yield* reconciler.apply(planned.run)
        return planned.operations
      })
      yield* sync
      const tag = yield* client.create("extras/tags", { name: "Mine", slug: "mine", color: "00ff00" })
      const [machine] = yield* client.list("virtualization/virtual-machines")
      assert.isDefined(machine)
      yield* client.patch("virtualization/virtual-machines", machine?.id ?? 0, { description: "by hand" })
      assert.strictEqual(yield* sync, 0)
      assert.isTrue(Option.isSome(yield* client.get("extras/tags", tag.id)))
      const kept = yield* client.get("virtualization/virtual-machines", machine?.id ?? 0)
      assert.strictEqual(Option.getOrThrow(kept).get("description"), "by hand")
    }).pipe(Effect.provide(records({ netbox, proxmox })))
  })
)
