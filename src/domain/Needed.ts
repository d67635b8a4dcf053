import type { Entry } from "./Entry.ts"
import type { Change } from "./Event.ts"
import { type Ref, refsIn } from "./Ref.ts"
import { each, pauses, type Steps } from "./Steps.ts"

/** Lazy objects stay out unless something that is written refers to them. */
export const withoutUnused = function* (entries: ReadonlyArray<Entry>): Steps<ReadonlyArray<Entry>> {
  const due = pauses()
  const lazy = new Map<Ref, Entry>()
  const open: Array<Entry> = []
  yield* each(entries, (entry) => {
    if (entry.lazy) lazy.set(entry.ref, entry)
    else open.push(entry)
  })
  const used = new Set<Entry>()
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    if (due()) yield
    for (const change of [...entry.changes, ...entry.late]) {
      for (const to of refsIn(change.to)) {
        const needed = lazy.get(to)
        if (needed === undefined || used.has(needed)) continue
        used.add(needed)
        open.push(needed)
      }
    }
  }
  return yield* chosen(entries, (entry) => !entry.lazy || used.has(entry))
}

/** Entries by the refs of what they point to. */
const referrersOf = function* (entries: ReadonlyArray<Entry>): Steps<ReadonlyMap<Ref, ReadonlyArray<Entry>>> {
  const referrers = new Map<Ref, Array<Entry>>()
  yield* each(entries, (entry) => {
    for (const change of [...entry.changes, ...entry.late]) {
      for (const to of refsIn(change.to)) {
        const known = referrers.get(to)
        if (known === undefined) referrers.set(to, [entry])
        else known.push(entry)
      }
    }
  })
  return referrers
}

/** Takes out what points to the missing object, and what is written as one with it; whether the object can still be made. */
const doWithout = (entry: Entry, missing: Ref): boolean => {
  const { fields } = entry.kind
  const needs = ({ to }: Change) => refsIn(to).includes(missing)
  const lost = [...entry.changes, ...entry.late].filter(needs)
  const groups = new Set(lost.flatMap(({ field }) => fields[field]?.group ?? []))
  const stays = (change: Change) => !needs(change) && !groups.has(fields[change.field]?.group ?? "")
  entry.changes = entry.changes.filter(stays)
  entry.late = entry.late.filter(stays)
  return entry.changes.length > 0 && !lost.some(({ field }) => fields[field]?.required === true)
}

/**
 * What cannot stand without an object that is not made is not made either; what merely refers to it does without, wherever
 * it stands in the order of dependency: a machine comes before its addresses, and points to them.
 */
export const withoutDropped = function* (
  entries: ReadonlyArray<Entry>,
  dropped: ReadonlySet<Entry>
): Steps<ReadonlyArray<Entry>> {
  const referrers = yield* referrersOf(entries)
  const gone = new Set(dropped)
  const open = [...dropped]
  for (let missing = open.pop(); missing !== undefined; missing = open.pop()) {
    yield* each(referrers.get(missing.ref) ?? [], (entry) => {
      if (gone.has(entry) || doWithout(entry, missing.ref) || entry.verb !== "create") return
      gone.add(entry)
      open.push(entry)
    })
  }
  return yield* chosen(
    entries,
    (entry) => !gone.has(entry) && (entry.verb === "delete" || entry.changes.length + entry.late.length > 0)
  )
}

const chosen = function* (
  entries: ReadonlyArray<Entry>,
  stays: (entry: Entry) => boolean
): Steps<ReadonlyArray<Entry>> {
  const kept: Array<Entry> = []
  yield* each(entries, (entry) => {
    if (stays(entry)) kept.push(entry)
  })
  return kept
}
