import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber, TestClock } from "effect"
import { Fault } from "../../src/demo/proxmox/Faults.ts"
import * as Simulated from "../../src/demo/SimulatedProxmox.ts"
import { clientOf } from "../support/ProxmoxSource.ts"

const start = Effect.fnUntraced(function* (options: Partial<Simulated.Options> = {}) {
  const simulated = yield* Simulated.make({ name: "lab", nodes: 4, guests: 40, seed: 5, ...options })
  const client = yield* clientOf(simulated)
  const endpoints = Effect.map(simulated.requests, (requests) => requests.map(({ endpoint }) => endpoint))
  return { simulated, client, endpoints }
})

const version = { path: "/version" } as const
const status = (code: number) => Fault.Status({ status: code, reason: "" })

/** The clock of the test moves only while this waits, so pauses between tries cost no time. */
const hurried = <A, E, R>(self: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(self)
    const turn = Effect.async<void>((resume) => void setImmediate(() => resume(Effect.void)))
    while ((yield* Fiber.poll(fiber))._tag === "None") {
      yield* turn
      yield* TestClock.adjust("10 millis")
    }
    return yield* Fiber.join(fiber)
  })

describe("ProxmoxClient", () => {
  it.scoped("stays with the endpoint that answers, and goes back to it", () =>
    Effect.gen(function* () {
      const { client, endpoints, simulated } = yield* start({ endpoints: 2 })
      yield* client.send(version)
      yield* simulated.setEndpointUp(0, false)
      yield* client.send(version)
      yield* client.send(version)
      yield* simulated.setEndpointUp(0, true)
      yield* client.send(version)
      assert.deepStrictEqual(yield* endpoints, [0, 1, 1, 1])
      yield* simulated.setEndpointUp(1, false)
      yield* client.send(version)
      assert.deepStrictEqual(yield* endpoints, [0, 1, 1, 1, 0])
    })
  )

  it.scoped("an endpoint whose proxy is overwhelmed is passed over for a minute, then tried again", () =>
    Effect.gen(function* () {
      const { client, endpoints, simulated } = yield* start({ endpoints: 2 })
      yield* simulated.addFault({ fault: status(503), path: "/version", nth: 1 })
      yield* client.send(version)
      assert.deepStrictEqual(yield* endpoints, [0, 1])
      yield* simulated.addFault({ fault: status(503), path: "/version", nth: 1 })
      yield* TestClock.adjust("61 seconds")
      yield* client.send(version)
      assert.deepStrictEqual(yield* endpoints, [0, 1, 1, 0])
    })
  )

  it.scoped("what a handler dies of is no reason to ask elsewhere or again", () =>
    Effect.gen(function* () {
      const { client, endpoints, simulated } = yield* start({ endpoints: 2 })
      yield* simulated.addFault({ fault: status(500), path: "/version" })
      assert.strictEqual((yield* Effect.flip(client.send(version)))._tag, "Upstream")
      assert.deepStrictEqual(yield* endpoints, [0])
    })
  )

  it.scoped("where none answers, each address is named", () =>
    Effect.gen(function* () {
      const { client, simulated } = yield* start({ endpoints: 2 })
      yield* simulated.setEndpointUp(0, false)
      yield* simulated.setEndpointUp(1, false)
      const error = yield* hurried(Effect.flip(client.send(version)))
      assert.strictEqual(error._tag, "Unreachable")
      for (const url of simulated.urls) assert.include(error.message, url)
    })
  )

  it.scoped("a read is tried three times", () =>
    Effect.gen(function* () {
      const { client, simulated } = yield* start()
      yield* simulated.addFault({ fault: status(502), path: "/version", times: 2 })
      yield* hurried(client.send(version))
      assert.lengthOf(yield* simulated.requests, 3)
      yield* simulated.resetTraffic
      yield* simulated.addFault({ fault: status(502), path: "/version" })
      yield* hurried(Effect.flip(client.send(version)))
      assert.lengthOf(yield* simulated.requests, 3)
    })
  )

  it.scoped("or as often as is asked for, if its deadline allows", () =>
    Effect.gen(function* () {
      const { simulated } = yield* start()
      const client = yield* clientOf(simulated, undefined, { retries: 4, backoff: "1 second" })
      yield* simulated.addFault({ fault: status(502), path: "/version", times: 4 })
      const began = yield* Clock.currentTimeMillis
      yield* hurried(client.send(version))
      assert.lengthOf(yield* simulated.requests, 5)
      assert.isAtLeast((yield* Clock.currentTimeMillis) - began, (1 + 2 + 4 + 8) * 1000 * 0.8)
    })
  )

  it.scoped("a connection that breaks is a reason to try again at once", () =>
    Effect.gen(function* () {
      const { client, simulated } = yield* start()
      yield* simulated.addFault({ fault: Fault.Cut({ when: "before headers" }), path: "/version", nth: 1 })
      yield* simulated.addFault({ fault: Fault.Cut({ when: "within body" }), path: "/nodes", nth: 1 })
      yield* client.send(version)
      yield* client.send({ path: "/nodes" })
      assert.lengthOf(yield* simulated.requests, 4)
    })
  )

  it.scoped("a write is not repeated once it may have been done", () =>
    Effect.gen(function* () {
      const { client, simulated } = yield* start({ endpoints: 2 })
      const path = "/nodes/pve1/qemu/100/config"
      yield* simulated.addFault({ fault: Fault.Cut({ when: "before headers" }), path, nth: 1 })
      yield* simulated.addFault({ fault: status(503), path, nth: 2 })
      const write = client.send({ path, method: "PUT", form: { description: "x" } })
      assert.strictEqual((yield* Effect.flip(write))._tag, "Cut")
      assert.strictEqual((yield* Effect.flip(write))._tag, "Upstream")
      assert.lengthOf(yield* simulated.requests, 2)
    })
  )

  it.scoped("a write moves on from an endpoint that was not reached", () =>
    Effect.gen(function* () {
      const { client, endpoints, simulated } = yield* start({ endpoints: 2 })
      yield* simulated.grant("VM.Config.Options", "/vms")
      const guest = yield* Effect.fromNullable([...simulated.cluster.guests.values()][0])
      yield* simulated.setEndpointUp(0, false)
      const path = `/nodes/${guest.node}/${guest.type}/${guest.vmid}/config`
      yield* client.send({ path, method: "PUT", form: { description: "x" } })
      assert.deepStrictEqual(yield* endpoints, [1])
    })
  )

  it.scoped("a hang ends at the deadline, which covers all tries", () =>
    Effect.gen(function* () {
      const { client, simulated } = yield* start()
      yield* simulated.addFault({ fault: Fault.Hang(), path: "/nodes/pve1" })
      yield* client.send(version)
      const error = yield* hurried(Effect.flip(client.send({ path: "/nodes/pve1/network", deadline: "2 seconds" })))
      assert.strictEqual(error._tag, "Cut")
      assert.lengthOf(yield* simulated.requests, 2)
    })
  )

  it.scoped("a node that does not answer is left alone after three failures, and asked again later", () =>
    Effect.gen(function* () {
      const { client, simulated } = yield* start()
      yield* simulated.addFault({ fault: status(595), path: "/nodes/pve2/", times: 9 })
      const network = { path: "/nodes/pve2/network" } as const
      for (let call = 0; call < 10; call++) {
        const error = yield* hurried(Effect.flip(client.send(network)))
        assert.include(error.message, "node pve2 does not answer")
      }
      assert.lengthOf(yield* simulated.requests, 9)
      yield* client.send({ path: "/nodes/pve1/network" })
      yield* TestClock.adjust("1 minute")
      yield* client.send(network)
    })
  )

  it.scopedLive("asks a node three plain and two protected calls at a time, and a source sixteen", () =>
    Effect.gen(function* () {
      const { client, simulated } = yield* start({ nodes: 8, guests: 0 })
      yield* simulated.addFault({ fault: Fault.Latency({ millis: 100 }), path: "/" })
      const nodes = simulated.cluster.nodes.map(({ name }) => name)
      const calls = nodes.flatMap((node) => [
        ...Array.from({ length: 12 }, () => client.send({ path: `/nodes/${node}/network` })),
        ...Array.from({ length: 6 }, () => client.send({ path: `/nodes/${node}/status`, lane: "protected" })),
        client.converse(node, (send) =>
          send({ path: `/nodes/${node}/qemu`, lane: "protected" }).pipe(
            Effect.zipRight(send({ path: `/nodes/${node}/lxc`, lane: "protected" }))
          )
        )
      ])
      yield* Effect.all(calls, { concurrency: "unbounded", discard: true })
      const peaks = yield* simulated.peaks
      assert.strictEqual(peaks.total, 16)
      for (const node of nodes) {
        assert.isAtMost(peaks.nodes[node]?.plain ?? 0, 3)
        assert.isAtMost(peaks.nodes[node]?.protected ?? 0, 2)
      }
      assert.isTrue(nodes.some((node) => peaks.nodes[node]?.plain === 3))
    })
  )

  it.scoped("passes over an endpoint as long as there is another", () =>
    Effect.gen(function* () {
      const { client, endpoints } = yield* start({ endpoints: 2 })
      yield* client.send(version)
      assert.isTrue(yield* client.passOver)
      yield* client.send(version)
      assert.isFalse(yield* client.passOver)
      yield* client.send(version)
      assert.strictEqual((yield* endpoints)[1], 1)
      assert.lengthOf(yield* endpoints, 3)
    })
  )
})
