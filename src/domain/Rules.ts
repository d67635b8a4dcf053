import { Schema } from "effect"
import { Name, oneOf, optional, Text } from "./ConfigFields.ts"

/** Why a text is no regular expression; undefined when it is one. */
const problemWith = (text: string): string | undefined => {
  try {
    new RegExp(text, "u")
    return undefined
  } catch (problem) {
    return problem instanceof Error ? problem.message.replace(/^Invalid regular expression: /, "") : String(problem)
  }
}

const Pattern = Text.pipe(
  Schema.filter((text) => {
    const problem = problemWith(text)
    return problem === undefined || `is not a regular expression: ${problem}`
  })
)

const range = /^(\d+)(?:-(\d+))?$/

/** The parts of `100-199,205`; undefined where one of them is not understood. */
const rangesOf = (text: string): ReadonlyArray<readonly [number, number]> | undefined => {
  const ranges: Array<readonly [number, number]> = []
  for (const part of text.replaceAll(" ", "").split(",")) {
    const [, from, to = from] = range.exec(part) ?? []
    if (from === undefined || Number(from) > Number(to)) return undefined
    ranges.push([Number(from), Number(to)])
  }
  return ranges
}

const Ranges = Name.pipe(
  Schema.filter((text) => rangesOf(text) !== undefined || 'must be vmids and ranges of them, like "100-199,205"')
)

/** All that is given has to fit; texts are regular expressions (flag `u`), found anywhere unless anchored. */
const Match = Schema.Struct({
  source: optional(Pattern),
  type: optional(oneOf("qemu", "lxc")),
  name: optional(Pattern),
  node: optional(Pattern),
  pool: optional(Pattern),
  /** Fits when one tag of the guest does. */
  tag: optional(Pattern),
  /** `100-199,205`. */
  vmid: optional(Ranges)
})

const Values = Schema.Struct({
  /** Of nodes; their guests follow. */
  site: optional(Name),
  tenant: optional(Name),
  role: optional(Name),
  platform: optional(Name),
  vrf: optional(Name),
  tags: optional(Schema.Array(Name))
})

const True = Schema.Literal(true).annotations({ message: () => "must be true, or be left out" })

/** What is done with the guests that fit. Where a rule includes, only guests that one includes are kept; exclusion wins. */
export const Rule = Schema.Struct({
  /** Named by every change that follows from it. */
  name: Text,
  match: optional(Match),
  include: optional(True),
  exclude: optional(True),
  /** NetBox objects by slug, name or id. A later rule wins over an earlier one; tags add up. */
  set: optional(Values)
}).pipe(
  Schema.filter(({ match = {}, set }) => {
    const guests = Object.keys(match).filter((key) => key !== "source" && key !== "node")
    return (
      set?.site === undefined ||
      guests.length === 0 || {
        path: ["set", "site"],
        message: `is set for nodes: match may hold source and node beside it, not ${guests.join(", ")}`
      }
    )
  })
)
export type Rule = typeof Rule.Type

/** What rules look at. */
export interface RuleFacts {
  readonly source: string
  readonly type: "qemu" | "lxc"
  readonly name: string
  readonly node: string
  /** "" for a guest in none; undefined where pools cannot be seen. */
  readonly pool: string | undefined
  readonly tags: ReadonlyArray<string>
  readonly vmid: number
}

export interface Setting {
  readonly value: string
  readonly rule: string
}

const settingNames = ["tenant", "role", "platform", "vrf"] as const

export type SettingName = (typeof settingNames)[number] | "tags"

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
  /** What may be set by a rule of which nobody can tell whether it fits: to be left alone. */
  readonly unsure: ReadonlySet<SettingName>
}

const inRanges = (text: string, vmid: number): boolean =>
  (rangesOf(text) ?? []).some(([from, to]) => vmid >= from && vmid <= to)

const found = (text: string | undefined, values: ReadonlyArray<string>): boolean =>
  text === undefined || values.some((value) => new RegExp(text, "u").test(value))

/** The site that rules give a node; the last one wins. */
export const siteOf = (rules: ReadonlyArray<Rule>, facts: Pick<RuleFacts, "source" | "node">): Setting | undefined =>
  rules
    .flatMap(({ match, name, set }) =>
      set?.site !== undefined && found(match?.source, [facts.source]) && found(match?.node, [facts.node])
        ? [{ value: set.site, rule: name }]
        : []
    )
    .at(-1)

/** Whether a rule is about a guest; undefined where only its pool could tell, and that is not known. */
const fits = ({ match }: Rule, facts: RuleFacts): boolean | undefined => {
  if (match === undefined) return true
  const rest =
    found(match.source, [facts.source]) &&
    (match.type === undefined || match.type === facts.type) &&
    found(match.name, [facts.name]) &&
    found(match.node, [facts.node]) &&
    found(match.tag, facts.tags) &&
    (match.vmid === undefined || inRanges(match.vmid, facts.vmid))
  if (!rest || match.pool === undefined) return rest
  return facts.pool === undefined ? undefined : found(match.pool, [facts.pool])
}

/** What the rules say of one guest. One of which they may say that it is none of the engine's business is not included. */
export const decide = (rules: ReadonlyArray<Rule>, facts: RuleFacts): Decision => {
  const judged = rules.map((rule) => ({ rule, fit: fits(rule, facts) }))
  const fitting = judged.flatMap(({ fit, rule }) => (fit === true ? [rule] : []))
  const unsure = judged.flatMap(({ fit, rule }) => (fit === undefined ? [rule] : []))
  const mayBeExcluded = unsure.some(({ exclude }) => exclude === true)
  const exclusion = fitting.find(({ exclude }) => exclude === true)
  const inclusion = fitting.find(({ include }) => include === true)
  const selective = rules.some(({ include }) => include === true)
  const set: { -readonly [K in "tenant" | "role" | "platform" | "vrf"]?: Setting } = {}
  const tags: Array<Setting> = []
  for (const { name: rule, set: values } of fitting) {
    for (const field of settingNames) {
      const value = values?.[field]
      if (value !== undefined) set[field] = { value, rule }
    }
    for (const value of values?.tags ?? []) tags.push({ value, rule })
  }
  return {
    included: exclusion === undefined && !mayBeExcluded && (!selective || inclusion !== undefined),
    because: (exclusion ?? inclusion)?.name ?? null,
    set: { ...set, tags },
    unsure: new Set(
      unsure.flatMap(({ set: values }) =>
        ([...settingNames, "tags"] as const).filter((field) => values?.[field] !== undefined)
      )
    )
  }
}
