import { lookup } from "node:dns"
import { assert, describe, it } from "@effect/vitest"
import { Chunk, ConfigProvider, Effect, Layer, Redacted, Stream } from "effect"
import * as SimulatedNetBox from "../../src/demo/SimulatedNetBox.ts"
import * as SimulatedProxmox from "../../src/demo/SimulatedProxmox.ts"
import { Journal } from "../../src/journal/Journal.ts"
import { layerMemory } from "../../src/journal/JournalSqlite.ts"
import { ConnectGuard } from "../../src/services/ConnectGuard.ts"
import { Engines } from "../../src/services/Engines.ts"
import * as EnginesLive from "../../src/services/EnginesLive.ts"
import { Metrics } from "../../src/services/Metrics.ts"
import * as Policy from "../../src/services/Policy.ts"
import { Runs } from "../../src/services/Runs.ts"
import * as RunsLive from "../../src/services/RunsLive.ts"
import { type Configured, fixed, netboxAt, proxmoxAt } from "../support/FixedEndpoints.ts"
import { everything } from "../support/Runs.ts"
import { rowsOf } from "../support/State.ts"

/** What is configured here is on this machine. */
const anywhere = Layer.succeed(ConnectGuard, { admits: () => true, lookup })

const service = (configured: Configured) =>
  RunsLive.layer({ pause: "50 millis" }).pipe(
    Layer.provideMerge(EnginesLive.layer({ engine: "0.0.0" })),
    Layer.provideMerge(Layer.mergeAll(fixed(configured), Policy.layer(), Metrics.Default, layerMemory, anywhere))
  )

const estate = Effect.all({
  netbox: SimulatedNetBox.make({}),
  proxmox: SimulatedProxmox.make({ name: "lab-cluster", nodes: 1, guests: 4, seed: 3 })
})

const quick = Effect.withConfigProvider(
  ConfigProvider.fromMap(new Map([["PROXBOX_NETBOX_RETRY_DELAY", "0.02"]]), { pathDelim: "_" })
)

describe("engines of the configured endpoints", () => {
  it.scopedLive("are built once for a configuration, and another one gets its own", () =>
    Effect.gen(function* () {
      const { netbox, proxmox } = yield* estate
      const configured: Configured = { netbox: netboxAt(netbox), proxmox: [proxmoxAt("lab", proxmox)] }
      yield* Effect.gen(function* () {
        const engines = yield* Engines
        const first = yield* engines.use(Effect.succeed)
        assert.deepStrictEqual(first.sources, [{ endpointId: 7, source: "lab" }])
        assert.strictEqual(yield* engines.use(Effect.succeed), first)
        const branched = yield* engines.use(Effect.succeed, { branch: "schema1" })
        assert.notStrictEqual(branched, first)
        assert.match(branched.netbox.endpoint, / branch schema1$/)
        configured.proxmox = [
          proxmoxAt("lab", proxmox, {
            site_slug: "north",
            tenant_slug: "ops",
            node_device_name_template: "{node}.example.com"
          })
        ]
        const second = yield* engines.use(Effect.succeed)
        assert.deepStrictEqual(second.settings.sources, [
          { name: "lab", site: "north", nodeName: "{node}.example.com" }
        ])
        assert.deepStrictEqual(second.settings.rules, [
          { name: "endpoint lab", match: { source: "^lab$" }, set: { tenant: "ops" } }
        ])
        configured.proxmox = [proxmoxAt("lab", proxmox)]
        assert.strictEqual(yield* engines.use(Effect.succeed), first)
      }).pipe(Effect.provide(service(configured)))
    })
  )

  it.scopedLive("sync, and what is secret at that time is not in the journal", () =>
    Effect.gen(function* () {
      const { netbox, proxmox } = yield* estate
      const configured: Configured = { netbox: undefined, proxmox: [] }
      const planted = "planted-secret-0815"
      yield* Effect.sync(() => {
        for (const { config } of proxmox.cluster.guests.values()) {
          Object.assign(config, { description: `root password: ${planted}` })
        }
      })
      yield* Effect.gen(function* () {
        const runs = yield* Runs
        const none = yield* Effect.flip(runs.start(everything))
        assert.strictEqual(none._tag === "NoEndpoint" ? none.which : none._tag, "netbox")
        configured.netbox = netboxAt(netbox)
        const one = yield* Effect.flip(runs.start(everything))
        assert.strictEqual(one._tag === "NoEndpoint" ? one.which : one._tag, "proxmox")
        const other = { ...proxmoxAt("other", { urls: ["http://127.0.0.1:9"], token: "" }, { timeout: 1 }), id: 8 }
        configured.proxmox = [
          proxmoxAt("lab", proxmox),
          { ...other, auth: { username: "root@pam", password: Redacted.make(planted) } }
        ]
        const row = yield* runs.await(yield* runs.start(everything))
        assert.strictEqual(row.outcome, "partial")
        assert.strictEqual(row.failed + row.skipped, 0)
        const lines = yield* Stream.runCollect((yield* Journal).lines)
        assert.notInclude(Chunk.toReadonlyArray(lines).join("\n"), planted)
        const machines = yield* Effect.promise(() => rowsOf(netbox, "/api/virtualization/virtual-machines/"))
        assert.strictEqual(machines.length, 4)
      }).pipe(Effect.provide(service(configured)), quick)
    })
  )
})
