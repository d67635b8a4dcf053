import { assert, describe, it } from "@effect/vitest"
import { Deferred, Duration, Effect, FastCheck as fc, Fiber, TestClock } from "effect"
import * as ObjectCache from "../../src/services/ObjectCache.ts"

const make = (options: Partial<ObjectCache.CacheOptions<string>> = {}) =>
  ObjectCache.make<string, string>({
    ttl: Duration.seconds(60),
    maxEntries: 100,
    maxBytes: 10_000,
    weigh: (value) => value.length,
    ...options
  })

const sites = "/api/dcim/sites/"

describe("ObjectCache", () => {
  it.scoped("keeps answers by path and query until they are too old", () =>
    Effect.gen(function* () {
      const cache = yield* make()
      yield* cache.get(sites, "a=1", Effect.succeed("first"))
      yield* TestClock.adjust("59999 millis")
      assert.strictEqual(yield* cache.get(sites, "a=1", Effect.succeed("second")), "first")
      assert.strictEqual(yield* cache.get(sites, "a=2", Effect.succeed("other")), "other")
      assert.strictEqual((yield* cache.stats).oldestAgeSeconds, 59.999)
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* cache.get(sites, "a=1", Effect.succeed("third")), "third")
      assert.deepInclude(yield* cache.stats, { hits: 1, misses: 3, evictionsTtl: 1, entries: 2 })
    })
  )

  it.scoped("is off where answers are good for no time", () =>
    Effect.gen(function* () {
      const cache = yield* make({ ttl: Duration.zero })
      yield* cache.get(sites, "", Effect.succeed("first"))
      assert.strictEqual(yield* cache.get(sites, "", Effect.succeed("second")), "second")
      assert.deepInclude(yield* cache.stats, { hits: 0, misses: 0, entries: 0 })
    })
  )

  it.scoped("drops what was used least recently, by number and by bytes", () =>
    Effect.gen(function* () {
      const cache = yield* make({ maxEntries: 3, maxBytes: 10 })
      const read = (query: string, value: string) => cache.get(sites, query, Effect.succeed(value))
      yield* read("a", "aa")
      yield* read("b", "bb")
      yield* read("c", "cc")
      yield* read("a", "new")
      yield* read("d", "dd")
      assert.strictEqual(yield* read("a", "new"), "aa")
      assert.deepInclude(yield* cache.stats, { evictionsSize: 1, evictionsBytes: 0, entries: 3, bytes: 6 })
      yield* read("e", "eeeeeee")
      assert.deepInclude(yield* cache.stats, { evictionsSize: 2, evictionsBytes: 1, entries: 2, bytes: 9 })
      assert.strictEqual(yield* read("f", "much too large"), "much too large")
      assert.strictEqual(yield* read("f", "again"), "again")
    })
  )

  it.scoped("forgets after a write the path, its list and what is in it, and nothing else", () =>
    Effect.gen(function* () {
      const cache = yield* make()
      const paths = [
        sites,
        `${sites}1/`,
        `${sites}2/`,
        "/api/dcim/site-groups/",
        "/api/dcim/sites/1/extra/",
        "/api/dcim/"
      ]
      const held = Effect.gen(function* () {
        const held: Array<string> = []
        for (const path of paths) {
          const before = (yield* cache.stats).hits
          yield* cache.get(path, "", Effect.succeed(path))
          if ((yield* cache.stats).hits > before) held.push(path)
        }
        return held
      })
      yield* held
      yield* cache.invalidate(`${sites}1/`)
      assert.deepStrictEqual(
        yield* held,
        paths.filter((path) => path !== sites && path !== `${sites}1/`)
      )
      yield* cache.invalidate(sites)
      assert.deepStrictEqual(yield* held, paths.slice(3))
      assert.strictEqual((yield* cache.stats).invalidations, 5)
    })
  )

  it.scoped("shares a lookup among equal reads, though the one that began it is interrupted", () =>
    Effect.gen(function* () {
      const cache = yield* make()
      const gate = yield* Deferred.make<string>()
      let lookups = 0
      const read = cache.get(
        sites,
        "",
        Effect.suspend(() => ((lookups += 1), Deferred.await(gate)))
      )
      const first = yield* Effect.fork(read)
      yield* Effect.yieldNow()
      const second = yield* Effect.fork(read)
      yield* Effect.yieldNow()
      yield* Fiber.interrupt(first)
      yield* Deferred.succeed(gate, "answer")
      assert.strictEqual(yield* Fiber.join(second), "answer")
      assert.strictEqual(yield* read, "answer")
      assert.strictEqual(lookups, 1)
    })
  )

  it.scoped("does not keep failures", () =>
    Effect.gen(function* () {
      const cache = yield* make()
      assert.strictEqual(yield* Effect.flip(cache.get(sites, "", Effect.fail("down"))), "down")
      assert.strictEqual(yield* cache.get(sites, "", Effect.succeed("up")), "up")
    })
  )

  it.scoped("does not keep an answer that a write has overtaken", () =>
    Effect.gen(function* () {
      const cache = yield* make()
      const gate = yield* Deferred.make<string>()
      const reader = yield* Effect.fork(cache.get(sites, "", Deferred.await(gate)))
      yield* Effect.yieldNow()
      yield* cache.invalidate(sites)
      const late = yield* cache.get(sites, "", Effect.succeed("new"))
      yield* Deferred.succeed(gate, "old")
      assert.strictEqual(yield* Fiber.join(reader), "old")
      assert.strictEqual(late, "new")
      assert.strictEqual(yield* cache.get(sites, "", Effect.succeed("newer")), "new")
    })
  )

  it.scoped("forgets all and counts from zero when cleared", () =>
    Effect.gen(function* () {
      const cache = yield* make()
      yield* cache.get(sites, "", Effect.succeed("a"))
      yield* cache.get(sites, "", Effect.succeed("b"))
      yield* cache.clear
      assert.deepInclude(yield* cache.stats, { hits: 0, misses: 0, invalidations: 0, entries: 0, bytes: 0 })
      assert.strictEqual(yield* cache.get(sites, "", Effect.succeed("c")), "c")
    })
  )

  const step = fc.oneof(
    fc.record({
      do: fc.constant("read" as const),
      list: fc.nat(2),
      id: fc.nat(4),
      size: fc.integer({ min: 1, max: 40 })
    }),
    fc.record({ do: fc.constant("write" as const), list: fc.nat(2), id: fc.nat(4) }),
    fc.record({ do: fc.constant("wait" as const), millis: fc.nat(500) })
  )
  it.effect.prop(
    "never serves what was overwritten, is within its limits, and counts true",
    [fc.array(step, { maxLength: 60 })],
    ([steps]) =>
      Effect.gen(function* () {
        const cache = yield* make({ ttl: Duration.seconds(1), maxEntries: 6, maxBytes: 100 })
        const versions = new Map<string, number>()
        let reads = 0
        for (const step of steps) {
          if (step.do === "wait") {
            yield* TestClock.adjust(Duration.millis(step.millis))
            continue
          }
          // The list itself, and objects in it.
          const list = `/api/list${"abc"[step.list]}/`
          const path = step.id === 0 ? list : `${list}${step.id}/`
          if (step.do === "write") {
            const touched =
              step.id === 0 ? [0, 1, 2, 3, 4].map((id) => (id === 0 ? list : `${list}${id}/`)) : [list, path]
            for (const one of touched) versions.set(one, (versions.get(one) ?? 0) + 1)
            yield* cache.invalidate(path)
          } else {
            reads += 1
            const current = `${versions.get(path) ?? 0}`
            const answer = yield* cache.get(path, "", Effect.succeed(current.padEnd(step.size, " ")))
            assert.strictEqual(answer.trim(), current)
          }
          const stats = yield* cache.stats
          assert.isAtMost(stats.entries, 6)
          assert.isAtMost(stats.bytes, 100)
          assert.strictEqual(stats.hits + stats.misses, reads)
          const gone = stats.invalidations + stats.evictionsTtl + stats.evictionsSize + stats.evictionsBytes
          assert.strictEqual(stats.misses, stats.entries + gone)
        }
      }).pipe(Effect.scoped)
  )
})
