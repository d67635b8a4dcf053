import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck as fc } from "effect"
import { Fault } from "../../src/demo/proxmox/Faults.ts"
import * as Simulated from "../../src/demo/SimulatedProxmox.ts"
import { isJsonObject, type Json } from "../../src/domain/Json.ts"
import { observeOnce } from "../support/ProxmoxSource.ts"

const json = fc.oneof(
  fc.constantFrom<Json>(null, true, false, 0, -1, 1e308, "", "x", "0", [], {}, [null], { error: "x" }, "\u0000"),
  fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as Json)
)

/** Puts `value` in place of what the steps lead to; a step counts modulo the members there are. */
const replace = (data: Json, steps: ReadonlyArray<number>, value: Json): Json => {
  const [step, ...rest] = steps
  if (step === undefined) return value
  if (Array.isArray(data) && data.length > 0) {
    const at = step % data.length
    return data.map((item: Json, index) => (index === at ? replace(item, rest, value) : item))
  }
  if (isJsonObject(data) && Object.keys(data).length > 0) {
    const entries = Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1))
    const at = step % entries.length
    return Object.fromEntries(
      entries.map(([key, item], index) => [key, index === at ? replace(item, rest, value) : item])
    )
  }
  return value
}

const paths = [
  "/version",
  "/cluster/status",
  "/cluster/resources",
  "/cluster/options",
  "/nodes",
  "/access/permissions",
  "/network",
  "/config",
  "/interfaces",
  "/agent/network-get-interfaces",
  "/agent/get-host-name",
  "/agent/get-osinfo"
] as const

const ending = (path: string) => new RegExp(`${path}$`)

const start = Effect.gen(function* () {
  const simulated = yield* Simulated.make({ name: "lab", nodes: 2, guests: 4, seed: 17, agentTimeout: "1 millis" })
  for (const { type, vmid } of simulated.cluster.guests.values()) {
    yield* simulated.start(vmid)
    yield* simulated.setAgent(vmid, "answering")
    if (type === "qemu") yield* simulated.updateGuest(vmid, { agent: "1" })
  }
  return simulated
})

describe("Proxmox: odd answers", () => {
  it.scopedLive("every answer that the properties below replace is really asked for", () =>
    Effect.gen(function* () {
      const simulated = yield* start
      yield* observeOnce(simulated, { osInfo: true })
      const asked = (yield* simulated.requests).map(({ path }) => path)
      for (const path of paths)
        assert.isTrue(
          asked.some((one) => ending(path).test(one)),
          path
        )
    })
  )

  it.live.prop(
    "whatever stands at any place of any answer, the observation comes about and is JSON",
    { path: fc.constantFrom(...paths), steps: fc.array(fc.nat(50), { maxLength: 4 }), value: json },
    ({ path, steps, value }) =>
      Effect.scoped(
        Effect.gen(function* () {
          const simulated = yield* start
          const rewrite = (data: Json) => replace(data, steps, value)
          yield* simulated.addFault({ fault: Fault.Rewritten({ rewrite }), path: ending(path) })
          const observation = yield* observeOnce(simulated, { osInfo: true })
          assert.deepStrictEqual(JSON.parse(JSON.stringify(observation)), observation)
          if (path !== "/cluster/resources") assert.lengthOf(observation.guests, 4)
        })
      ),
    { fastCheck: { numRuns: 60 } }
  )

  it.live.prop(
    "one odd configuration costs no other guest anything",
    { steps: fc.array(fc.nat(50), { maxLength: 2 }), value: json },
    ({ steps, value }) =>
      Effect.scoped(
        Effect.gen(function* () {
          const simulated = yield* start
          const whole = yield* observeOnce(simulated)
          const rewrite = (data: Json) => replace(data, steps, value)
          yield* simulated.addFault({ fault: Fault.Rewritten({ rewrite }), path: /\/102\/config$/ })
          const odd = yield* observeOnce(simulated)
          const others = (observation: typeof odd) => observation.guests.filter(({ vmid }) => vmid !== 102)
          assert.deepStrictEqual(others(odd), others(whole))
          assert.isTrue(odd.complete)
          assert.isTrue(odd.gaps.every(({ scope }) => scope === "guest/102"))
        })
      ),
    { fastCheck: { numRuns: 20 } }
  )
})
