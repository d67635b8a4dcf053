import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import * as SimulatedNetBox from "../../src/demo/SimulatedNetBox.ts"
import * as SimulatedProxmox from "../../src/demo/SimulatedProxmox.ts"
import { Projections } from "../../src/journal/Projections.ts"
import { NetBox } from "../../src/services/NetBox.ts"
import * as NetBoxLive from "../../src/services/NetBoxLive.ts"
import { Metrics } from "../../src/services/Metrics.ts"
import { Runs } from "../../src/services/Runs.ts"
import { everything, runs } from "../support/Runs.ts"
import { json, serve } from "../support/ScriptedServer.ts"

describe("a run in a branch of NetBox", () => {
  it.scopedLive("sends every request there", () =>
    Effect.gen(function* () {
      const server = yield* serve((_, response) => json(response, 200, { "netbox-version": "4.7.3" }))
      yield* Effect.flatMap(NetBox, ({ version }) => version).pipe(
        Effect.provide(
          NetBoxLive.layer({
            url: server.url,
            token: Redacted.make("0123456789abcdef0123456789abcdef01234567"),
            tls: { verify: true },
            branch: "td5smq0f"
          }).pipe(Layer.provideMerge(Metrics.Default))
        )
      )
      assert.deepStrictEqual(
        server.seen.map(({ headers }) => headers["x-netbox-branch"]),
        ["td5smq0f"]
      )
    })
  )

  it.scopedLive("is quiet the second time, binds nothing, and is found when it is merged", () =>
    Effect.gen(function* () {
      const netbox = yield* SimulatedNetBox.make({})
      const proxmox = yield* SimulatedProxmox.make({ name: "lab-cluster", nodes: 2, guests: 8, seed: 5 })
      yield* Effect.gen(function* () {
        const service = yield* Runs
        const projections = yield* Projections
        const branch = { ...everything, scope: { branch: "td5smq0f" } }
        const first = yield* service.await(yield* service.start(branch))
        assert.strictEqual(first.outcome, "succeeded")
        assert.isAbove(first.ok, 0)
        assert.strictEqual((yield* projections.bindings).size, 0)
        assert.strictEqual((yield* projections.baselines).size, 0)
        yield* proxmox.renameGuest(Math.max(...proxmox.cluster.guests.keys()), "renamed")
        const second = yield* service.await(yield* service.start(branch))
        assert.deepStrictEqual([second.outcome, second.failed], ["succeeded", 0])
        assert.strictEqual((yield* service.await(yield* service.start(branch))).operations, 0)
        const before = yield* (yield* NetBox).requests
        assert.strictEqual((yield* service.await(yield* service.start(everything))).outcome, "succeeded")
        assert.strictEqual((yield* (yield* NetBox).requests).mutating, before.mutating)
        assert.isAbove((yield* projections.bindings).size, 0)
      }).pipe(Effect.provide(runs({ netbox, proxmox })))
    })
  )
})
