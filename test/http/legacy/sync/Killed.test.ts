import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as SimulatedNetBox from "../../../../src/demo/SimulatedNetBox.ts"
import type { LoggedRequest } from "../../../../src/demo/SimulatedNetBox.ts"
import * as SimulatedProxmox from "../../../../src/demo/SimulatedProxmox.ts"
import type { FaultRule } from "../../../../src/demo/netbox/Faults.ts"
import { engine } from "../../../support/Engine.ts"
import { folder, serve } from "../../../support/Served.ts"
import { key } from "../../../support/Service.ts"
import { stateOf } from "../../../support/State.ts"
import { sync } from "../../../support/Sync.ts"
import { itemsOf, membersOf } from "../../../support/V1.ts"
import { completeOf, follow } from "./Following.ts"
import { recorded } from "./RecordedStream.ts"
import { shape, small } from "./SmallCluster.ts"

const full = "/full-update/stream"

const machines = "/api/virtualization/virtual-machines/"

const wasCut = (requests: ReadonlyArray<LoggedRequest>) => requests.some(({ status }) => status === null)

/** All is done and stored, and the service has not heard of it when it is killed. */
const unheard = (method: string, path: string): FaultRule => ({
  fault: { type: "appliedThenCut" },
  method,
  path,
  nth: 1
})

const late: FaultRule = { fault: { type: "latency", millis: 3000 }, method: "GET", nth: 5 }

/** The request in which it is killed, and what NetBox has dealt with when that is under way. */
const moments: ReadonlyArray<readonly [string, FaultRule, (requests: ReadonlyArray<LoggedRequest>) => boolean]> = [
  ["while it reads", late, ({ length }) => length === 4],
  ["when the first object is written", unheard("POST", "/api/"), wasCut],
  ["between its stages", unheard("POST", machines), wasCut],
  ["at one of its last writes", unheard("PATCH", machines), wasCut]
]

/** NetBox and the cluster outside, and a folder with the configuration of a service for them. */
const estate = Effect.gen(function* () {
  const netbox = yield* SimulatedNetBox.make({ latency: 40 })
  const proxmox = yield* SimulatedProxmox.make({ ...small, tls: true })
  yield* shape(proxmox)
  const data = yield* folder
  const config = join(data, "proxledger.yaml")
  const document = {
    netbox: { url: netbox.url, token: netbox.token, settle: "1 second" },
    proxmox: [{ name: "lab", urls: proxmox.urls, token: proxmox.token, tls: { verify: false } }]
  }
  writeFileSync(config, JSON.stringify(document))
  const environment = { PROXLEDGER_ALLOWED_RANGES: "127.0.0.0/8", PROXBOX_ENCRYPTION_KEY: "a key of the tests" }
  return { netbox, proxmox, started: serve(["--data", data, "--config", config], environment) }
})

describe("a service that is killed in a full update", () => {
  for (const [moment, rule, isUnderWay] of moments) {
    it.scopedLive(`${moment} goes on with the same run, and its clients with their streams`, () =>
      Effect.gen(function* () {
        const { netbox, proxmox, started } = yield* estate
        const first = yield* started
        yield* first.call("/auth/register-key", { method: "POST", key: null, json: { api_key: key } })
        yield* netbox.addFault(rule)
        const before = yield* follow(first, full)
        yield* Effect.repeat(Effect.delay(netbox.requests, "5 millis"), { until: isUnderWay })
        const active = yield* first.call("/sync/active")
        const run = membersOf(active)["id"]
        assert.deepInclude(active.json, { active: true, kind: "full-update" })
        yield* first.end("SIGKILL")
        yield* before.ended
        assert.notInclude(
          before.frames.map(({ event }) => event),
          "complete"
        )

        yield* netbox.addFault({ ...late, nth: 1 })
        const second = yield* started
        assert.deepStrictEqual((yield* second.call("/sync/active")).json, active.json)
        const last = before.frames.at(-1)?.id
        const after = yield* follow(second, full, last === undefined || last === null ? {} : { "last-event-id": last })
        yield* after.ended
        assert.deepInclude(completeOf(after.frames), { ok: true, run_id: run })
        const told = [...before.frames, ...after.frames]
        assert.deepStrictEqual(
          told.map(({ event }) => event),
          recorded.map(({ event }) => event)
        )
        assert.strictEqual(new Set(told.map(({ id }) => id)).size, told.length)
        assert.deepInclude((yield* second.call("/sync/active")).json, { active: false, id: null, runs: [] })
        assert.deepStrictEqual(
          itemsOf(yield* second.call("/v1/runs")).map(({ outcome, run }) => [run, outcome]),
          [[run, "succeeded"]]
        )

        const calm = yield* SimulatedNetBox.make({})
        yield* Effect.provide(sync, engine({ netbox: calm, proxmox }))
        assert.deepStrictEqual(yield* Effect.promise(() => stateOf(netbox)), yield* Effect.promise(() => stateOf(calm)))
      })
    )
  }
})
