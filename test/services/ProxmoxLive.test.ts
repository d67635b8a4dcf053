import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Stream } from "effect"
import * as Simulated from "../../src/demo/SimulatedProxmox.ts"
import type { Proxmox } from "../../src/services/Proxmox.ts"
import { observeOnce, open } from "../support/ProxmoxSource.ts"

const cluster = { name: "lab", nodes: 2, guests: 8, seed: 7 }

const checked = (proxmox: Proxmox["Type"]) =>
  Stream.runCollect(proxmox.check("lab")).pipe(Effect.map(Chunk.toReadonlyArray))

const missingAt = (simulated: Simulated.SimulatedProxmox) =>
  Effect.gen(function* () {
    const [first] = yield* checked(yield* open(simulated))
    return first !== undefined && "missing" in first.result ? first.result.missing : []
  })

describe("ProxmoxLive", () => {
  it.scopedLive("check tells version and TLS of every endpoint, and what an auditor lacks: nothing", () =>
    Effect.gen(function* () {
      const simulated = yield* Simulated.make({ ...cluster, endpoints: 2 })
      const answers = yield* checked(yield* open(simulated))
      assert.deepStrictEqual(
        answers,
        simulated.urls.map((url) => ({ url, result: { url, version: "9.1.4", tls: "plain http", missing: [] } }))
      )
    })
  )

  it.scopedLive("check tells of an endpoint that is down beside one that is up", () =>
    Effect.gen(function* () {
      const simulated = yield* Simulated.make({ ...cluster, endpoints: 2 })
      yield* simulated.setEndpointUp(0, false)
      const answers = yield* checked(yield* open(simulated))
      assert.deepStrictEqual(
        answers.map(({ result }) => ("_tag" in result ? result._tag : result.version)),
        ["Unreachable", "9.1.4"]
      )
    })
  )

  it.scopedLive("check names each missing privilege, where, and what it costs", () =>
    Effect.gen(function* () {
      const simulated = yield* Simulated.make(cluster)
      for (const name of ["Sys.Audit", "Datastore.Audit", "Pool.Audit", "SDN.Audit", "VM.GuestAgent.Audit"]) {
        yield* simulated.revoke(name)
      }
      yield* simulated.revoke("VM.Audit", "/vms/103")
      const missing = yield* missingAt(simulated)
      assert.deepStrictEqual(
        missing.map(({ path, privilege }) => `${privilege} ${path}`),
        [
          "VM.Audit /vms",
          "Sys.Audit /",
          "Datastore.Audit /storage",
          "Pool.Audit /pool",
          "SDN.Audit /sdn",
          "VM.GuestAgent.Audit /vms"
        ]
      )
      for (const { costs } of missing) assert.isNotEmpty(costs)
    })
  )

  it.scopedLive("agents are read with VM.Monitor up to 8.4", () =>
    Effect.gen(function* () {
      const simulated = yield* Simulated.make({ ...cluster, version: "8.4.1" })
      assert.deepStrictEqual(yield* missingAt(simulated), [])
      yield* simulated.revoke("VM.Monitor")
      assert.deepStrictEqual(
        (yield* missingAt(simulated)).map(({ privilege }) => privilege),
        ["VM.Monitor"]
      )
    })
  )

  it.scopedLive("a self-signed certificate is accepted by authority, by fingerprint, or unseen", () =>
    Effect.gen(function* () {
      const simulated = yield* Simulated.make({ ...cluster, tls: true })
      const { ca = "", fingerprint = "" } = simulated
      const ways = [
        [{ verify: true, ca }, "verified"],
        [{ verify: true, fingerprints: [fingerprint] }, "pinned"],
        [{ verify: false }, "not verified"]
      ] as const
      for (const [tls, told] of ways) {
        const [first] = yield* checked(yield* open(simulated, { tls }))
        assert.strictEqual(first !== undefined && "tls" in first.result ? first.result.tls : "", told)
        assert.lengthOf((yield* observeOnce(simulated, { tls })).guests, 8)
      }
    })
  )

  it.scopedLive("another certificate is refused before anything is sent", () =>
    Effect.gen(function* () {
      const simulated = yield* Simulated.make({ ...cluster, tls: true })
      const pin = Array.from({ length: 32 }, () => "AB").join(":")
      for (const tls of [{ verify: true }, { verify: true, fingerprints: [pin] }]) {
        const error = yield* Effect.flip(observeOnce(simulated, { tls }))
        assert.strictEqual(error._tag, "TlsRejected")
      }
      assert.deepStrictEqual(yield* simulated.requests, [])
    })
  )

  it.scopedLive("an address may end with the path of the API", () =>
    Effect.gen(function* () {
      const simulated = yield* Simulated.make(cluster)
      const urls = simulated.urls.map((url) => `${url}/api2/json/`)
      assert.isTrue((yield* observeOnce(simulated, { urls })).complete)
    })
  )
})
