import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { common, disabled, jobOf } from "./Job.ts"
import { namesIn, World } from "./World.ts"

export const runsJob = Effect.gen(function* () {
  const { netbox, plugin, rows } = yield* World
  assert.lengthOf(common, 42)
  for (const [path, step] of jobOf(String(rows.get(7)))) {
    assert.deepStrictEqual(yield* plugin.read("/health"), { status: "ready", init_ok: true }, "H3")
    const { frames, ok } = yield* plugin.stream(path)
    assert.isTrue(ok, `H13: ${step}: ${JSON.stringify(frames.at(-1))}`)
    assert.deepInclude(frames[0]?.data, { step, status: "started" }, `H13: ${step}`)
    assert.isFalse(
      frames.some(({ data }) => Object.hasOwn(data, "raw")),
      `H14: ${step}`
    )
  }
  const devices = (yield* netbox.rows("dcim.device")).map(({ name }) => name)
  assert.deepStrictEqual(devices, ["pve1", "pve2"], "H12")
  assert.deepInclude(yield* netbox.counts, { "virtualization.virtualmachine": 2, "virtualization.cluster": 1 })
  assert.isAbove((yield* netbox.requests).length, 0, "H11: it is at http://localhost, with its port")
})

export const repeats = Effect.gen(function* () {
  const { netbox, plugin, rows } = yield* World
  yield* netbox.resetRequests
  for (const [path, step] of jobOf(String(rows.get(7)))) {
    assert.isTrue((yield* plugin.stream(path)).ok, `H15: ${step}`)
  }
  const written = (yield* netbox.requests).filter(({ method }) => method !== "GET")
  assert.deepStrictEqual(written, [], "H15")
  const [first = ["", ""], ...others] = jobOf(String(rows.get(12)))
  yield* netbox.addFault({ fault: { type: "latency", millis: 100 } })
  yield* plugin.hangUp(first[0])
  const twice = yield* Effect.all([plugin.stream(first[0]), plugin.stream(first[0])], { concurrency: 2 })
  assert.deepStrictEqual(
    twice.map(({ ok }) => ok),
    [true, true],
    "H15"
  )
  yield* netbox.clearFaults
  for (const [path, step] of others) assert.isTrue((yield* plugin.stream(path)).ok, `H13: ${step}`)
  const devices = (yield* netbox.rows("dcim.device")).map(({ name }) => name)
  assert.deepStrictEqual(devices.toSorted(), ["attic", "cellar", "pve1", "pve2"], "H15")
  assert.deepInclude(yield* netbox.counts, { "virtualization.virtualmachine": 4 }, "H15")
})

export const leavesAlone = Effect.gen(function* () {
  const { only, plugin, rows } = yield* World
  const path = `/proxmox/endpoints/${rows.get(12)}`
  assert.strictEqual((yield* plugin.call("PUT", path, { json: disabled })).status, 200, "H8")
  assert.deepStrictEqual(namesIn(yield* plugin.read("/proxmox/cluster/status")), ["lab"], "H8")
  assert.deepStrictEqual(yield* plugin.read(`/proxmox/cluster/status?${only(12)}`), [], "H8")
  assert.isTrue((yield* plugin.stream(`/dcim/devices/create/stream?${only(12)}`)).ok, "H12")
})
