import { assert, describe, it } from "@effect/vitest"
import { mappings } from "../../src/domain/Desire.ts"
import { kinds, kindsOf, rankOf } from "../../src/domain/Kinds.ts"

describe("kinds", () => {
  it("has one mapping for each kind, in the same order", () => {
    assert.deepStrictEqual(
      mappings.map(({ kind }) => kind),
      kinds.map(({ name }) => name)
    )
  })

  it("has of each version what that version has", () => {
    const names = (minor: number) => kindsOf({ major: 4, minor }).map(({ name }) => name)
    const types = "virtualization.virtualmachinetype"
    const all = kinds.map(({ name }) => name)
    assert.deepStrictEqual(
      names(5),
      all.filter((name) => name !== types)
    )
    assert.deepStrictEqual(names(6), all)
    const machine = (minor: number) =>
      kindsOf({ major: 4, minor }).find(({ name }) => name === "virtualization.virtualmachine")?.fields ?? {}
    assert.notProperty(machine(5), "virtual_machine_type")
    assert.property(machine(6), "virtual_machine_type")
    assert.deepStrictEqual(kindsOf({ major: 5, minor: 0 }), kinds)
  })

  it("refers to nothing that a version lacks", () => {
    for (const minor of [5, 6, 7]) {
      const known = kindsOf({ major: 4, minor })
      const names = known.map(({ name }) => name)
      for (const kind of known) {
        for (const field of Object.values(kind.fields)) {
          if (field.type === "ref" || field.type === "refs") assert.include(names, field.kind)
        }
      }
    }
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
