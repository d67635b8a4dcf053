import { assert, it } from "@effect/vitest"
import { Chunk, Effect, Fiber, Redacted, Stream } from "effect"
import type { Recorded } from "../../../src/domain/Event.ts"
import * as RpcClient from "../../../src/http/rpc/Client.ts"
import { key, world } from "../../support/Service.ts"

const connect = (url: string, raw = key) => RpcClient.make({ url, key: Redacted.make(raw) })

it.scopedLive(
  "plans, applies what was planned, and tells of it, over one WebSocket",
  () =>
    Effect.gen(function* () {
      const { service } = yield* world()
      const client = yield* connect(service.url)
      const planned = yield* client.Plan({})
      assert.strictEqual(planned.state, "planned")
      assert.isAbove(planned.operations, 10)
      const altered = yield* Effect.flip(client.Apply({ run: planned.run, digest: "0" }))
      assert.strictEqual(altered._tag === "Problem" ? altered.code : altered._tag, "conflict")
      yield* client.Apply({ run: planned.run, digest: planned.digest ?? "" })

      const events = yield* Stream.runCollect(RpcClient.follow(client, { run: planned.run }))
      const seqs = Chunk.toReadonlyArray(events).map(({ seq }) => seq)
      assert.deepStrictEqual(
        seqs,
        [...new Set(seqs)].toSorted((one, other) => one - other)
      )
      assert.strictEqual(Chunk.unsafeLast(events).event._tag, "RunCompleted")

      const detail = yield* client.Run({ run: planned.run, limit: 5 })
      assert.strictEqual(detail.outcome, "succeeded")
      assert.strictEqual(detail.page.items.length, 5)
      const { items } = yield* client.Runs({})
      assert.deepStrictEqual(
        items.map(({ run }) => run),
        [planned.run]
      )
      assert.deepStrictEqual((yield* client.Drift({ limit: 10 })).items, [])

      const again = yield* client.Plan({})
      assert.deepStrictEqual([again.operations, again.outcome], [0, "succeeded"])
    }),
  60_000
)

it.scopedLive(
  "goes on after the event where it was cut, and one run of two is refused by name",
  () =>
    Effect.gen(function* () {
      const { netbox, service } = yield* world({ netbox: { latency: 30 } })
      const client = yield* connect(service.url)
      const { run } = yield* client.Sync({})
      const second = yield* Effect.flip(client.Sync({}))
      assert.strictEqual(second._tag === "Problem" ? second.code : second._tag, "run_active")
      const whole = yield* Effect.fork(Stream.runCollect(client.Follow({ run })))
      const first = yield* Stream.runCollect(Stream.take(client.Follow({ run }), 5))
      const rest = yield* Stream.runCollect(client.Follow({ run, after: Chunk.unsafeLast(first).seq }))
      const seqs = (events: Chunk.Chunk<Pick<Recorded, "seq">>) => Chunk.toReadonlyArray(events).map(({ seq }) => seq)
      assert.deepStrictEqual(seqs(Chunk.appendAll(first, rest)), seqs(yield* Fiber.join(whole)))
      assert.isAbove((yield* netbox.requests).length, 0)
    }),
  60_000
)

it.scopedLive(
  "lets nobody in without a key that is good for it",
  () =>
    Effect.gen(function* () {
      const { service } = yield* world()
      const wrong = yield* connect(service.url, "not-the-key-0123456789abcdefghijklmnopqrstuvwxyz")
      const refused = yield* Effect.flip(wrong.Runs({}))
      assert.strictEqual(refused._tag === "Problem" ? refused.code : refused._tag, "unauthorized")
      const made = yield* service.call("/v1/keys", { method: "POST", json: { label: "reader", scopes: ["read"] } })
      const raw = (made.json as { readonly raw_key: string }).raw_key
      const reader = yield* connect(service.url, raw)
      assert.deepStrictEqual((yield* reader.Runs({})).items, [])
      const forbidden = yield* Effect.flip(reader.Sync({}))
      assert.strictEqual(forbidden._tag === "Problem" ? forbidden.code : forbidden._tag, "forbidden")
      const unknown = yield* Effect.flip(Stream.runDrain(reader.Follow({ run: "none" })))
      assert.strictEqual(unknown._tag === "Problem" ? unknown.code : unknown._tag, "not_found")
    }),
  60_000
)

it.scopedLive(
  "a slow reader does not keep other calls over the same socket waiting",
  () =>
    Effect.gen(function* () {
      const { service } = yield* world({ proxmox: { guests: 40 } })
      const client = yield* connect(service.url)
      const { run } = yield* client.Sync({})
      yield* Stream.runDrain(client.Follow({ run }))
      let read = 0
      const slow = yield* Effect.fork(
        Stream.runForEach(client.Follow({}), () =>
          Effect.zipRight(
            Effect.sync(() => (read += 1)),
            Effect.sleep("20 millis")
          )
        )
      )
      // Other calls over the same socket are answered meanwhile.
      yield* Effect.forEach([1, 2, 3, 4, 5], () => client.Runs({ limit: 1 }))
      yield* Fiber.interrupt(slow)
      assert.isAbove(read, 0)
    }),
  60_000
)
