import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Redacted } from "effect"
import { Authentication } from "../../../src/http/Authentication.ts"
import { Source } from "../../../src/http/Source.ts"
import { Keys } from "../../../src/store/Keys.ts"
import * as LockoutsLive from "../../../src/store/LockoutsLive.ts"
import { open } from "../../support/Raw.ts"
import * as Support from "../../support/Service.ts"
import { membersOf } from "../../support/V1.ts"

const many = 5000

const connections = 20

/** So many requests, and the statuses of their answers; each ends its connection. */
const flood = (port: number, path: string) =>
  Effect.forEach(
    Array.from({ length: many }),
    () =>
      Effect.scoped(
        Effect.gen(function* () {
          const { closed, socket } = yield* open(port)
          socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`)
          return (yield* closed).match(/HTTP\/1\.1 \d{3}/g) ?? []
        })
      ),
    { concurrency: connections }
  ).pipe(Effect.map((statuses) => statuses.flat().map((status) => Number(status.slice(-3)))))

const countOf = (statuses: ReadonlyArray<number>, wanted: number) => statuses.filter((one) => one === wanted).length

describe(`${many} requests without a key`, () => {
  it.effect("cost one look into the database, no comparison of keys, and nobody's way in", () => {
    const asked = { bootstrap: 0, verified: 0 }
    const unused = Effect.dieMessage("nobody asks for that")
    const good = Redacted.make(Support.key)
    const keys = Layer.succeed(
      Keys,
      Keys.of({
        needsBootstrap: Effect.sync(() => {
          asked.bootstrap += 1
          return false
        }),
        verify: () => Effect.sync(() => void (asked.verified += 1)).pipe(Effect.zipRight(unused)),
        bootstrap: () => unused,
        list: unused,
        create: () => unused,
        remove: () => unused,
        activate: () => unused,
        deactivate: () => unused,
        load: unused
      })
    )
    return Effect.gen(function* () {
      const { authenticate } = yield* Authentication
      for (let count = 0; count < many; count += 1) {
        const refused = yield* Effect.flip(authenticate(Redacted.make(""), "read"))
        assert.deepInclude(refused, { code: "unauthorized", detail: "API key required. 5 attempts remaining." })
      }
      assert.deepStrictEqual(asked, { bootstrap: 1, verified: 0 })
      yield* Effect.exit(authenticate(good, "read"))
      assert.strictEqual(asked.verified, 1)
    }).pipe(
      Effect.provideService(Source, "198.51.100.7"),
      Effect.provide(Authentication.Default.pipe(Layer.provide(Layer.merge(keys, LockoutsLive.layer))))
    )
  })

  it.scopedLive("lock out no key, meanwhile or afterwards, and whoever watches is answered", () =>
    Effect.gen(function* () {
      const { call, context, port } = yield* Support.start()
      const made = yield* call("/v1/keys", { method: "POST", json: { label: "fresh", scopes: ["read"] } })
      const fresh = String(membersOf(made)["raw_key"])
      const flooding = yield* Effect.fork(flood(port, "/admin/logs"))
      let answered = 0
      while ((yield* Fiber.poll(flooding))._tag === "None") {
        const told = yield* Effect.all([call("/livez", { key: null }), call("/version")], { concurrency: 2 })
        assert.deepStrictEqual(
          told.map(({ status }) => status),
          [200, 200]
        )
        answered += 1
      }
      assert.isAbove(answered, 1)
      assert.strictEqual(countOf(yield* Fiber.join(flooding), 401), many)
      // One that was never seen before, too.
      assert.strictEqual((yield* call("/version", { key: fresh })).status, 200)
      assert.deepStrictEqual(yield* Context.get(context, Keys).load, { inFlight: 0, rejected: 0 })
    })
  )

  it.scopedLive("use up nothing that those with a key behind the same address may ask", () =>
    Effect.gen(function* () {
      const { call, port } = yield* Support.start({ env: { PROXBOX_RATE_LIMIT: "300" } })
      const statuses = yield* flood(port, "/proxmox/endpoints")
      assert.deepStrictEqual([countOf(statuses, 401), countOf(statuses, 429)], [300, many - 300])
      for (let count = 0; count < 20; count += 1) assert.strictEqual((yield* call("/version")).status, 200)
    })
  )
})
