import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { type Bulk, type Ended, Pace, type Sign } from "../../src/domain/Pace.ts"

const path = "/api/dcim/sites/"
const options = { most: 8, aim: 15_000, calm: 10_000 }

/** Ends requests one after the other, a second each, unless told otherwise. */
const drive = (pace: Pace) => {
  let now = 0
  return (sign: Sign, rest: Partial<Ended> = {}) => {
    now += 1000
    return pace.ended({ sign, turn: pace.turn, now, took: 1000, ...rest })
  }
}

const list = (items: number): { readonly bulk: Bulk } => ({ bulk: { method: "POST", path, items } })

const many = (times: number, end: () => unknown) => Array.from({ length: times }, end)

const fresh = () => {
  const pace = new Pace(options)
  return { pace, end: drive(pace), size: () => pace.size("POST", path, 100) }
}

const overload = ["throttled", "unavailable", "failing", "cut", "timeout"] as const

describe("requests in flight", () => {
  it("begin at the maximum and stay there while all is well", () => {
    const { end, pace } = fresh()
    many(100, () => end("well"))
    assert.strictEqual(pace.inFlight, 8)
    assert.strictEqual(pace.turn, 0)
  })

  for (const strain of overload) {
    it(`are halved by each ${strain}, down to one`, () => {
      const { end, pace } = fresh()
      const limits = many(4, () => {
        assert.strictEqual(end(strain), strain)
        return pace.inFlight
      })
      assert.deepStrictEqual(limits, [4, 2, 1, 1])
    })
  }

  it("are halved once by all that left before it was noticed", () => {
    const { end, pace } = fresh()
    const { turn } = pace
    assert.strictEqual(end("cut", { turn }), "cut")
    for (const strain of overload) assert.isNull(end(strain, { turn }))
    assert.strictEqual(pace.inFlight, 4)
    end("cut")
    assert.strictEqual(pace.inFlight, 2)
  })

  it("grow by one after the calm and two good answers for each in flight", () => {
    const { end, pace } = fresh()
    many(3, () => end("throttled"))
    many(9, () => end("well"))
    assert.strictEqual(pace.inFlight, 1, "not before 10 s have passed")
    end("well")
    assert.strictEqual(pace.inFlight, 2)
    many(3, () => end("well"))
    assert.strictEqual(pace.inFlight, 2)
    end("well")
    assert.strictEqual(pace.inFlight, 3)
    many(1000, () => end("well"))
    assert.strictEqual(pace.inFlight, 8)
  })

  it("do not grow by answers to what left before the slow-down, nor by failures that say nothing", () => {
    const { end, pace } = fresh()
    const { turn } = pace
    end("failing")
    many(100, () => end("well", { turn }))
    many(100, () => end("mute"))
    assert.strictEqual(pace.inFlight, 4)
  })

  it("are halved by a late answer to a read", () => {
    const { end, pace } = fresh()
    assert.strictEqual(end("well", { took: 15_001 }), "slow")
    assert.strictEqual(pace.inFlight, 4)
  })
})

describe("lists", () => {
  it("stay at the usual length while they are quick", () => {
    const { end, size } = fresh()
    size()
    many(20, () => end("well", { ...list(100), took: 5000 }))
    assert.strictEqual(size(), 100)
    assert.strictEqual(size(), 100)
  })

  it("are halved when late, without fewer requests: their kind is slow", () => {
    const { end, pace, size } = fresh()
    size()
    assert.strictEqual(end("well", { ...list(100), took: 25_000 }), "slow")
    assert.deepStrictEqual([size(), pace.inFlight], [50, 8])
    end("well", { ...list(50), took: 12_500 })
    assert.deepStrictEqual([size(), pace.inFlight], [50, 8])
  })

  it("are halved when late, and requests too where such a list was quick before: the server is slow", () => {
    const { end, pace, size } = fresh()
    size()
    end("well", { ...list(100), took: 4000 })
    end("well", { ...list(100), took: 25_000 })
    assert.deepStrictEqual([size(), pace.inFlight], [50, 4])
  })

  it("of one that are late slow the requests down, as they cannot be shorter", () => {
    const { end, pace, size } = fresh()
    size()
    end("well", { ...list(1), took: 25_000 })
    assert.deepStrictEqual([size(), pace.inFlight], [50, 4])
  })

  it("are halved by what may come of their length, and by nothing else, down to one", () => {
    for (const strain of ["unavailable", "cut", "timeout"] as const) {
      const { end, size } = fresh()
      const sizes = [size()]
      while ((sizes.at(-1) ?? 0) > 1) {
        end(strain, list(size()))
        sizes.push(size())
      }
      assert.deepStrictEqual(sizes, [100, 50, 25, 12, 6, 3, 1])
      end(strain, list(1))
      assert.strictEqual(size(), 1)
    }
    for (const strain of ["throttled", "failing"] as const) {
      const { end, size } = fresh()
      size()
      end(strain, list(100))
      assert.strictEqual(size(), 100)
    }
  })

  it("that were formed before they were made shorter say nothing about the new length", () => {
    const { end, size } = fresh()
    size()
    end("timeout", list(100))
    end("timeout", list(100))
    assert.strictEqual(size(), 50)
    end("timeout", list(50))
    assert.strictEqual(size(), 25)
  })

  it("grow by ten with each full one that takes less than half the time, up to the usual length", () => {
    const { end, size } = fresh()
    size()
    many(2, () => end("timeout", list(size())))
    end("well", { ...list(24), took: 1000 })
    assert.strictEqual(size(), 25, "not full")
    end("well", { ...list(25), took: 7500 })
    assert.strictEqual(size(), 25, "not quick")
    end("well", { ...list(25), took: 7499 })
    assert.strictEqual(size(), 35)
    many(20, () => end("well", { ...list(size()), took: 1000 }))
    assert.strictEqual(size(), 100)
  })

  it("are counted by method and path", () => {
    const { end, pace, size } = fresh()
    const removals = () => pace.size("DELETE", path, 25)
    assert.deepStrictEqual([size(), removals()], [100, 25])
    end("timeout", { bulk: { method: "DELETE", path, items: 25 } })
    assert.deepStrictEqual([size(), removals()], [100, 12])
    assert.deepStrictEqual(pace.shrunk, [{ method: "DELETE", path, low: 12, most: 25 }])
  })
})

describe("whatever happens", () => {
  const sign = fc.constantFrom<Sign>("well", "well", "well", "well", "mute", "slow", ...overload)
  const step = fc.record({
    sign,
    took: fc.integer({ min: 0, max: 40_000 }),
    age: fc.integer({ min: 0, max: 3 }),
    items: fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined })
  })

  it("limits stay between one and the maximum, fall by half at most, and rise by a step at most", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 16 }), fc.array(step, { maxLength: 200 }), (most, steps) => {
        const pace = new Pace({ ...options, most })
        const size = () => pace.size("POST", path, 100)
        size()
        let now = 0
        for (const { age, items, sign, took } of steps) {
          const before = [pace.inFlight, size()] as const
          now += took
          const bulk = items === undefined ? {} : list(items)
          const strain = pace.ended({ sign, turn: Math.max(0, pace.turn - age), now, took, ...bulk })
          const after = [pace.inFlight, size()] as const
          for (const [at, [ceiling, rise]] of (
            [
              [most, 1],
              [100, 10]
            ] as const
          ).entries()) {
            const [was = 0, is = 0] = [before[at], after[at]]
            assert.isTrue(is >= 1 && is <= ceiling)
            assert.isTrue(is >= Math.max(1, Math.floor(was / 2)) && is <= was + rise)
            if (is < was) assert.isNotNull(strain)
            if (is > was) assert.isNull(strain)
          }
        }
        many(3000, () => {
          now += 1000
          pace.ended({ sign: "well", turn: pace.turn, now, took: 100, ...list(size()) })
        })
        assert.deepStrictEqual([pace.inFlight, size()], [most, 100], "all is well again")
      })
    )
  })
})
