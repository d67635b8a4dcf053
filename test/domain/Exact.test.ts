import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, FastCheck as fc, Option, Schema } from "effect"
import { Event } from "../../src/domain/Event.ts"
import { exact } from "../../src/domain/Exact.ts"
import { isJsonObject, type Json, type JsonObject } from "../../src/domain/Json.ts"

const isExact = exact(Event)
const decode = Schema.decodeUnknownOption(Event)

const plain = (event: Event): JsonObject => JSON.parse(JSON.stringify(event))

/** The same with one value somewhere inside it replaced, taken away or added. */
const altered = (value: Json, path: ReadonlyArray<number>, put: Json | undefined): Json | undefined => {
  const [step = 0, ...rest] = path
  if (Array.isArray(value)) {
    if (value.length === 0 || path.length === 0) return put
    const place = step % value.length
    return value.flatMap((member, at) => {
      const next = at === place ? altered(member, rest, put) : member
      return next === undefined ? [] : [next]
    })
  }
  if (!isJsonObject(value)) return put
  const keys = [...Object.keys(value), "more"]
  const key = keys[step % keys.length] ?? "more"
  const next = altered(value[key] ?? null, rest, put)
  const entries = Object.entries(value).filter(([name]) => name !== key)
  return Object.fromEntries(next === undefined ? entries : [...entries, [key, next]])
}

describe("the fast check of an event's shape", () => {
  it("knows every event of today", () => {
    fc.assert(
      fc.property(Arbitrary.make(Event), (event) => {
        assert.isTrue(isExact(event))
      })
    )
  })

  it("says yes only where the schema finds the same event", () => {
    let refused = 0
    const path = fc.array(fc.nat(12), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(Arbitrary.make(Event), path, fc.option(fc.jsonValue(), { nil: undefined }), (event, at, put) => {
        const value = altered(plain(event), at, JSON.parse(JSON.stringify([put ?? null]))[put === undefined ? 1 : 0])
        const now = { ...(isJsonObject(value) ? value : {}), _tag: event._tag }
        if (isExact(now)) assert.deepStrictEqual(decode(now), Option.some(now))
        else refused += 1
      }),
      { numRuns: 1500 }
    )
    assert.isAbove(refused, 300)
  })

  it("leaves a member too many, one that is undefined and an unknown tag to the schema", () => {
    const stage = { _tag: "StageEntered", stage: "plan" }
    assert.isTrue(isExact(stage))
    for (const odd of [{ expected: undefined }, { more: 1 }, { stage: undefined }, { stage: "land" }]) {
      assert.isFalse(isExact({ ...stage, ...odd }), JSON.stringify(odd))
    }
    assert.isFalse(isExact({ _tag: "MoonLanded" }))
  })

  it("is refused for what it cannot check as it stands", () => {
    assert.throws(() => exact(Schema.TaggedStruct("Open", { all: Schema.Array(Schema.Unknown) })), /No exact check/)
  })
})
