import { type Desired, refTo, want, type Wanted } from "./Desired.ts"
import { comparable, type Resolve } from "./Diff.ts"
import { type Entry, entryOf } from "./Entry.ts"
import type { Change } from "./Event.ts"
import { type Identities, ownerKey, probeContext } from "./Identity.ts"
import { equal, type Json } from "./Json.ts"
import type { Kind } from "./Kind.ts"
import { keyOf, type Ref } from "./Ref.ts"
import { isParent, labelOf, type Removals } from "./Removal.ts"
import type { Moved } from "./Reuse.ts"
import { each, type Steps } from "./Steps.ts"
import type { Current, Target } from "./Target.ts"

interface Input {
  readonly kinds: ReadonlyArray<Kind>
  readonly target: Target
  readonly identities: Identities
  readonly gone: Removals
}

type Baseline = ReadonlyMap<string, Json> | undefined

const passesOn = ({ probes }: Kind): boolean => probes.some(({ inherits }) => inherits === true)

/** What is at the top of all that a row is part of: the machine of an address on one of its interfaces. */
const topOf = (kind: Kind, row: Current, input: Input): Ref | undefined => {
  for (const [name, field] of Object.entries(kind.fields)) {
    if (!isParent(field)) continue
    const above = field.type === "generic" ? row.fields[field.typeField] : "kind" in field ? field.kind : undefined
    const parent = input.kinds.find((one) => one.name === above)
    const id = row.fields[name]
    const found = parent !== undefined && typeof id === "number" ? input.target.rows(parent.name).get(id) : undefined
    return parent === undefined || found === undefined ? undefined : topOf(parent, found, input)
  }
  return input.identities.owners.get(ownerKey(kind.name, row.id))
}

/** Whether the row is still on what is marked as gone. */
const isLeft = (kind: Kind, row: Current, input: Input): boolean => {
  const top = topOf(kind, row, input)
  return top !== undefined && input.gone.retired.has(top)
}

/** Whether what the object is known by is as the engine wrote it. */
const isUnedited = (kind: Kind, row: Current, baseline: Baseline, resolve: Resolve): boolean =>
  kind.unique.every(({ fields }) =>
    fields.every((name) => {
      const field = kind.fields[name]
      const applied = baseline?.get(name)
      if (field === undefined || applied === undefined) return true
      return equal(comparable(field, applied, resolve) ?? null, row.fields[name] ?? null)
    })
  )

/**
 * What was made or adopted for something that is marked as gone and belongs to something else now: the address of a guest
 * that was deleted, when another guest reports it. It goes on under the ref of that one.
 */
export const inherited = function* (
  input: Input & {
    readonly wanted: ReadonlyMap<string, ReadonlyArray<Desired>>
    readonly ofRef: (ref: Ref) => Desired | undefined
    readonly unseen: (ref: Ref) => boolean
    readonly baselines: ReadonlyMap<Ref, ReadonlyMap<string, Json>>
    readonly resolve: Resolve
  }
): Steps<ReadonlyArray<Moved>> {
  const { baselines, gone, identities, kinds, ofRef, target, unseen, wanted } = input
  const moved: Array<Moved> = []
  if (gone.retired.size === 0) return moved
  const context = probeContext(identities, { target, wanted: ofRef, unseen })
  const leaving = new Set(gone.entries.map(({ ref }) => ref))
  for (const kind of kinds) {
    for (const probe of kind.probes) {
      if (probe.inherits !== true) continue
      const open = new Map<string, Ref>()
      yield* each(wanted.get(kind.name) ?? [], (one) => {
        if (identities.ids.has(one.ref) || identities.left.has(one.ref)) return
        for (const text of probe.wanted(one, context)) if (!open.has(text)) open.set(text, one.ref)
      })
      if (open.size === 0) continue
      yield* each(target.rows(kind.name).values(), (row) => {
        const text = probe.found(row, context).find((one) => open.has(one))
        const heir = text === undefined ? undefined : open.get(text)
        const former = identities.owners.get(ownerKey(kind.name, row.id))
        if (text === undefined || heir === undefined || former === undefined) return
        if (ofRef(former) !== undefined || leaving.has(former) || !isLeft(kind, row, input)) return
        if (!isUnedited(kind, row, baselines.get(former), input.resolve)) return
        open.delete(text)
        moved.push({ ref: former, becomes: heir, reason: `what had it is gone (${probe.evidence})` })
      })
    }
  }
  return moved
}

/** The identities under which things go on that were inherited. */
export const withHeirs = function* (identities: Identities, moved: ReadonlyArray<Moved>): Steps<Identities> {
  if (moved.length === 0) return identities
  const ids = new Map(identities.ids)
  const heirs = new Map(moved.map(({ becomes, ref }) => [ref, becomes]))
  const owners = new Map<string, Ref>()
  yield* each(identities.owners, ([key, owner]) => {
    owners.set(key, heirs.get(owner) ?? owner)
  })
  for (const { becomes, ref } of moved) {
    const id = ids.get(ref)
    ids.delete(ref)
    if (id !== undefined) ids.set(becomes, id)
  }
  return { ...identities, ids, owners, released: [...identities.released, ...moved] }
}

/**
 * What is asked for of an object that has not left yet what is gone: what the engine wrote for the former owner is written
 * anew or taken away; what somebody else wrote stays.
 */
export const asHeir = (kind: Kind, desired: Desired, row: Current, baseline: Baseline, input: Input): Desired => {
  if (input.gone.retired.size === 0 || !passesOn(kind) || !isLeft(kind, row, input)) return desired
  const fields: { [field: string]: Wanted } = {}
  for (const name of baseline?.keys() ?? []) fields[name] = want(null, "what had it is gone", { owner: "three-way" })
  for (const [name, one] of Object.entries(desired.fields)) {
    const owner = one.owner ?? kind.fields[name]?.owner
    fields[name] = owner === "initial" ? { ...one, owner: "three-way" } : one
  }
  return { ...desired, fields }
}

const letsGo = (entry: Entry, heir: Entry, field: string, from: Json): void => {
  const change: Change = { field, from, to: null, why: `${heir.label} belongs to ${keyOf(heir.ref)} now` }
  entry.changes = [...entry.changes.filter((one) => one.field !== field), change]
}

/** What is gone no longer points to what leaves it: NetBox does not move an address that is the primary one of a machine. */
export const lettingGo = function* (entries: ReadonlyArray<Entry>, input: Input): Steps<ReadonlyArray<Entry>> {
  if (input.gone.retired.size === 0) return entries
  const { gone, identities, kinds, target } = input
  const known = new Map<Ref, Entry>()
  for (const entry of gone.entries) if (entry.verb === "update") known.set(entry.ref, entry)
  const more: Array<Entry> = []
  yield* each(entries, (entry) => {
    const { kind, row } = entry
    if (row === undefined || entry.verb === "delete" || !passesOn(kind) || !isLeft(kind, row, input)) return
    for (const holder of kinds) {
      for (const [field, { type, ...to }] of Object.entries(holder.fields)) {
        if (type !== "ref" || !("kind" in to) || to.kind !== kind.name) continue
        for (const id of target.referring(holder.name, field, row.id)) {
          const ref = identities.owners.get(ownerKey(holder.name, id))
          const at = target.rows(holder.name).get(id)
          if (ref === undefined || at === undefined || !gone.retired.has(ref)) continue
          const owner =
            known.get(ref) ??
            entryOf({
              kind: holder,
              ref,
              label: labelOf(at, keyOf(ref)),
              verb: "update",
              purpose: "reconcile",
              row: at,
              changes: []
            })
          if (!known.has(ref)) more.push(owner)
          known.set(ref, owner)
          letsGo(owner, entry, field, refTo(entry.ref))
        }
      }
    }
  })
  return more.length === 0 ? entries : [...entries, ...more]
}
