import type { Entry } from "./Entry.ts"
import type { Change } from "./Event.ts"
import { type Ref, refsIn } from "./Ref.ts"
import { each, pauses, type Steps } from "./Steps.ts"

/** A deletion that waits for another one, because `by` points to what takes that one's value before it lets go. */
interface Wait {
  readonly on: Entry
  readonly by: Entry
  readonly change: Change
}

const fieldsBack = function* (entry: Entry): Generator<Change> {
  for (const change of entry.changes) if (entry.kind.fields[change.field]?.late === true) yield change
  for (const change of entry.late) yield change
}

/** What each deletion waits for by way of the fields that point to it. */
const waitsOf = function* (entries: ReadonlyArray<Entry>): Steps<ReadonlyMap<Entry, ReadonlyArray<Wait>>> {
  const takers = new Map<Ref, Entry>()
  const given = new Map<Ref, Entry>()
  yield* each(entries, (entry) => {
    if (entry.verb === "delete") return
    for (const other of entry.after) {
      if (other.verb !== "delete") continue
      takers.set(entry.ref, entry)
      given.set(other.ref, other)
    }
  })
  const waits = new Map<Entry, Array<Wait>>()
  yield* each(takers.size === 0 ? [] : entries, (by) => {
    for (const change of fieldsBack(by)) {
      const ons = refsIn(change.to).flatMap((ref) => [...(takers.get(ref)?.after ?? [])])
      for (const from of refsIn(change.from).flatMap((ref) => given.get(ref) ?? []))
        for (const on of ons) waits.set(from, [...(waits.get(from) ?? []), { on, by, change }])
    }
  })
  return waits
}

const letGo = ({ by, change }: Wait): void => {
  if (by.parked.some(({ field }) => field === change.field)) return
  by.parked = [...by.parked, { ...change, to: null, why: "lets go of what is exchanged" }]
}

/**
 * Guests that exchange their primary addresses would wait for each other for ever: an address is deleted once nothing points
 * to it, and pointed to once it is made anew on the other guest. In each circle one machine lets go of its address first.
 */
export const withoutCircles = function* (entries: ReadonlyArray<Entry>): Steps<void> {
  const due = pauses()
  const waits = yield* waitsOf(entries)
  const untried = new Map<Entry, Array<Wait>>()
  for (const start of waits.keys()) {
    const path = untried.has(start) ? [] : [start]
    const onPath = new Set(path)
    for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
      if (due()) yield
      const open = untried.get(at) ?? [...(waits.get(at) ?? [])]
      untried.set(at, open)
      const next = open.pop()
      if (next === undefined) {
        path.pop()
        onPath.delete(at)
      } else if (onPath.has(next.on)) letGo(next)
      else if (!untried.has(next.on)) {
        path.push(next.on)
        onPath.add(next.on)
      }
    }
  }
}
