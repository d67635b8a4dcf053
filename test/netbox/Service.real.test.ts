import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as SimulatedProxmox from "../../src/demo/SimulatedProxmox.ts"
import { completeOf, follow, framesOf } from "../http/legacy/sync/Following.ts"
import { configure, start } from "../support/Service.ts"
import { changeLogHead, rowsOf } from "../support/State.ts"
import { asking, codeOf, finished } from "../support/V1.ts"
import { emptied } from "./emptied.ts"

const full = "/full-update/stream"

describe("the service before a real NetBox", () => {
  it.scopedLive("brings 100 guests over, one update at a time, and then writes nothing", () =>
    Effect.gen(function* () {
      const netbox = yield* emptied
      const proxmox = yield* SimulatedProxmox.make({ name: "lab", seed: 3, nodes: 3, guests: 100, tls: true })
      const service = yield* start()
      yield* configure(service, netbox, proxmox)
      const ask = asking(service)

      const first = yield* follow(service, full)
      yield* first.heard(({ data }) => data["step"] === "devices")
      const refused = yield* ask("POST", "/v1/runs")
      assert.strictEqual(codeOf(refused), "409 run_active")
      const same = yield* follow(service, full)
      yield* Effect.all([first.ended, same.ended], { concurrency: 2 })
      assert.deepInclude(completeOf(first.frames), { ok: true })
      assert.deepStrictEqual(same.frames, first.frames)
      const guests = [...proxmox.cluster.guests.values()].filter(({ config }) => config["template"] !== 1)
      const machines = yield* Effect.promise(() => rowsOf(netbox, "/api/virtualization/virtual-machines/"))
      assert.sameMembers(
        machines.map(({ custom_fields }) => Object(custom_fields)["proxledger_uid"]),
        guests.map(({ vmid }) => `lab/${vmid}`)
      )

      const head = yield* Effect.promise(() => changeLogHead(netbox))
      assert.deepInclude(completeOf(yield* framesOf(service, full)), { ok: true })
      assert.deepInclude((yield* finished(ask, yield* ask("POST", "/v1/runs"))).end, {
        outcome: "succeeded",
        operations: 0
      })
      assert.strictEqual(yield* Effect.promise(() => changeLogHead(netbox)), head)
    })
  )
})
