import type { Entry } from "./Entry.ts"
import type { Change } from "./Event.ts"
import { canonical, equal, type Json } from "./Json.ts"
import type { Kind } from "./Kind.ts"
import type { Resolve } from "./Diff.ts"
import { comparable } from "./Diff.ts"
import type { Ref } from "./Ref.ts"
import type { Current, Target } from "./Target.ts"

type Rule = Kind["unique"][number]

const valueText = (rule: Rule, index: number, value: Json): string =>
  index === 0 && typeof value === "string" && rule.compare !== undefined ? rule.compare(value) : canonical(value)

const textOf = (rule: Rule, valueOf: (field: string) => Json): string =>
  rule.fields.map((field, index) => valueText(rule, index, valueOf(field))).join("\u0000")

const planned =
  (entry: Entry, resolve: Resolve) =>
  (name: string): Json => {
    const change = entry.changes.find((one) => one.field === name)
    const field = entry.kind.fields[name]
    if (change === undefined || field === undefined) return entry.row?.fields[name] ?? null
    return comparable(field, change.to, resolve) ?? null
  }

const touches = (entry: Entry, rule: Rule): boolean =>
  entry.verb !== "update" || entry.changes.some((change) => rule.fields.includes(change.field))

interface Holder {
  readonly entry: Entry | undefined
  readonly row: Current | undefined
  /** Whether the value is free once that entry has been applied. */
  readonly leaves: boolean
}

const replaced = (changes: ReadonlyArray<Change>, field: string, to: Json, row: Current | undefined) =>
  changes.flatMap((change) => {
    if (change.field !== field) return [change]
    return row !== undefined && equal(row.fields[field] ?? null, to) ? [] : [{ ...change, to }]
  })

/**
 * Keeps values that NetBox accepts once from being taken twice: another value where the object has an alternative, an
 * order where the present holder gives it up in this plan, else a conflict and the object stays as it is.
 */
export const settleUnique = (input: {
  readonly kinds: ReadonlyArray<Kind>
  readonly entries: ReadonlyArray<Entry>
  readonly target: Target
  readonly resolve: Resolve
}): {
  readonly dropped: ReadonlySet<Entry>
  readonly conflicts: ReadonlyArray<{ readonly ref: Ref; readonly label: string; readonly detail: string }>
} => {
  const dropped = new Set<Entry>()
  const conflicts: Array<{ ref: Ref; label: string; detail: string }> = []
  for (const kind of input.kinds) {
    const entries = input.entries.filter((entry) => entry.kind === kind)
    for (const rule of kind.unique) {
      const acting = entries.filter((entry) => touches(entry, rule) && !dropped.has(entry))
      if (acting.length === 0) continue
      const byRow = new Map(
        acting.flatMap((entry) => (entry.row === undefined ? [] : [[entry.row.id, entry] as const]))
      )
      const holders = new Map<string, Holder>()
      for (const row of input.target.rows(kind.name).values()) {
        const entry = byRow.get(row.id)
        const text = textOf(rule, (field) => row.fields[field] ?? null)
        const leaves =
          entry !== undefined && (entry.verb === "delete" || text !== textOf(rule, planned(entry, input.resolve)))
        if (holders.get(text)?.leaves !== false) holders.set(text, { entry, row, leaves })
      }
      for (const entry of acting) {
        if (entry.verb === "delete") continue
        const free = (): string | undefined => {
          const text = textOf(rule, planned(entry, input.resolve))
          const holder = holders.get(text)
          const own =
            holder === undefined || holder.entry === entry || (holder.row !== undefined && holder.row === entry.row)
          return own || holder.leaves ? text : undefined
        }
        let text = free()
        for (const field of rule.fields) {
          const alternative = entry.alternatives[field]
          if (text !== undefined || alternative === undefined) continue
          entry.changes = replaced(entry.changes, field, alternative, entry.row)
          text = free()
        }
        if (text === undefined) {
          const taken = textOf(rule, planned(entry, input.resolve)).split("\u0000")[0]
          conflicts.push({
            ref: entry.ref,
            label: entry.label,
            detail: `${rule.fields[0]} ${taken} is taken in NetBox by another object`
          })
          if (entry.verb === "create") dropped.add(entry)
          else entry.changes = entry.changes.filter((change) => !rule.fields.includes(change.field))
          continue
        }
        const holder = holders.get(text)
        if (holder?.leaves === true && holder.entry !== undefined && holder.entry !== entry)
          entry.after.add(holder.entry)
        holders.set(text, { entry, row: entry.row, leaves: false })
      }
    }
  }
  parkCycles(input.entries)
  return { dropped, conflicts }
}

/** Objects that exchange a value wait for each other for ever; one of each circle steps aside to a passing value first. */
const parkCycles = (entries: ReadonlyArray<Entry>) => {
  const state = new Map<Entry, "open" | "done">()
  const visit = (entry: Entry): void => {
    state.set(entry, "open")
    for (const before of entry.after) {
      if (state.get(before) === "open") {
        const change = before.changes.find(({ field }) => field === before.kind.unique[0]?.fields[0])
        if (change !== undefined) {
          before.parked = { ...change, to: `~${before.row?.id ?? 0}`, why: "steps aside for an exchange of names" }
        }
      } else if (!state.has(before)) visit(before)
    }
    state.set(entry, "done")
  }
  for (const entry of entries) if (!state.has(entry)) visit(entry)
}
