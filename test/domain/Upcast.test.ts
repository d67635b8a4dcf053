import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, FastCheck as fc, Schema } from "effect"
import { Event, type EventOf, versions } from "../../src/domain/Event.ts"
import { isKnown, upcast, upcasters, type Upcasters } from "../../src/domain/Upcast.ts"

/** As if the seal had once called its digest `hash`, and before that had counted nothing. */
const steps: Upcasters = {
  PlanSealed: [(data) => ({ ...data, operations: 0 }), ({ hash = "", ...rest }) => ({ ...rest, digest: hash })]
}

describe("upcast", () => {
  it("takes each version through the steps that follow it", () => {
    const sealed: EventOf<"PlanSealed"> = { _tag: "PlanSealed", operations: 0, digest: "d" }
    assert.deepEqual(upcast("PlanSealed", 1, { hash: "d" }, steps), sealed)
    assert.deepEqual(upcast("PlanSealed", 2, { hash: "d", operations: 4 }, steps), { ...sealed, operations: 4 })
    assert.deepEqual(upcast("PlanSealed", 3, { digest: "d", operations: 4 }, steps), { ...sealed, operations: 4 })
  })

  it("knows no event and no version that a newer engine made", () => {
    assert.isNull(upcast("PlanSealed", 4, {}, steps))
    assert.isNull(upcast("MoonLanded", 1, {}, steps))
    assert.isNull(upcast("constructor", 1, {}, steps))
    assert.isTrue(isKnown("PlanSealed", 3, steps))
    assert.isFalse(isKnown("PlanSealed", 4, steps))
  })

  it("reads runs that were completed before their pace was kept", () => {
    const completed = { outcome: "succeeded", ok: 3, failed: 0, skipped: 0, requests: 9, detail: "" } as const
    assert.deepEqual(upcast("RunCompleted", 1, completed), { _tag: "RunCompleted", ...completed, pace: null })
  })

  it("throws on a known event that does not fit, and says which", () => {
    assert.throws(() => upcast("PlanSealed", 1, { operations: "many" }), /PlanSealed version 1 does not fit/)
  })

  it("has a step for each version of each event but the first", () => {
    for (const [tag, version] of Object.entries(versions)) {
      assert.strictEqual((upcasters[tag]?.length ?? 0) + 1, version, tag)
    }
  })

  it("gives back every event of today from its stored text", () => {
    fc.assert(
      fc.property(Arbitrary.make(Event), (event) => {
        const { _tag, ...data } = JSON.parse(JSON.stringify(Schema.encodeSync(Event)(event)))
        assert.deepEqual(upcast(_tag, versions[event._tag], data), { _tag, ...data })
      })
    )
  })
})
