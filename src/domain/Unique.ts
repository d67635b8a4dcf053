import type { Entry } from "./Entry.ts"
import type { Change } from "./Event.ts"
import { canonical, equal, type Json } from "./Json.ts"
import type { Kind } from "./Kind.ts"
import { withSuffix } from "./mapping/Naming.ts"
import type { Resolve } from "./Diff.ts"
import { comparable } from "./Diff.ts"
import { byKind, type Ref } from "./Ref.ts"
import { each, pauses, type Steps } from "./Steps.ts"
import type { Current, Target } from "./Target.ts"

type Rule = Kind["unique"][number]

const valueText = (rule: Rule, index: number, value: Json): string =>
  index === 0 && typeof value === "string" && rule.compare !== undefined ? rule.compare(value) : canonical(value)

/** One text for the values of a rule's fields. */
const textOf = (rule: Rule, valueOf: (field: string) => Json): string => {
  let text = ""
  for (const [index, field] of rule.fields.entries()) {
    text += (index === 0 ? "" : separator) + valueText(rule, index, valueOf(field))
  }
  return text
}

const separator = "\u0000"

const currentText = (rule: Rule, row: Current): string => textOf(rule, (field) => row.fields[field] ?? null)

const plannedText = (rule: Rule, entry: Entry, resolve: Resolve): string =>
  textOf(rule, (name) => {
    const change = entry.changes.find((one) => one.field === name)
    const field = entry.kind.fields[name]
    if (change === undefined || field === undefined) return entry.row?.fields[name] ?? null
    return comparable(field, change.to, resolve) ?? null
  })

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
 * What is marked as gone keeps its name, and a guest that is rebuilt again and again under one vmid leaves one each time: so
 * there is a next name whatever their number, which is `taken` at most.
 */
const alternatives = function* (kind: Kind, field: string, first: Json, taken: number): Generator<Json> {
  yield first
  if (kind.removal.how !== "retire" || typeof first !== "string") return
  const most = kind.fields[field]?.maxLength ?? Number.MAX_SAFE_INTEGER
  for (let at = 2; at <= taken + 1; at++) yield withSuffix(first, ` ${at}`, most)
}

/** Who holds each value of a rule, before this plan and as far as it has been gone through. */
const holdersOf = function* (
  rule: Rule,
  rows: Iterable<Current>,
  acting: ReadonlyArray<Entry>,
  resolve: Resolve
): Steps<Map<string, Holder>> {
  const byRow = new Map<number, Entry>()
  for (const entry of acting) if (entry.row !== undefined) byRow.set(entry.row.id, entry)
  const holders = new Map<string, Holder>()
  yield* each(rows, (row) => {
    const entry = byRow.get(row.id)
    const text = currentText(rule, row)
    const leaves = entry !== undefined && (entry.verb === "delete" || text !== plannedText(rule, entry, resolve))
    if (holders.get(text)?.leaves !== false) holders.set(text, { entry, row, leaves })
  })
  return holders
}

/**
 * Keeps values that NetBox accepts once from being taken twice: another value where the object has an alternative, an
 * order where the present holder gives it up in this plan, else a conflict and the object stays as it is.
 */
export const settleUnique = function* (input: {
  readonly kinds: ReadonlyArray<Kind>
  readonly entries: ReadonlyArray<Entry>
  readonly target: Target
  readonly resolve: Resolve
}): Steps<{
  readonly dropped: ReadonlySet<Entry>
  readonly conflicts: ReadonlyArray<{ readonly ref: Ref; readonly label: string; readonly detail: string }>
}> {
  const due = pauses()
  const { resolve } = input
  const dropped = new Set<Entry>()
  const conflicts: Array<{ ref: Ref; label: string; detail: string }> = []
  const groups = yield* byKind(input.entries)
  for (const kind of input.kinds) {
    const entries = groups.get(kind.name) ?? []
    for (const rule of kind.unique) {
      const acting: Array<Entry> = []
      yield* each(entries, (entry) => {
        if (touches(entry, rule) && !dropped.has(entry)) acting.push(entry)
      })
      if (acting.length === 0) continue
      const holders = yield* holdersOf(rule, input.target.rows(kind.name).values(), acting, resolve)
      for (const entry of acting) {
        if (due()) yield
        if (entry.verb === "delete") continue
        const free = (): string | undefined => {
          const text = plannedText(rule, entry, resolve)
          const holder = holders.get(text)
          const own =
            holder === undefined || holder.entry === entry || (holder.row !== undefined && holder.row === entry.row)
          return own || holder.leaves ? text : undefined
        }
        let text = free()
        for (const field of rule.fields) {
          const alternative = entry.alternatives[field]
          if (text !== undefined || alternative === undefined) continue
          for (const value of alternatives(kind, field, alternative, holders.size)) {
            if (!entry.changes.some((change) => change.field === field)) break
            entry.changes = replaced(entry.changes, field, value, entry.row)
            text = free()
            if (text !== undefined) break
          }
        }
        if (text === undefined) {
          const taken = plannedText(rule, entry, resolve).split(separator)[0]
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
          entry.after = new Set([...entry.after, holder.entry])
        holders.set(text, { entry, row: entry.row, leaves: false })
      }
    }
  }
  yield* parkCycles(input.entries)
  return { dropped, conflicts }
}

/** Objects that exchange a value wait for each other for ever; one of each circle steps aside to a passing value first. */
const parkCycles = function* (entries: ReadonlyArray<Entry>): Steps<void> {
  const state = new Map<Entry, "open" | "done">()
  const visit = (entry: Entry): void => {
    state.set(entry, "open")
    for (const before of entry.after) {
      if (state.get(before) === "open") {
        const change = before.changes.find(({ field }) => field === before.kind.unique[0]?.fields[0])
        if (change !== undefined) {
          const to = `~${before.row?.id ?? 0}`
          before.parked = [{ ...change, to, why: "steps aside for an exchange of names" }]
        }
      } else if (!state.has(before)) visit(before)
    }
    state.set(entry, "done")
  }
  yield* each(entries, (entry) => {
    if (!state.has(entry)) visit(entry)
  })
}
