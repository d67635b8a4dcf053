import { Schema } from "effect"

const pattern = Schema.String.pipe(
  Schema.filter((text) => {
    const problem = problemWith(text)
    return problem === undefined ? true : `is not a regular expression: ${problem}`
  }),
  Schema.annotations({ identifier: "Pattern" })
)

/** Why a text is no regular expression; undefined when it is one. */
const problemWith = (text: string): string | undefined => {
  try {
    new RegExp(text, "u")
    return undefined
  } catch (problem) {
    return problem instanceof Error ? problem.message.replace(/^Invalid regular expression: /, "") : String(problem)
  }
}

const ranges = /^\s*\d+(\s*-\s*\d+)?(\s*,\s*\d+(\s*-\s*\d+)?)*\s*$/

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

/** All that is given has to fit; texts are regular expressions, found anywhere unless anchored. */
export const Match = Schema.Struct({
  source: optional(pattern),
  type: optional(Schema.Literal("qemu", "lxc")),
  name: optional(pattern),
  node: optional(pattern),
  pool: optional(pattern),
  /** Fits when one tag of the guest does. */
  tag: optional(pattern),
  /** `100-199,205`. */
  vmid: optional(Schema.String.pipe(Schema.pattern(ranges, { message: () => `is not like "100-199,205"` })))
})

const Values = Schema.Struct({
  tenant: optional(Schema.NonEmptyString),
  role: optional(Schema.NonEmptyString),
  platform: optional(Schema.NonEmptyString),
  vrf: optional(Schema.NonEmptyString),
  tags: optional(Schema.Array(Schema.NonEmptyString))
})

/** What is done with the guests that fit. Where a rule includes, only guests that one includes are kept; exclusion wins. */
export const Rule = Schema.Struct({
  /** Named by every change that follows from it. */
  name: Schema.NonEmptyString,
  match: optional(Match),
  include: optional(Schema.Literal(true)),
  exclude: optional(Schema.Literal(true)),
  /** NetBox objects by slug, name or id. A later rule wins over an earlier one; tags add up. */
  set: optional(Values)
})
export type Rule = typeof Rule.Type

/** What rules look at. */
export interface RuleFacts {
  readonly source: string
  readonly type: "qemu" | "lxc"
  readonly name: string
  readonly node: string
  readonly pool: string
  readonly tags: ReadonlyArray<string>
  readonly vmid: number
}

export interface Setting {
  readonly value: string
  readonly rule: string
}

export interface Decision {
  readonly included: boolean
  /** The rule by which it is, where one speaks of the guest. */
  readonly because: string | null
  readonly set: {
    readonly tenant?: Setting
    readonly role?: Setting
    readonly platform?: Setting
    readonly vrf?: Setting
    readonly tags: ReadonlyArray<Setting>
  }
}

const inRanges = (text: string, vmid: number): boolean =>
  text.split(",").some((range) => {
    const [from = 0, to = from] = range.split("-").map(Number)
    return vmid >= from && vmid <= to
  })

const fits = ({ match }: Rule, facts: RuleFacts): boolean => {
  if (match === undefined) return true
  const found = (text: string | undefined, values: ReadonlyArray<string>) =>
    text === undefined || values.some((value) => new RegExp(text, "u").test(value))
  return (
    found(match.source, [facts.source]) &&
    (match.type === undefined || match.type === facts.type) &&
    found(match.name, [facts.name]) &&
    found(match.node, [facts.node]) &&
    found(match.pool, [facts.pool]) &&
    found(match.tag, facts.tags) &&
    (match.vmid === undefined || inRanges(match.vmid, facts.vmid))
  )
}

/** What the rules say of one guest. */
export const decide = (rules: ReadonlyArray<Rule>, facts: RuleFacts): Decision => {
  const fitting = rules.filter((rule) => fits(rule, facts))
  const exclusion = fitting.find(({ exclude }) => exclude === true)
  const inclusion = fitting.find(({ include }) => include === true)
  const selective = rules.some(({ include }) => include === true)
  const set: { -readonly [K in "tenant" | "role" | "platform" | "vrf"]?: Setting } = {}
  const tags: Array<Setting> = []
  for (const { name: rule, set: values } of fitting) {
    for (const field of ["tenant", "role", "platform", "vrf"] as const) {
      const value = values?.[field]
      if (value !== undefined) set[field] = { value, rule }
    }
    for (const value of values?.tags ?? []) tags.push({ value, rule })
  }
  return {
    included: exclusion === undefined && (!selective || inclusion !== undefined),
    because: (exclusion ?? inclusion)?.name ?? null,
    set: { ...set, tags }
  }
}
