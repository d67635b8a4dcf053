import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { desire } from "../../src/domain/Desire.ts"
import { kinds } from "../../src/domain/Kinds.ts"
import { retired } from "../../src/domain/mapping/Tag.ts"
import { plan, type PlanInput } from "../../src/domain/Plan.ts"
import type { GuestFacts } from "../../src/domain/proxmox/Observation.ts"
import { atOnce, type Steps } from "../../src/domain/Steps.ts"
import { targetOf } from "../../src/domain/Target.ts"
import { scopingOf } from "../../src/domain/Scoping.ts"
import { stepwise } from "../../src/services/Stepwise.ts"
import { guest, observation, PureWorld } from "../support/PureWorld.ts"

const guests = (count: number) => Array.from({ length: count }, (_, index) => guest(100 + index))

const asked = (world: PureWorld, of: ReadonlyArray<GuestFacts>) =>
  desire([{ settings: { name: "lab" }, observation: observation(of) }], [], targetOf(world.rows), kinds, new Map())

const inputOf = (world: PureWorld, of: ReadonlyArray<GuestFacts>): PlanInput => ({
  kinds,
  desire: atOnce(asked(world, of)),
  target: targetOf(world.rows),
  bindings: world.bindings,
  baselines: world.baselines,
  policy: { deletes: true, grace: 0, limitCount: 5, limitPercent: 20, approved: false },
  retiredTag: retired,
  scoping: scopingOf({}),
  unseen: () => false,
  now: 1
})

/** A world in which all but the last guests are, half of them with another memory than NetBox has; the first ones are gone. */
const changed = (count: number, gone: number) => {
  const world = new PureWorld()
  world.apply(world.plan([observation(guests(count - 5))]))
  const now = guests(count).map((one, index) =>
    index % 2 === 0 ? one : { ...one, config: { ...one.config, memory: "4096" } }
  )
  return { world, guests: now.slice(gone) }
}

/** Counts how often `member` is asked for. */
const watched = <A extends object>(item: A, member: keyof A, touched: () => void): A =>
  new Proxy(item, {
    get: (whole, name, receiver) => {
      if (name === member) touched()
      return Reflect.get(whole, name, receiver) as unknown
    }
  })

/** The most that was touched within one step. */
const longestStep = (steps: (touched: () => void) => Steps<unknown>): number => {
  let touches = 0
  let most = 0
  const running = steps(() => {
    touches += 1
  })
  for (let done = false; !done; most = Math.max(most, touches)) {
    touches = 0
    done = running.next().done === true
  }
  return most
}

describe("a plan in steps", () => {
  it.effect("is the same as at once", () =>
    Effect.gen(function* () {
      const { guests: now, world } = changed(60, 3)
      const input = inputOf(world, now)
      const made = yield* stepwise(plan(input))
      assert.isAbove(made.operations.length, 30)
      assert.deepStrictEqual(made, atOnce(plan(input)))
      assert.deepStrictEqual(yield* stepwise(asked(world, now)), atOnce(asked(world, now)))
    })
  )

  it("looks at no more objects in a step when the estate is larger", () => {
    const planning = (count: number) =>
      longestStep((touched) => {
        const { guests: now, world } = changed(count, 3)
        const input = inputOf(world, now)
        const objects = input.desire.objects.map((one) => watched(one, "ref", touched))
        const rows = new Map(
          [...world.rows].map(([kind, of]) => [
            kind,
            new Map([...of].map(([id, row]) => [id, watched(row, "fields", touched)]))
          ])
        )
        // What refers to an object stands in an index that is made in one go: a row of it takes nanoseconds.
        const target = { rows: targetOf(rows).rows, referring: targetOf(world.rows).referring }
        const bindings = new Map([...world.bindings].map(([ref, one]) => [ref, watched(one, "ref", touched)]))
        return plan({ ...input, desire: { ...input.desire, objects }, target, bindings })
      })
    assert.isAtMost(planning(400), 16 * 80)
    // Where sixteen objects begin and end varies a little.
    assert.isAtMost(planning(400), planning(100) * 1.1)
  })

  it("reads no more configurations in a step when the estate is larger", () => {
    const desiring = (count: number) =>
      longestStep((touched) =>
        asked(
          new PureWorld(),
          guests(count).map((one) => watched(one, "config", touched))
        )
      )
    assert.isAtMost(desiring(200), 16 * 10)
    assert.strictEqual(desiring(200), desiring(50))
  })
})

describe("stepwise", () => {
  /** A clock that moves on by a millisecond whenever it is read. */
  const hasty = (): Clock.Clock => {
    let now = 0
    return { ...Clock.make(), unsafeCurrentTimeMillis: () => now++ }
  }

  const counting = function* (steps: number): Steps<number> {
    for (let step = 0; step < steps; step++) yield
    return steps
  }

  it.effect("lets others have a turn every ten milliseconds", () =>
    Effect.gen(function* () {
      let turns = 0
      let open = true
      const others = () => {
        turns += 1
        if (open) setImmediate(others)
      }
      setImmediate(others)
      assert.strictEqual(yield* stepwise(counting(1000)).pipe(Effect.withClock(hasty())), 1000)
      open = false
      assert.isAtLeast(turns, 90)
    })
  )
})
