import type { Binding } from "./Binding.ts"
import { withoutCircles } from "./Circles.ts"
import type { Desire, Desired } from "./Desired.ts"
import { diff, type Difference, type Drift, type Resolve } from "./Diff.ts"
import { type Entry, entryOf } from "./Entry.ts"
import { type Bound, type Identities, identify, ownerKey, type Released } from "./Identity.ts"
import { asHeir, inherited, lettingGo, withHeirs } from "./Inherited.ts"
import type { Json } from "./Json.ts"
import { type Kind, uidField } from "./Kind.ts"
import { numbered } from "./Operations.ts"
import type { OperationPlanned } from "./Event.ts"
import { byKind, isRefValue, keyOf, kindOf, type Ref } from "./Ref.ts"
import { migrated } from "./Migrated.ts"
import { withoutDropped, withoutUnused } from "./Needed.ts"
import { renamed } from "./Renamed.ts"
import { type Moved, reused, underNewRefs } from "./Reuse.ts"
import { anchored, relocate } from "./Relocation.ts"
import { type RemovalPolicy, removals, type Removals } from "./Removal.ts"
import { scoped } from "./Scoped.ts"
import type { Scoping } from "./Scoping.ts"
import { each, pauses, type Steps } from "./Steps.ts"
import { tagScopes } from "./TagScopes.ts"
import type { Target } from "./Target.ts"
import { settleUnique } from "./Unique.ts"

export interface PlanInput {
  /** In order of dependency. */
  readonly kinds: ReadonlyArray<Kind>
  readonly desire: Desire
  readonly target: Target
  readonly bindings: ReadonlyMap<Ref, Binding>
  readonly baselines: ReadonlyMap<Ref, ReadonlyMap<string, Json>>
  readonly policy: RemovalPolicy
  readonly retiredTag: Ref
  readonly scoping: Scoping
  /** Whether the object is of a source that was not seen: it may be there as well as not. */
  readonly unseen: (ref: Ref) => boolean
  /** Milliseconds since 1970. */
  readonly now: number
}

/** Everything a run decides before it writes anything. The same input makes the same plan. */
export interface Plan {
  readonly operations: ReadonlyArray<OperationPlanned>
  readonly bound: ReadonlyArray<Bound>
  /** Bindings that go on under another ref, all at once: some exchange theirs. */
  readonly moved: ReadonlyArray<Moved>
  /** After those. */
  readonly released: ReadonlyArray<Released>
  readonly settled: Difference["settled"]
  readonly drifts: ReadonlyArray<Drift>
  readonly conflicts: Identities["conflicts"]
  readonly held: Removals["held"]
}

/** Whether everything without which NetBox does not create the object can be referred to. */
const unresolvable = (kind: Kind, desired: Desired, resolve: Resolve): Ref | undefined => {
  for (const name in desired.fields) {
    const value = desired.fields[name]?.value
    if (isRefValue(value) && kind.fields[name]?.required === true && resolve(value.$ref) === undefined)
      return value.$ref
  }
  return undefined
}

const rebound = (binding: Binding, to: Ref): Binding => ({ ...binding, ref: to })

/** The first that was asked for by each ref. */
const byRefOf = function* (objects: ReadonlyArray<Desired>): Steps<ReadonlyMap<Ref, Desired>> {
  const due = pauses()
  const byRef = new Map<Ref, Desired>()
  for (const one of objects) {
    if (due()) yield
    if (!byRef.has(one.ref)) byRef.set(one.ref, one)
  }
  return byRef
}

/** What is known of NetBox's objects, under the refs that stand for them now. */
const underWantedRefs = function* (
  input: PlanInput,
  byRef: ReadonlyMap<Ref, Desired>,
  wanted: ReadonlyMap<string, ReadonlyArray<Desired>>
) {
  const known = { bindings: input.bindings, baselines: input.baselines }
  const moved: Array<Moved> = []
  const follow = function* (moves: ReadonlyArray<Moved>) {
    const chained = new Map(moved.map(({ becomes }, at) => [becomes, at]))
    for (const move of moves) {
      const at = chained.get(move.ref)
      const before = at === undefined ? undefined : moved[at]
      if (at === undefined || before === undefined) moved.push(move)
      else moved[at] = { ...before, becomes: move.becomes }
    }
    known.bindings = yield* underNewRefs(known.bindings, moves, rebound)
    known.baselines = yield* underNewRefs(known.baselines, moves, (fields) => fields)
  }
  const given = yield* reused(input.desire.objects, known.bindings, known.baselines)
  yield* follow(given.moved)
  yield* follow(yield* renamed(input.kinds, wanted, yield* byKind(known.bindings.values()), known.baselines))
  const away = yield* migrated(input.desire, byRef, known.bindings, known.baselines, input.target)
  yield* follow(away)
  const identified = new Set(input.kinds.flatMap(({ fields, name }) => (uidField in fields ? [name] : [])))
  const renumbered = away.flatMap(({ becomes, ref }) =>
    identified.has(kindOf(ref))
      ? [{ ref: becomes, field: uidField, value: keyOf(moved.find((one) => one.becomes === becomes)?.ref ?? ref) }]
      : []
  )
  const settled = [...given.settled, ...renumbered]
  const baselines = new Map(known.baselines)
  for (const { field, ref, value } of settled) baselines.set(ref, new Map(baselines.get(ref)).set(field, value))
  return { bindings: known.bindings, baselines: settled.length === 0 ? known.baselines : baselines, moved, settled }
}

const withLeftovers = (
  bindings: ReadonlyMap<Ref, Binding>,
  leftovers: Identities["leftovers"]
): ReadonlyMap<Ref, Binding> =>
  leftovers.length === 0
    ? bindings
    : new Map([
        ...bindings,
        ...leftovers.map((one): [Ref, Binding] => [one.ref, { ...one, retiredAt: null, created: false }])
      ])

export const plan = function* (input: PlanInput): Steps<Plan> {
  const { desire, kinds, scoping, target, unseen } = input
  const byRef = yield* byRefOf(desire.objects)
  const wanted = yield* byKind(byRef.values())
  const { moved, ...known } = yield* underWantedRefs(input, byRef, wanted)

  const ofRef = (to: Ref) => byRef.get(to)
  const found = yield* identify({ kinds, desired: wanted, wanted: ofRef, unseen, ...known, target })
  const taken = found.released.flatMap(({ becomes, ref }) => (becomes === undefined ? [] : [{ becomes, ref }]))
  const atHand = {
    bindings: yield* underNewRefs(known.bindings, taken, rebound),
    baselines: yield* underNewRefs(known.baselines, taken, (fields) => fields)
  }
  const gone = yield* removals({
    kinds,
    desire,
    desired: (to) => byRef.has(to),
    bindings: withLeftovers(atHand.bindings, found.leftovers),
    ids: found.ids,
    owners: found.owners,
    baselines: atHand.baselines,
    target,
    policy: input.policy,
    now: input.now,
    retiredTag: input.retiredTag,
    removable: scoping.changes
  })
  const heirs = yield* inherited({
    kinds,
    target,
    identities: found,
    gone,
    wanted,
    ofRef,
    unseen,
    baselines: atHand.baselines,
    resolve: (to) => found.ids.get(to)
  })
  const identities = yield* withHeirs(found, heirs)
  const bindings = yield* underNewRefs(atHand.bindings, heirs, rebound)
  const baselines = yield* underNewRefs(atHand.baselines, heirs, (fields) => fields)
  const left = new Set(identities.left)
  const conflicts = [...desire.conflicts, ...identities.conflicts]
  const resolve: Resolve = (to) => {
    const id = identities.ids.get(to)
    return id ?? (byRef.has(to) && !left.has(to) ? "planned" : undefined)
  }
  for (const kind of kinds) {
    yield* each(wanted.get(kind.name) ?? [], (one) => {
      if (left.has(one.ref) || identities.ids.has(one.ref)) return
      const missing = unresolvable(kind, one, resolve)
      if (missing === undefined) return
      left.add(one.ref)
      conflicts.push({ ref: one.ref, label: one.label, detail: `not created: it needs ${missing}, which is not there` })
    })
  }

  const nameOf = (kind: string, id: number): Json => {
    const to = identities.owners.get(ownerKey(kind, id))
    return to === undefined ? id : { $ref: to }
  }

  const leaving = new Set<string>()
  for (const { kind, row, verb } of gone.entries)
    if (verb === "delete" && row !== undefined) leaving.add(ownerKey(kind.name, row.id))
  const isLeaving = (kind: string, id: number) => leaving.has(ownerKey(kind, id))

  const estate = { kinds, target, identities, gone }
  const scopes = tagScopes(target, identities.ids)
  const entries: Array<Entry> = []
  const drifts: Array<Drift> = []
  const settled: Array<Difference["settled"][number]> = [...known.settled]
  const bound = [...identities.bound]
  for (const kind of kinds) {
    const rows = target.rows(kind.name)
    const resolveHere = scopes.within(kind, resolve)
    yield* each(wanted.get(kind.name) ?? [], (desired) => {
      if (left.has(desired.ref) || desired.lookup === true) return
      const id = identities.ids.get(desired.ref)
      const row = id === undefined ? undefined : rows.get(id)
      if (row !== undefined && desired.lazy === true) return
      const baseline = baselines.get(desired.ref)
      const asked = scoping.asked(kind, row === undefined ? desired : asHeir(kind, desired, row, baseline, estate))
      const differing = diff({ kind, desired: asked, row, baseline, resolve: resolveHere, nameOf, isLeaving })
      drifts.push(...differing.drifts)
      for (const detail of differing.contested) conflicts.push({ ref: desired.ref, label: desired.label, detail })
      settled.push(...differing.settled)
      const returns = row !== undefined && typeof bindings.get(desired.ref)?.retiredAt === "number"
      if (row !== undefined && differing.changes.length === 0 && differing.late.length === 0) {
        if (returns) bound.push({ ref: desired.ref, id: row.id, evidence: "back in the source" })
        return
      }
      entries.push(
        entryOf({
          kind,
          ref: desired.ref,
          label: desired.label,
          verb: row === undefined ? "create" : "update",
          purpose: returns ? "restore" : "reconcile",
          row,
          lazy: desired.lazy === true,
          alternatives: desired.alternatives ?? {},
          changes: differing.changes,
          late: differing.late
        })
      )
    })
  }
  for (const entry of gone.entries) entries.push(entry)
  const used = yield* withoutUnused(yield* lettingGo(entries, estate))
  const { owners } = identities
  const { entries: all, relocations } = yield* relocate({ kinds, entries: used, target, owners, resolve })
  const unique = yield* settleUnique({ kinds, entries: all, target, resolve })
  // What was to be made only because something refers to it may not be needed any more.
  const kept = unique.dropped.size === 0 ? all : yield* withoutUnused(yield* withoutDropped(all, unique.dropped))
  const settledIn = yield* anchored(kept, relocations, target)
  yield* withoutCircles(settledIn.entries)
  const { conflicts: waiting, operations } = yield* scoped(yield* numbered(kinds, settledIn.entries), scoping)
  const told = [...conflicts, ...scopes.conflicts(), ...gone.conflicts, ...unique.conflicts, ...settledIn.conflicts]
  return {
    operations,
    bound,
    moved,
    released: identities.released,
    settled,
    drifts: drifts.filter(({ ref }) => scoping.changes(ref)),
    conflicts: [...told.filter(({ ref }) => scoping.includes(ref)), ...waiting],
    held: gone.held
  }
}
