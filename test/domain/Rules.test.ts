import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { type SettingName, decide, type Rule, type RuleFacts } from "../../src/domain/Rules.ts"

const guest: RuleFacts = {
  source: "lab",
  type: "qemu",
  name: "web-1.example",
  node: "pve1",
  pool: "production",
  tags: ["web", "dmz"],
  vmid: 205
}

const including = (match: NonNullable<Rule["match"]>): boolean =>
  decide([{ name: "only", match, include: true }], guest).included

const pattern = fc.constantFrom("web", "^lab$", "pve[12]", ".*", "nothing", "dmz|web")

const match: fc.Arbitrary<NonNullable<Rule["match"]>> = fc.record(
  {
    source: pattern,
    type: fc.constantFrom("qemu" as const, "lxc" as const),
    name: pattern,
    node: pattern,
    pool: pattern,
    tag: pattern,
    vmid: fc.constantFrom("100-199", "205", "1,200-300")
  },
  { requiredKeys: [] }
)

const values = fc.record(
  {
    tenant: fc.string({ minLength: 1 }),
    role: fc.string({ minLength: 1 }),
    tags: fc.array(fc.string({ minLength: 1 }))
  },
  { requiredKeys: [] }
)

const rule: fc.Arbitrary<Rule> = fc.record(
  {
    name: fc.uuid(),
    match,
    include: fc.constant(true as const),
    exclude: fc.constant(true as const),
    set: values
  },
  { requiredKeys: ["name"] }
)

const rules = fc.array(rule, { maxLength: 8 })

describe("what a rule fits", () => {
  for (const [fitting, other] of [
    [{ source: "^lab$" }, { source: "^la$" }],
    [{ type: "qemu" }, { type: "lxc" }],
    [{ name: "^web-\\d+\\." }, { name: "^eb" }],
    [{ node: "pve" }, { node: "^pve$" }],
    [{ pool: "^prod" }, { pool: "^$" }],
    [{ tag: "^dmz$" }, { tag: "^db$" }],
    [{ vmid: "100-199,205" }, { vmid: "100-204,206-210" }],
    [{ vmid: "205" }, { vmid: "20" }],
    [
      { name: "web", tag: "dmz" },
      { name: "web", tag: "db" }
    ]
  ] satisfies ReadonlyArray<readonly [NonNullable<Rule["match"]>, NonNullable<Rule["match"]>]>) {
    it(`${JSON.stringify(fitting)}, but not ${JSON.stringify(other)}`, () => {
      assert.isTrue(including(fitting))
      assert.isFalse(including(other))
    })
  }

  it("every guest, where nothing is asked", () => {
    assert.isTrue(including({}))
  })
})

describe("what rules decide", () => {
  it("keeps a guest of which no rule speaks, and gives no reason", () => {
    assert.deepStrictEqual(decide([], guest), {
      included: true,
      because: null,
      set: { tags: [] },
      unsure: new Set<SettingName>()
    })
  })

  it("names the rule that excludes, which wins over one that includes", () => {
    const decision = decide(
      [
        { name: "web", match: { tag: "web" }, include: true },
        { name: "no dmz", match: { tag: "dmz" }, exclude: true }
      ],
      guest
    )
    assert.isFalse(decision.included)
    assert.strictEqual(decision.because, "no dmz")
  })

  it("takes the value of the last rule, and the tags of all", () => {
    const { set } = decide(
      [
        { name: "a", set: { tenant: "one", role: "server", tags: ["x"] } },
        { name: "b", match: { name: "^db" }, set: { tenant: "two", tags: ["y"] } },
        { name: "c", set: { tenant: "three", tags: ["z"] } }
      ],
      guest
    )
    assert.deepStrictEqual(set, {
      tenant: { value: "three", rule: "c" },
      role: { value: "server", rule: "a" },
      tags: [
        { value: "x", rule: "a" },
        { value: "z", rule: "c" }
      ]
    })
  })

  it.prop("excludes whatever else is said, once a rule that fits excludes", [rules, rules], ([before, after]) => {
    const decision = decide([...before, { name: "out", exclude: true }, ...after], guest)
    assert.isFalse(decision.included)
  })

  it.prop("keeps exactly what an including rule fits, where there is one and none excludes", [rules], ([all]) => {
    const mild = all.map(({ exclude: _, ...rest }): Rule => rest)
    const including = mild.filter(({ include }) => include === true)
    const expected = including.length === 0 || including.some((one) => decide([one], guest).included)
    assert.strictEqual(decide(mild, guest).included, expected)
  })

  it.prop("names only rules that were given", [rules], ([all]) => {
    const names = new Set(all.map(({ name }) => name))
    const { because, set } = decide(all, guest)
    const named = [set.tenant, set.role, ...set.tags].flatMap((setting) => setting?.rule ?? [])
    for (const name of because === null ? named : [because, ...named]) assert.isTrue(names.has(name))
  })

  it.prop("adds the tags of two lists of rules", [rules, rules], ([a, b]) => {
    const together = decide([...a, ...b], guest).set.tags
    assert.deepStrictEqual(together, [...decide(a, guest).set.tags, ...decide(b, guest).set.tags])
  })
})
