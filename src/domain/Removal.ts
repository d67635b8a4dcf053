import type { Binding } from "./Binding.ts"
import { covers, type Desire, parentKey, refTo } from "./Desired.ts"
import { type Entry, entryOf } from "./Entry.ts"
import type { Change } from "./Event.ts"
import type { Json } from "./Json.ts"
import { type Field, type Kind, uidField } from "./Kind.ts"
import { ownerKey } from "./Identity.ts"
import { byKind, keyOf, type Ref } from "./Ref.ts"
import { each, type Steps } from "./Steps.ts"
import type { Current, Target } from "./Target.ts"

export interface RemovalPolicy {
  readonly deletes: boolean
  /** Milliseconds between retirement and deletion. */
  readonly grace: number
  readonly limitCount: number
  readonly limitPercent: number
  /** Whether more removals than the limit were approved. */
  readonly approved: boolean
}

export interface Removals {
  readonly entries: ReadonlyArray<Entry>
  /** What is marked as gone, before or by these entries. */
  readonly retired: ReadonlySet<Ref>
  readonly held: ReadonlyArray<{
    readonly source: string
    readonly removals: number
    readonly of: number
    readonly limit: number
  }>
  readonly conflicts: ReadonlyArray<{ readonly ref: Ref; readonly label: string; readonly detail: string }>
}

interface Input {
  readonly kinds: ReadonlyArray<Kind>
  readonly desire: Desire
  readonly desired: (ref: Ref) => boolean
  readonly bindings: ReadonlyMap<Ref, Binding>
  readonly ids: ReadonlyMap<Ref, number>
  /** The ref that stands for a NetBox object, by `ownerKey`. */
  readonly owners: ReadonlyMap<string, Ref>
  readonly baselines: ReadonlyMap<Ref, ReadonlyMap<string, Json>>
  readonly target: Target
  readonly policy: RemovalPolicy
  /** Milliseconds since 1970. */
  readonly now: number
  readonly retiredTag: Ref
  /** Whether what is gone is removed in this run. */
  readonly removable: (ref: Ref) => boolean
}

const sourceOf = (key: string): string => key.split("/")[0] ?? key

export const labelOf = (row: Current, key: string): string => {
  const name = row.fields["name"] ?? row.fields["address"] ?? row.fields["mac_address"]
  return typeof name === "string" ? name : key
}

/** Objects that NetBox would delete along with this one and that nobody bound: an operator's. */
const foreignChildren = (input: Input, kind: Kind, id: number): ReadonlyArray<string> =>
  input.kinds.flatMap((child) =>
    Object.entries(child.fields).flatMap(([name, field]) => {
      if (!isParent(field) && field.holds !== true) return []
      return input.target.referring(child.name, name, id).flatMap((childId) => {
        const row = input.target.rows(child.name).get(childId)
        if (row === undefined || input.owners.has(ownerKey(child.name, childId))) return []
        const pointsHere =
          field.type === "generic"
            ? row.fields[field.typeField] === kind.name
            : "kind" in field && field.kind === kind.name
        return pointsHere ? [`${child.label} ${labelOf(row, String(childId))}`] : []
      })
    })
  )

export const isParent = (field: Field): boolean =>
  (field.type === "ref" || field.type === "generic") && field.parent === true

/** What speaks against deleting an object, if anything does. */
const whyKept = (input: Input, binding: Binding, kind: Kind, row: Current): string | undefined => {
  if (kind.removal.how === "delete" && kind.removal.created === true && !binding.created) {
    return "somebody else made it"
  }
  if (kind.guarded !== undefined && row.fields[kind.guarded.by] === true) return "it is connected"
  const foreign = foreignChildren(input, kind, row.id)
  return foreign.length === 0 ? undefined : `it carries ${foreign.join(", ")}, which somebody else made`
}

/** An identity that has passed to another object leaves this one, which goes on under its new ref. */
const handedOver = (kind: Kind, ref: Ref, row: Current): ReadonlyArray<Change> => {
  const from = row.fields[uidField] ?? null
  return uidField in kind.fields && from !== keyOf(ref)
    ? [{ field: uidField, from, to: keyOf(ref), why: "its vmid has another guest" }]
    : []
}

/** Marked as gone: the fields of the kind, and the tag by which operators find such objects. */
const retirement = (input: Input, kind: Kind, fields: { readonly [field: string]: Json }, ref: Ref, row: Current) => {
  const why = "gone from the source"
  const changes: Array<Change> = []
  for (const [field, to] of Object.entries(fields)) {
    const from = row.fields[field] ?? null
    if (from !== to) changes.push({ field, from, to, why })
  }
  changes.push(...handedOver(kind, ref, row))
  if ("tags" in kind.fields) {
    const base = input.baselines.get(ref)?.get("tags")
    const tag = refTo(input.retiredTag)
    const applied = [...(Array.isArray(base) ? base : []), tag]
    changes.push({ field: "tags", from: row.fields["tags"] ?? [], to: { add: [tag], remove: [] }, why, applied })
  }
  return changes
}

/**
 * What follows from absence: only bound objects, only where the source was seen so well that absence is evidence, never
 * what would take an operator's objects with it, and never more than the limit without approval.
 */
export const removals = function* (input: Input): Steps<Removals> {
  const bindings = yield* byKind(input.bindings.values())
  const entries: Array<Entry> = []
  const held: Array<{ source: string; removals: number; of: number; limit: number }> = []
  const conflicts: Array<{ ref: Ref; label: string; detail: string }> = []
  const deleted = new Set<string>()
  const retired = new Set<Ref>()

  for (const kind of input.kinds) {
    if (kind.removal.how === "keep") continue
    const found = new Map<string, { total: number; entries: Array<Entry> }>()
    const along: Array<Entry> = []
    yield* each(bindings.get(kind.name) ?? [], (binding) => {
      const { ref } = binding
      const key = keyOf(ref)
      const source = sourceOf(key)
      const scope = found.get(source) ?? { total: 0, entries: [] }
      found.set(source, scope)
      const id = input.ids.get(ref)
      const row = id === undefined ? undefined : input.target.rows(kind.name).get(id)
      if (row === undefined) return
      if (input.removable(ref)) scope.total += 1
      if (input.desired(ref) || input.desire.spared.has(ref)) return
      if (binding.retiredAt !== null) retired.add(ref)
      const parent = parentKey(key)
      const isEvidence = input.desire.covered.has(covers(kind.name, parent)) || deleted.has(parent)
      const entry = isEvidence && input.removable(ref) ? removalOf(input, kind, binding, row) : undefined
      if (entry === undefined) {
        const changes = handedOver(kind, ref, row).filter(({ from }) => from !== null)
        if (changes.length > 0)
          entries.push(entryOf({ ...base(kind, ref, row), verb: "update", purpose: "reconcile", changes }))
        return
      }
      const why = entry.verb === "delete" ? whyKept(input, binding, kind, row) : undefined
      if (why !== undefined) {
        conflicts.push({ ref, label: entry.label, detail: `gone from the source, but kept: ${why}` })
      } else if (deleted.has(parent)) along.push(entry)
      else scope.entries.push(entry)
    })
    for (const [source, { entries: gone, total }] of found) {
      const limit = Math.max(input.policy.limitCount, Math.floor((total * input.policy.limitPercent) / 100))
      if (gone.length > limit && !input.policy.approved) {
        held.push({ source, removals: gone.length, of: total, limit })
      } else {
        for (const entry of gone) entries.push(entry)
        for (const { ref, verb } of gone) {
          if (verb === "delete") deleted.add(keyOf(ref))
          else retired.add(ref)
        }
      }
    }
    // NetBox would delete these with their parent anyway, so they count for nothing of their own.
    for (const entry of along) {
      entries.push(entry)
      deleted.add(keyOf(entry.ref))
    }
  }
  return { entries, retired, held, conflicts }
}

const base = (kind: Kind, ref: Ref, row: Current) => ({ kind, ref, label: labelOf(row, keyOf(ref)), row })

const removalOf = (input: Input, kind: Kind, binding: Binding, row: Current): Entry | undefined => {
  const { ref, retiredAt } = binding
  const remove = (why: string): Entry =>
    entryOf({
      ...base(kind, ref, row),
      verb: "delete",
      purpose: "remove",
      changes: [{ field: "id", from: row.id, to: null, why }]
    })
  switch (kind.removal.how) {
    case "keep":
      return undefined
    case "delete":
      return remove("gone from the source")
    case "retire":
      if (retiredAt === null) {
        const changes = retirement(input, kind, kind.removal.fields, ref, row)
        return entryOf({ ...base(kind, ref, row), verb: "update", purpose: "retire", changes })
      }
      return kind.removal.deletable && input.policy.deletes && input.now - retiredAt >= input.policy.grace
        ? remove("gone from the source for longer than the grace time")
        : undefined
  }
}
