import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Schedule } from "effect"
import { Fault } from "../../src/demo/proxmox/Faults.ts"
import { start, get, read, readObject, readRows, rowOf, pick, isVm, pathOf } from "../support/SimulatedRequests.ts"

describe("errors", () => {
  it.scopedLive("carries the message in reason phrase and body", () =>
    Effect.gen(function* () {
      const proxmox = yield* start({ guests: 1, version: "8.2" })
      const recent = yield* start({ guests: 1 })
      const unknown = yield* get(recent, "/cluster/ha/nothing")
      assert.deepStrictEqual(
        [unknown.status, unknown.reason],
        [501, "Method 'GET /cluster/ha/nothing' not implemented"]
      )
      const parameter = yield* get(recent, "/version?verbose=1")
      assert.deepStrictEqual([parameter.status, parameter.reason], [400, "Parameter verification failed."])
      assert.containSubset(JSON.parse(parameter.text), {
        data: null,
        message: "Parameter verification failed.\n",
        errors: { verbose: "property is not defined in schema and the schema does not allow additional properties" }
      })
      const older = yield* get(proxmox, "/nothing")
      assert.deepStrictEqual(JSON.parse(older.text), { data: null })
    })
  )

  it.scopedLive("knows a guest on its own node only", () =>
    Effect.gen(function* () {
      const proxmox = yield* start()
      const vm = pick(proxmox, (guest) => isVm(guest) && guest.node === "pve1")
      const path = `${pathOf(vm)}/config`
      yield* proxmox.migrate(vm.vmid, "pve2")
      const gone = yield* get(proxmox, path)
      const reason = `Configuration file 'nodes/pve1/qemu-server/${vm.vmid}.conf' does not exist`
      assert.deepStrictEqual([gone.status, gone.reason], [500, reason])
      assert.strictEqual((yield* get(proxmox, path.replace("pve1", "pve2"))).status, 200)
      assert.match((yield* get(proxmox, "/nodes/pve9/status")).reason, /^hostname lookup 'pve9' failed/)
    })
  )

  it.scopedLive("knows little of the guests of a dead node", () =>
    Effect.gen(function* () {
      const proxmox = yield* start()
      yield* proxmox.setNodeOnline("pve2", false)
      const dead = yield* get(proxmox, "/nodes/pve2/qemu")
      assert.deepStrictEqual([dead.status, dead.reason, dead.text], [595, "No route to host", ""])
      const rows = yield* readRows(proxmox, "/cluster/resources?type=vm")
      assert.strictEqual(rows.length, 40)
      for (const row of rows.filter(({ node }) => node === "pve2")) {
        assert.strictEqual(row["status"], "unknown")
        assert.doesNotHaveAnyKeys(row, ["name", "template", "maxmem", "maxcpu", "uptime"])
      }
      assert.containSubset(yield* readRows(proxmox, "/nodes"), [{ node: "pve2", status: "offline" }])
      assert.strictEqual(rowOf(yield* readRows(proxmox, "/cluster/status"), "cluster")["quorate"], 1)
      yield* proxmox.setNodeOnline("pve3", false)
      const status = yield* readRows(proxmox, "/cluster/status")
      assert.strictEqual(rowOf(status, "cluster")["quorate"], 0)
      assert.strictEqual(rowOf(status, "node/pve3")["online"], 0)
      yield* proxmox.setNodeOnline("pve2", true)
      assert.strictEqual((yield* get(proxmox, "/nodes/pve2/qemu")).status, 200)
    })
  )

  it.scopedLive("tells apart the ways in which an agent does not answer", () =>
    Effect.gen(function* () {
      const proxmox = yield* start({ agentTimeout: "5 millis" })
      const vm = pick(proxmox, isVm)
      const path = `${pathOf(vm)}/agent/network-get-interfaces`
      yield* proxmox.setAgent(vm.vmid, "disabled")
      assert.containSubset(yield* readObject(proxmox, path), { result: { error: { class: "CommandNotFound" } } })
      const reasons = Effect.map(get(proxmox, path), ({ reason, status }) => [status, reason])
      yield* proxmox.setAgent(vm.vmid, "silent")
      const silent = `VM ${vm.vmid} qga command 'guest-ping' failed - got timeout`
      assert.deepStrictEqual(yield* reasons, [500, silent])
      yield* proxmox.setAgent(vm.vmid, "absent")
      assert.deepStrictEqual(yield* reasons, [500, "QEMU guest agent is not running"])
      yield* proxmox.stop(vm.vmid)
      assert.deepStrictEqual(yield* reasons, [500, `VM ${vm.vmid} is not running`])
      yield* proxmox.updateGuest(vm.vmid, { agent: null })
      assert.deepStrictEqual(yield* reasons, [500, "No QEMU guest agent configured"])
    })
  )
})

describe("faults", () => {
  it.scopedLive("answers with a status, on the paths and as often as told", () =>
    Effect.gen(function* () {
      const proxmox = yield* start({ guests: 1 })
      const busy = Fault.Status({ status: 500, reason: "got timeout" })
      yield* proxmox.addFault({ path: "/version", fault: busy, times: 2 })
      yield* proxmox.addFault({
        path: /^\/nodes\/[^/]+\/network$/,
        fault: Fault.Status({ status: 596, reason: "Broken pipe" }),
        nth: 2
      })
      const statuses = (path: string) =>
        Effect.map(Effect.all([get(proxmox, path), get(proxmox, path), get(proxmox, path)]), (all) =>
          all.map(({ status }) => status)
        )
      assert.deepStrictEqual(yield* statuses("/version"), [500, 500, 200])
      assert.deepStrictEqual(yield* statuses("/nodes/pve1/network"), [200, 596, 200])
      yield* proxmox.addFault({ path: "/", fault: busy })
      assert.deepStrictEqual(yield* statuses("/nodes"), [500, 500, 500])
      yield* proxmox.clearFaults
      assert.deepStrictEqual(yield* statuses("/nodes"), [200, 200, 200])
    })
  )

  it.scopedLive("breaks by chance, but the same way for the same seed", () =>
    Effect.gen(function* () {
      const run = Effect.gen(function* () {
        const proxmox = yield* start({ guests: 1 })
        yield* proxmox.addFault({
          path: "/version",
          fault: Fault.Status({ status: 503, reason: "x" }),
          probability: 0.5
        })
        return yield* Effect.forEach(Array.from({ length: 20 }), () =>
          Effect.map(get(proxmox, "/version"), ({ status }) => status)
        )
      })
      const first = yield* run
      assert.includeMembers(first, [200, 503])
      assert.deepStrictEqual(yield* run, first)
    })
  )

  it.scopedLive("cuts connections, truncates and rewrites answers", () =>
    Effect.gen(function* () {
      const proxmox = yield* start()
      const version = get(proxmox, "/version")
      yield* proxmox.addFault({ path: "/version", fault: Fault.Cut({ when: "before headers" }), nth: 1 })
      yield* proxmox.addFault({ path: "/version", fault: Fault.Cut({ when: "within body" }), nth: 2 })
      yield* proxmox.addFault({ path: "/version", fault: Fault.Truncated(), nth: 3 })
      yield* proxmox.addFault({ path: "/version", fault: Fault.Rewritten({ rewrite: () => [] }), nth: 4 })
      assert.strictEqual((yield* Effect.flip(version)).code, "ECONNRESET")
      assert.strictEqual((yield* Effect.flip(version)).code, "ECONNRESET")
      const truncated = yield* version
      assert.strictEqual(truncated.status, 200)
      assert.throws(() => JSON.parse(truncated.text), SyntaxError)
      assert.deepStrictEqual(JSON.parse((yield* version).text), { data: [] })
      assert.strictEqual((yield* version).status, 200)
      const statuses = (yield* proxmox.requests).map(({ status }) => status)
      assert.deepStrictEqual(statuses, [null, 200, 200, 200, 200])
    })
  )

  it.scopedLive("hangs until the caller gives up, and counts what is in flight together, per node and kind", () =>
    Effect.gen(function* () {
      const proxmox = yield* start()
      yield* proxmox.addFault({ path: "/nodes", fault: Fault.Hang() })
      const paths = ["/nodes/pve1/network", "/nodes/pve1/network", "/nodes/pve1/qemu", "/nodes/pve2/network"]
      const fiber = yield* Effect.fork(
        Effect.forEach(paths, (path) => get(proxmox, path), { concurrency: "unbounded" })
      )
      yield* Effect.repeat(proxmox.requests, {
        until: (requests) => requests.length === 4,
        schedule: Schedule.spaced("1 millis")
      })
      yield* Fiber.interrupt(fiber)
      yield* proxmox.clearFaults
      yield* proxmox.addFault({ path: "/nodes", fault: Fault.Latency({ millis: 1 }) })
      yield* Effect.forEach(paths, (path) => read(proxmox, path))
      assert.deepStrictEqual(yield* proxmox.peaks, {
        total: 4,
        nodes: { pve1: { plain: 2, protected: 1 }, pve2: { plain: 1, protected: 0 } }
      })
      assert.deepStrictEqual(
        (yield* proxmox.requests).map(({ status }) => status),
        [null, null, null, null, 200, 200, 200, 200]
      )
      yield* proxmox.resetTraffic
      assert.deepStrictEqual(yield* proxmox.peaks, { total: 0, nodes: {} })
    })
  )
})
