import { type Conflict, refTo } from "./Desired.ts"
import type { Resolve } from "./Diff.ts"
import { type Entry, entryOf } from "./Entry.ts"
import type { Change } from "./Event.ts"
import { ownerKey } from "./Identity.ts"
import type { Json } from "./Json.ts"
import type { Anchor, Kind } from "./Kind.ts"
import { keyOf, type Ref, refsIn } from "./Ref.ts"
import { each, type Steps } from "./Steps.ts"
import { type Current, isBlank, type Target } from "./Target.ts"

/** An object that is to be elsewhere than it is, with all that is attached to it. */
export interface Relocation {
  readonly entry: Entry
  readonly anchor: Anchor
  readonly row: Current
  /** The id of the place. */
  readonly to: number
}

const changeOf = ({ changes }: Entry, field: string): Change | undefined => changes.find((one) => one.field === field)

const textOf = (row: Current, ref: Ref): string =>
  typeof row.fields["name"] === "string" ? row.fields["name"] : keyOf(ref)

const relocationsOf = function* (entries: ReadonlyArray<Entry>, resolve: Resolve): Steps<ReadonlyArray<Relocation>> {
  const found: Array<Relocation> = []
  yield* each(entries, (entry) => {
    const { kind, row } = entry
    if (kind.anchor === undefined || row === undefined) return
    const [ref] = refsIn(changeOf(entry, kind.anchor.place)?.to ?? null)
    const to = ref === undefined ? undefined : resolve(ref)
    if (typeof to === "number") found.push({ entry, anchor: kind.anchor, row, to })
  })
  return found
}

const byRowOf = function* (entries: ReadonlyArray<Entry>): Steps<ReadonlyMap<string, Entry>> {
  const byRow = new Map<string, Entry>()
  yield* each(entries, (entry) => {
    if (entry.row !== undefined) byRow.set(ownerKey(entry.kind.name, entry.row.id), entry)
  })
  return byRow
}

/** The rows that are members of the object now and are not where it is to be. */
const elsewhere = ({ anchor: { members }, row, to }: Relocation, target: Target): ReadonlyArray<Current> =>
  target.referring(members.kind, members.by, row.id).flatMap((id) => {
    const member = target.rows(members.kind).get(id)
    return member === undefined || member.fields[members.at] === to ? [] : [member]
  })

/**
 * Has the members of what is relocated move with it, those that the source no longer reports among them. That they may be
 * moved was judged where the relocation was asked for.
 */
export const relocate = function* (input: {
  readonly kinds: ReadonlyArray<Kind>
  readonly entries: ReadonlyArray<Entry>
  readonly target: Target
  /** The ref that stands for a NetBox object, by `ownerKey`. */
  readonly owners: ReadonlyMap<string, Ref>
  readonly resolve: Resolve
}): Steps<{ readonly entries: ReadonlyArray<Entry>; readonly relocations: ReadonlyArray<Relocation> }> {
  const relocations = yield* relocationsOf(input.entries, input.resolve)
  if (relocations.length === 0) return { entries: input.entries, relocations }
  const byRow = yield* byRowOf(input.entries)
  const entries = [...input.entries]
  for (const relocation of relocations) {
    const { anchor, entry } = relocation
    const { at } = anchor.members
    const kind = input.kinds.find(({ name }) => name === anchor.members.kind)
    const place = changeOf(entry, anchor.place)
    if (kind === undefined || place === undefined) continue
    yield* each(elsewhere(relocation, input.target), (row) => {
      const ref = input.owners.get(ownerKey(kind.name, row.id))
      if (ref === undefined) return
      const change: Change = { field: at, from: ofField(input, kind, at, row), to: place.to, why: place.why }
      const known = byRow.get(ownerKey(kind.name, row.id))
      if (known !== undefined) known.changes = [...known.changes.filter(({ field }) => field !== at), change]
      else entries.push(moved(kind, ref, row, change))
    })
  }
  return { entries, relocations }
}

/** In words where the object is known by a ref. */
const ofField = (
  { owners }: { readonly owners: ReadonlyMap<string, Ref> },
  kind: Kind,
  name: string,
  row: Current
): Json => {
  const field = kind.fields[name]
  const value = row.fields[name] ?? null
  const ref = field?.type === "ref" && typeof value === "number" ? owners.get(ownerKey(field.kind, value)) : undefined
  return ref === undefined ? value : refTo(ref)
}

const moved = (kind: Kind, ref: Ref, row: Current, change: Change): Entry =>
  entryOf({ kind, ref, label: textOf(row, ref), verb: "update", purpose: "reconcile", row, changes: [change] })

const without = (entry: Entry, fields: ReadonlyArray<string>): void => {
  entry.changes = entry.changes.filter(({ field }) => !fields.includes(field))
}

/** Entries that NetBox judges by where the object is: those attached to it now, or by this plan. */
const attachedTo = function* (
  { entry: { ref }, row }: Relocation,
  entries: ReadonlyArray<Entry>,
  { by, kind }: Anchor["followers"]
): Steps<ReadonlyArray<Entry>> {
  const found: Array<Entry> = []
  yield* each(entries, (entry) => {
    if (entry.kind.name !== kind) return
    const to = changeOf(entry, by)?.to
    if (to === undefined ? entry.row?.fields[by] === row.id : refsIn(to).includes(ref)) found.push(entry)
  })
  return found
}

/** The only order that NetBox takes. */
const inOrder = (relocation: Relocation, moving: ReadonlyArray<Entry>, followers: ReadonlyArray<Entry>): void => {
  const { anchor, entry, row } = relocation
  if (moving.length > 0 && !isBlank(row.fields[anchor.place])) {
    const emptied = anchor.fields.flatMap((field) => changeOf(entry, field) ?? [])
    entry.parked = [
      ...entry.parked,
      ...emptied.map((change) => ({ ...change, to: null, why: "lets go of what is attached, to be moved" }))
    ]
    for (const member of moving) member.after = new Set([...member.after, entry])
  }
  entry.behind = new Set([...entry.behind, ...moving])
  for (const follower of followers) {
    const joins = changeOf(follower, anchor.followers.by) !== undefined
    // NetBox moves those that are attached already, all of them by one statement.
    if (!joins) without(follower, [anchor.followers.at])
    follower.behind = new Set([...follower.behind, entry])
  }
}

/** Puts what a relocation takes in order; where it cannot be done as a whole, nothing of it is. */
export const anchored = function* (
  entries: ReadonlyArray<Entry>,
  relocations: ReadonlyArray<Relocation>,
  target: Target
): Steps<{ readonly entries: ReadonlyArray<Entry>; readonly conflicts: ReadonlyArray<Conflict> }> {
  if (relocations.length === 0) return { entries, conflicts: [] }
  const conflicts: Array<Conflict> = []
  const byRow = yield* byRowOf(entries)
  for (const relocation of relocations) {
    const { anchor, entry } = relocation
    const { at, by, kind } = anchor.members
    const away = elsewhere(relocation, target)
    const moving = away.flatMap(({ id }) => {
      const member = byRow.get(ownerKey(kind, id))
      return member !== undefined && changeOf(member, at) !== undefined ? [member] : []
    })
    const staying = away.filter(({ id }) => moving.every(({ row }) => row?.id !== id))
    const leaving = moving.filter((member) => changeOf(member, by) !== undefined)
    const followers = yield* attachedTo(relocation, entries, anchor.followers)
    if (changeOf(entry, anchor.place) !== undefined && staying.length + leaving.length === 0) {
      inOrder(relocation, moving, followers)
      continue
    }
    if (staying.length > 0) {
      const names = staying.map((row) => textOf(row, entry.ref)).join(", ")
      conflicts.push({ ref: entry.ref, label: entry.label, detail: `not moved: ${names} of it cannot go along` })
    }
    without(entry, anchor.fields)
    for (const member of moving) without(member, [at])
    for (const follower of followers) without(follower, [anchor.followers.at])
  }
  const kept: Array<Entry> = []
  yield* each(entries, (entry) => {
    if (entry.verb !== "update" || entry.changes.length + entry.late.length > 0) kept.push(entry)
  })
  return { entries: kept, conflicts }
}
