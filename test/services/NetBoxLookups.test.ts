import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Option } from "effect"
import { Metrics } from "../../src/services/Metrics.ts"
import { NetBox } from "../../src/services/NetBox.ts"
import * as NetBoxLive from "../../src/services/NetBoxLive.ts"
import { dataSent, queryOf, rows, table, tags, withNetBox } from "../support/ScriptedNetBox.ts"
import { json } from "../support/ScriptedServer.ts"

describe("look-ups", () => {
  const all = rows(900)
  const together = { concurrency: "unbounded" } as const

  it.live("by id at one time share requests whose lines are short enough", () =>
    withNetBox(table(all), (server) =>
      Effect.gen(function* () {
        const netBox = yield* NetBox
        const found = yield* Effect.forEach(all, ({ id }) => netBox.get(tags, id), together)
        assert.deepStrictEqual(found.map(Option.getOrNull), all)
        assert.isTrue(dataSent(server).every(({ url }) => url.length < 3600))
        assert.isAtMost(dataSent(server).length, 5)
        assert.isTrue(Option.isNone(yield* netBox.get(tags, 2)))
      })
    )
  )

  it.live("by one key are told apart, absent ones too", () =>
    withNetBox(table(all), (server) =>
      Effect.gen(function* () {
        const netBox = yield* NetBox
        const slugs = ["s1", "s2", "s1", "nope", "__proto__"]
        const found = yield* Effect.forEach(slugs, (slug) => netBox.find(tags, [["slug", slug]]), together)
        assert.deepStrictEqual(
          found.map((rows) => rows.map(({ slug }) => slug)),
          [["s1"], ["s2"], ["s1"], [], []]
        )
        assert.deepStrictEqual(
          dataSent(server).map((seen) => queryOf(seen).getAll("slug")),
          [["s1", "s2", "nope", "__proto__"]]
        )
      })
    )
  )

  it.live("by keys that rows do not show, or by several, are not merged", () =>
    withNetBox(table([]), (server) =>
      Effect.gen(function* () {
        const netBox = yield* NetBox
        yield* Effect.all(
          [
            netBox.find(tags, [["address", "10.0.0.1"]]),
            netBox.find(tags, [["address", "10.0.0.2"]]),
            netBox.find(tags, [
              ["slug", "a"],
              ["name", "b"]
            ])
          ],
          together
        )
        assert.strictEqual(dataSent(server).length, 3)
      })
    )
  )

  it.live("that NetBox refuses do not fail those sent with them", () =>
    withNetBox(
      (seen, response, count) =>
        queryOf(seen).getAll("slug").includes("bad")
          ? json(response, 400, { slug: ["Select a valid choice."] })
          : table(all)(seen, response, count),
      () =>
        Effect.gen(function* () {
          const netBox = yield* NetBox
          const find = (slug: string) => Effect.either(netBox.find(tags, [["slug", slug]]))
          const [good, bad] = yield* Effect.all([find("s1"), find("bad")], together)
          assert.strictEqual(Option.getOrNull(Either.getRight(good))?.length, 1)
          assert.strictEqual(Option.getOrNull(Either.getLeft(bad))?._tag, "Refused")
        })
    )
  )

  it.live("are answered from the cache until a write, even one that fails", () => {
    let version = 0
    return withNetBox(
      ({ method }, response) => {
        if (method === "GET") json(response, 200, { next: null, results: [{ id: 1, slug: "a", version }] })
        else json(response, version++ === 0 ? 200 : 500, [{ id: 1 }])
      },
      (server) =>
        Effect.gen(function* () {
          const netBox = yield* NetBox
          const read = Effect.map(netBox.get(tags, 1), (row) => Option.getOrNull(row)?.version)
          const seen = [yield* read, yield* read]
          yield* netBox.update(tags, [{ id: 1, name: "x" }])
          seen.push(yield* read, yield* read)
          yield* Effect.either(netBox.update(tags, [{ id: 1, name: "y" }]))
          seen.push(yield* read)
          assert.deepStrictEqual(seen, [0, 0, 1, 1, 2])
          assert.strictEqual(dataSent(server).length, 5)
          const cache = yield* Effect.flatMap(NetBoxLive.NetBoxCache, ({ stats }) => stats)
          assert.deepInclude(cache, { hits: 2, misses: 3, invalidations: 2 })
          const text = yield* Effect.flatMap(Metrics, ({ text }) => text)
          for (const line of [
            "proxbox_cache_hits 2",
            "proxbox_cache_hits_total 2",
            "proxbox_cache_misses 3",
            "proxbox_cache_invalidations 2",
            "proxbox_cache_entries 1",
            "proxbox_cache_hit_rate 40",
            "proxbox_cache_ttl_seconds 60",
            `proxledger_upstream_request_seconds_count{endpoint="${server.url}",method="PATCH",outcome="5xx"} 1`,
            `proxledger_upstream_requests_in_flight{endpoint="${server.url}"} 0`
          ]) {
            assert.include(text.split("\n"), line)
          }
        })
    )
  })
})
