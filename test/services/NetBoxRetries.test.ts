import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber } from "effect"
import { Metrics } from "../../src/services/Metrics.ts"
import { NetBox } from "../../src/services/NetBox.ts"
import { dataSent, table, tags, withNetBox } from "../support/ScriptedNetBox.ts"
import { json } from "../support/ScriptedServer.ts"

describe("retries", () => {
  /** How often a request is sent that fails `times` times and then succeeds. */
  const sent = (
    method: "GET" | "POST" | "PATCH" | "DELETE",
    status: number,
    headers: { readonly [name: string]: string } = {}
  ) =>
    withNetBox(
      (seen, response, count) => {
        if (count < 2) response.writeHead(status, headers).end()
        else if (seen.method === "GET") json(response, 200, { next: null, results: [] })
        else if (seen.method === "DELETE") response.writeHead(204).end()
        else json(response, 200, [{ id: 1 }])
      },
      (server) =>
        Effect.gen(function* () {
          const netBox = yield* NetBox
          const item = { id: 1 }
          const write = { POST: netBox.create, PATCH: netBox.update, DELETE: netBox.remove }
          yield* Effect.either(method === "GET" ? netBox.find(tags, []) : Effect.asVoid(write[method](tags, [item])))
          const text = yield* Effect.flatMap(Metrics, ({ text }) => text)
          const retries = /^proxledger_upstream_retries_total\{.*\} (\d+)$/m.exec(text)?.[1] ?? "0"
          const count = dataSent(server).length
          assert.strictEqual(Number(retries), count - 1)
          return count
        })
    )

  it.live("a read after 502, 503, 504 and an empty 500; a write after none of them", () =>
    Effect.gen(function* () {
      for (const status of [502, 503, 504, 500]) {
        assert.strictEqual(yield* sent("GET", status), 3)
        for (const method of ["POST", "PATCH", "DELETE"] as const) assert.strictEqual(yield* sent(method, status), 1)
      }
    })
  )

  it.live("everything after 429", () =>
    Effect.gen(function* () {
      for (const method of ["GET", "POST", "PATCH", "DELETE"] as const) {
        assert.strictEqual(yield* sent(method, 429, { "retry-after": "0" }), 3)
      }
    })
  )

  it.live("nothing after 400 and 403", () =>
    Effect.gen(function* () {
      for (const status of [400, 403]) assert.strictEqual(yield* sent("GET", status), 1)
    })
  )

  it.live("a write that was applied and then cut is not sent again", () =>
    withNetBox(
      (_, response) => response.destroy(),
      (server) =>
        Effect.gen(function* () {
          const { create } = yield* NetBox
          assert.strictEqual((yield* Effect.flip(create(tags, [{ name: "a" }])))._tag, "Cut")
          assert.strictEqual(dataSent(server).length, 1)
        })
    )
  )

  it.live("a pause holds no permit", () =>
    withNetBox(
      (seen, response, count) => {
        if (count === 0) response.writeHead(502).end()
        else table([])(seen, response, count)
      },
      ({ seen }) =>
        Effect.gen(function* () {
          const netBox = yield* NetBox
          const waiting = yield* Effect.fork(netBox.find(tags, [["slug", "a"]]))
          yield* Effect.repeat(Effect.sleep("1 millis"), { until: () => seen.length === 1 })
          assert.deepStrictEqual(yield* netBox.find(tags, [["name", "b"]]), [])
          yield* Fiber.interrupt(waiting)
        }),
      { settings: { maxConcurrent: 1, retryDelay: Duration.hours(1) } }
    )
  )

  it.live("nothing is sent before the time that NetBox names, as seconds or as a date, with 429 or 503", () =>
    Effect.gen(function* () {
      for (const [status, header] of [
        [429, () => "2"],
        [503, () => "2"],
        [503, () => new Date(Math.ceil(Date.now() / 1000) * 1000 + 2000).toUTCString()]
      ] as const) {
        const times: Array<number> = []
        yield* withNetBox(
          (seen, response, count) => {
            times.push(Date.now())
            if (count === 0) response.writeHead(status, { "retry-after": header() }).end()
            else table([])(seen, response, count)
          },
          () =>
            Effect.gen(function* () {
              const netBox = yield* NetBox
              const find = (slug: string) => netBox.find(tags, [["slug", slug]])
              const first = yield* Effect.fork(find("a"))
              yield* Effect.repeat(Effect.sleep("1 millis"), { until: () => times.length === 1 })
              yield* Effect.repeat(Effect.sleep("1 millis"), { until: () => netBox.gate.inFlight() === 1 })
              yield* find("b")
              yield* Fiber.join(first)
            })
        )
        const [refused = 0, ...later] = times
        assert.lengthOf(later, 2)
        for (const time of later) assert.isAtLeast(time - refused, 1990, `${status}`)
      }
    })
  )
})
