import { assert, describe, it } from "@effect/vitest"
import { mappings } from "../../src/domain/Desire.ts"
import { kinds, rankOf } from "../../src/domain/Kinds.ts"

describe("kinds", () => {
  it("has one mapping for each kind, in the same order", () => {
    assert.deepStrictEqual(
      mappings.map(({ kind }) => kind),
      kinds.map(({ name }) => name)
    )
  })

  for (const kind of kinds) {
    it(`${kind.name} misses nothing`, () => {
      assert.match(kind.path, /^\/api\/[a-z]+\/[a-z-]+\/$/)
      assert.notStrictEqual(kind.label, "")
      assert.isAbove(kind.probes.length, 0)
      assert.isAbove(kind.lookup.length, 0)
      for (const { field } of kind.lookup) assert.property(kind.fields, field)
      for (const { fields } of kind.unique) for (const field of fields) assert.property(kind.fields, field)
      for (const [name, field] of Object.entries(kind.fields)) {
        if (field.type === "generic") assert.property(kind.fields, field.typeField)
        if ((field.type !== "ref" && field.type !== "refs") || field.late === true) continue
        assert.isBelow(rankOf(field.kind), rankOf(kind.name), `${name} refers to a kind that comes later`)
      }
      const { removal } = kind
      if (removal.how === "retire") for (const field of Object.keys(removal.fields)) assert.property(kind.fields, field)
    })
  }
})
