import { Array as Arr } from "effect"
import { customFieldRef, customNameOf } from "./CustomNames.ts"
import { parentKey } from "./Desired.ts"
import type { Entry } from "./Entry.ts"
import type { Change, OperationPlanned } from "./Event.ts"
import { ownerKey } from "./Identity.ts"
import type { Kind } from "./Kind.ts"
import { byKind, keyOf, type Ref, refsIn } from "./Ref.ts"
import { each, type Steps } from "./Steps.ts"

/** An operation, and what of its object's changes it is. */
export interface Numbered {
  readonly operation: OperationPlanned
  readonly part: Slot["part"]
}

interface Slot {
  readonly entry: Entry
  readonly part: "parked" | "main" | "late"
  readonly changes: ReadonlyArray<Change>
}

/** A field that points back is written later where what it points to is written, too. */
const parted = (entry: Entry, written: ReadonlySet<Ref>): Pick<Entry, "changes" | "late"> => {
  if (entry.verb === "create") return entry
  const [changes, late] = Arr.partition(
    entry.changes,
    ({ field, to }) => entry.kind.fields[field]?.late === true && refsIn(to).some((one) => written.has(one))
  )
  return late.length === 0 ? entry : { changes, late: [...late, ...entry.late] }
}

/** Parents first; updates that point back after all of them; deletions last, children first. */
const inOrder = function* (kinds: ReadonlyArray<Kind>, entries: ReadonlyArray<Entry>): Steps<ReadonlyArray<Slot>> {
  const groups = yield* byKind(entries)
  const written = new Set<Ref>()
  yield* each(entries, ({ ref, verb }) => {
    if (verb !== "delete") written.add(ref)
  })
  const slots: Array<Slot> = []
  const late: Array<Slot> = []
  const deletes: Array<Slot> = []
  for (const kind of kinds) {
    yield* each(groups.get(kind.name) ?? [], (entry) => {
      if (entry.verb === "delete") return
      if (entry.parked.length > 0) slots.push({ entry, part: "parked", changes: entry.parked })
      const parts = parted(entry, written)
      if (parts.changes.length > 0) slots.push({ entry, part: "main", changes: parts.changes })
      if (parts.late.length > 0) late.push({ entry, part: "late", changes: parts.late })
    })
  }
  for (const kind of [...kinds].reverse()) {
    yield* each(groups.get(kind.name) ?? [], (entry) => {
      if (entry.verb === "delete") deletes.push({ entry, part: "main", changes: entry.changes })
    })
  }
  for (const slot of late) slots.push(slot)
  for (const slot of deletes) slots.push(slot)
  return slots
}

const gather = <K>(map: Map<K, Array<number>>, key: K, op: number) => {
  const ops = map.get(key)
  if (ops === undefined) map.set(key, [op])
  else ops.push(op)
}

/** Gives every operation its number and the numbers of those that must have succeeded before it is sent. */
export const numbered = function* (
  kinds: ReadonlyArray<Kind>,
  entries: ReadonlyArray<Entry>
): Steps<ReadonlyArray<Numbered>> {
  const slots = yield* inOrder(kinds, entries)
  const made = new Map<Ref, number>()
  const main = new Map<Entry, number>()
  const parked = new Map<Entry, number>()
  /** Operations that stop pointing at an object. */
  const turning = new Map<Ref, Array<number>>()
  /** Deletions of children, by the key of their parent. */
  const emptying = new Map<string, Array<number>>()
  /** Deletions of what keeps NetBox from deleting another object, by that object's kind and id. */
  const holding = new Map<string, Array<number>>()
  yield* each(slots, ({ changes, entry, part }, op) => {
    if (part === "parked") parked.set(entry, op)
    if (part === "main") {
      main.set(entry, op)
      if (entry.verb !== "delete") made.set(entry.ref, op)
    }
    if (entry.verb === "delete") {
      gather(emptying, parentKey(keyOf(entry.ref)), op)
      for (const [name, field] of Object.entries(entry.kind.fields)) {
        const to = field.type === "ref" && field.holds === true ? entry.row?.fields[name] : undefined
        if (field.type === "ref" && typeof to === "number") gather(holding, ownerKey(field.kind, to), op)
      }
    }
    for (const change of changes) {
      const field = entry.kind.fields[change.field]
      if (field?.type !== "ref" && field?.type !== "generic") continue
      if (part !== "parked" && entry.parked.some((one) => one.field === change.field)) continue
      for (const from of refsIn(change.from)) gather(turning, from, op)
    }
  })
  const operations: Array<Numbered> = []
  yield* each(slots, ({ changes, entry, part }, op) => {
    const needs = new Set<number>()
    for (const change of changes) {
      for (const to of refsIn(change.to)) {
        const by = made.get(to)
        if (by !== undefined) needs.add(by)
      }
      const custom = customNameOf(change.field)
      const by = custom === undefined ? undefined : made.get(customFieldRef(custom))
      if (by !== undefined) needs.add(by)
    }
    if (part === "late") {
      const by = main.get(entry) ?? parked.get(entry)
      if (by !== undefined) needs.add(by)
    }
    for (const other of entry.behind) {
      // What waits for this very step cannot come before it.
      const by = part === "parked" && other.after.has(entry) ? undefined : main.get(other)
      if (by !== undefined) needs.add(by)
    }
    if (part === "main") {
      const before = parked.get(entry)
      if (before !== undefined) needs.add(before)
      for (const other of entry.after) {
        const by = parked.get(other) ?? main.get(other)
        if (by !== undefined) needs.add(by)
      }
      const moves = entry.verb === "delete" || changes.some(({ field }) => field === "assigned_object_id")
      if (entry.verb === "delete") {
        const held = entry.row === undefined ? undefined : holding.get(ownerKey(entry.kind.name, entry.row.id))
        for (const by of [...(emptying.get(keyOf(entry.ref)) ?? []), ...(held ?? [])]) needs.add(by)
      }
      if (moves) for (const by of turning.get(entry.ref) ?? []) needs.add(by)
    }
    needs.delete(op)
    operations.push({
      part,
      operation: {
        _tag: "OperationPlanned",
        op,
        verb: entry.verb === "create" && part === "late" ? "update" : entry.verb,
        purpose: entry.purpose,
        ref: entry.ref,
        id: entry.row?.id ?? null,
        label: entry.label,
        changes,
        needs: [...needs].sort((a, b) => a - b),
        guard: entry.row?.updated ?? null
      }
    })
  })
  return operations
}
