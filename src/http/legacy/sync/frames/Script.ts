import type { Binding } from "../../../../domain/Binding.ts"
import type { Event, EventOf, OperationPlanned } from "../../../../domain/Event.ts"
import type { Json } from "../../../../domain/Json.ts"
import { kindOf, type Ref } from "../../../../domain/Ref.ts"
import { everything, type Scope } from "../../../../domain/Scope.ts"
import type { Steps } from "../../../../domain/Steps.ts"
import { orderOf, ownerOf, sourceOf } from "./Keys.ts"
import { type Place, placeOf } from "./Place.ts"

/** An object that a run is about: one that it writes, leaves as it is, or leaves alone. */
export interface Thing {
  readonly ref: Ref
  /** NetBox's id as far as it was known when the plan was sealed. */
  readonly id: number | null
  readonly label: string
  readonly operations: ReadonlyArray<Placed>
  /** Why the engine would not decide about it; null where it did. */
  readonly conflict: string | null
}

export interface Placed extends OperationPlanned {
  readonly place: Place
}

/** Everything a sealed run is going to tell of: the same for all who follow it. */
export interface Script {
  readonly run: string
  /** The branch of NetBox it writes to; undefined: none. */
  readonly branch: string | undefined
  readonly operations: ReadonlyMap<number, Placed>
  /** The same by where they are told. */
  readonly placed: ReadonlyMap<Place, ReadonlyArray<Placed>>
  /** By kind, in the order of their keys; what is gone from its source is among them only where the run does something about it. */
  readonly things: ReadonlyMap<string, ReadonlyArray<Thing>>
  readonly thing: (ref: Ref) => Thing | undefined
  /** What the run writes into a field, else what was known of it when the plan was sealed. */
  readonly value: (ref: Ref, field: string) => Json | undefined
}

/** What the journal knew of NetBox's objects when the plan was sealed. */
export interface Known {
  readonly bindings: ReadonlyMap<Ref, Binding>
  readonly baselines: ReadonlyMap<Ref, ReadonlyMap<string, Json>>
}

const isWithin = (scope: Scope, seen: ReadonlySet<string>, of: Ref, shared: boolean): boolean => {
  if (shared) return true
  if (!seen.has(sourceOf(of))) return false
  if (scope.guests === undefined) return true
  const owner = ownerOf(of)
  return scope.guests.some((guest) => ownerOf(guest) === owner)
}

/** Kinds whose objects belong to a guest or a node; those of the others are shared. */
const owned = new Set([
  "dcim.device",
  "dcim.interface",
  "dcim.macaddress",
  "ipam.ipaddress",
  "virtualization.virtualmachine",
  "virtualization.virtualdisk",
  "virtualization.vminterface"
])

const gather = <K, A>(map: Map<K, Array<A>>, key: K, one: A): void => {
  const same = map.get(key)
  if (same === undefined) map.set(key, [one])
  else same.push(one)
}

/** What the events of one run say up to its seal. Mutable: it grows with them. */
export class Draft {
  readonly operations = new Map<number, Placed>()
  readonly byRef = new Map<Ref, Array<Placed>>()
  readonly byPlace = new Map<Place, Array<Placed>>()
  readonly conflicts = new Map<Ref, EventOf<"ConflictFound">>()
  /** Sources that were read. */
  readonly seen = new Set<string>()
  scope: Scope = everything

  take(event: Event): void {
    if (event._tag === "RunStarted") this.scope = event.scope
    // Planning that was interrupted begins again: what it had decided is void.
    if (event._tag === "StageEntered" && event.stage === "observe") {
      for (const collected of [this.operations, this.byRef, this.byPlace, this.conflicts, this.seen]) collected.clear()
    }
    if (event._tag === "SourceObserved") this.seen.add(event.source)
    if (event._tag === "ConflictFound") this.conflicts.set(event.ref, event)
    if (event._tag !== "OperationPlanned") return
    const placed = { ...event, place: placeOf(event) }
    this.operations.set(event.op, placed)
    gather(this.byRef, event.ref, placed)
    gather(this.byPlace, placed.place, placed)
  }
}

/** The script of a sealed run, out of its events and what the journal knew. */
export const scriptOf = function* (run: string, draft: Draft, known: Known): Steps<Script> {
  const { byPlace, byRef, conflicts, operations, scope, seen } = draft
  const things = new Map<Ref, Thing>()
  const add = (ref: Ref, id: number | null, label: string) =>
    things.set(ref, { ref, id, label, operations: byRef.get(ref) ?? [], conflict: conflicts.get(ref)?.detail ?? null })
  for (const [ref, binding] of known.bindings) {
    yield
    const isMade = byRef.get(ref)?.[0]?.verb === "create"
    const isLeft = binding.retiredAt !== null && !byRef.has(ref)
    if (!isMade && !isLeft && isWithin(scope, seen, ref, !owned.has(kindOf(ref)))) add(ref, binding.id, "")
  }
  for (const [ref, [first]] of byRef) {
    yield
    if (first !== undefined) add(ref, things.get(ref)?.id ?? first.id, first.label)
  }
  for (const [ref, { label }] of conflicts) add(ref, things.get(ref)?.id ?? null, label)
  const byKind = new Map<string, Array<{ readonly order: string; readonly thing: Thing }>>()
  for (const thing of things.values()) {
    yield
    gather(byKind, kindOf(thing.ref), { order: orderOf(thing.ref), thing })
  }
  const sorted = new Map<string, ReadonlyArray<Thing>>()
  for (const [kind, all] of byKind) {
    yield
    all.sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0))
    sorted.set(
      kind,
      all.map(({ thing }) => thing)
    )
  }
  const value = (ref: Ref, field: string): Json | undefined => {
    for (const { changes } of things.get(ref)?.operations ?? []) {
      const change = changes.find((one) => one.field === field)
      if (change !== undefined) return change.to
    }
    return known.baselines.get(ref)?.get(field)
  }
  return {
    run,
    branch: scope.branch,
    operations,
    placed: byPlace,
    things: sorted,
    thing: (ref) => things.get(ref),
    value
  }
}
