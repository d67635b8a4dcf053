import type { Binding } from "./Binding.ts"
import type { Desire, Desired } from "./Desired.ts"
import { diff, type Difference, type Drift, type Resolve } from "./Diff.ts"
import type { Entry } from "./Entry.ts"
import { type Bound, type Identities, identify, type Released } from "./Identity.ts"
import type { Json } from "./Json.ts"
import type { Kind } from "./Kind.ts"
import { numbered } from "./Operations.ts"
import type { OperationPlanned } from "./Event.ts"
import { byKind, isRefValue, kindOf, type Ref, refsIn } from "./Ref.ts"
import { reused, underNewRefs } from "./Reuse.ts"
import { type RemovalPolicy, removals, type Removals } from "./Removal.ts"
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
  /** Milliseconds since 1970. */
  readonly now: number
}

/** Everything a run decides before it writes anything. The same input makes the same plan. */
export interface Plan {
  readonly operations: ReadonlyArray<OperationPlanned>
  readonly bound: ReadonlyArray<Bound>
  readonly released: ReadonlyArray<Released>
  readonly settled: Difference["settled"]
  readonly drifts: ReadonlyArray<Drift>
  readonly conflicts: Identities["conflicts"]
  readonly held: Removals["held"]
}

/** Whether everything without which NetBox does not create the object can be referred to. */
const unresolvable = (kind: Kind, desired: Desired, resolve: Resolve): string | undefined =>
  Object.entries(kind.fields).flatMap(([name, field]) => {
    const value = desired.fields[name]?.value
    return field.required === true && isRefValue(value) && resolve(value.$ref) === undefined ? [value.$ref] : []
  })[0]

/** Lazy objects stay out unless something that is written refers to them. */
const withoutUnused = (entries: ReadonlyArray<Entry>): ReadonlyArray<Entry> => {
  const lazy = new Map(entries.flatMap((entry) => (entry.lazy ? [[entry.ref, entry] as const] : [])))
  const used = new Set<Entry>()
  const open = entries.filter((entry) => !entry.lazy)
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    for (const change of [...entry.changes, ...entry.late]) {
      for (const to of refsIn(change.to)) {
        const needed = lazy.get(to)
        if (needed === undefined || used.has(needed)) continue
        used.add(needed)
        open.push(needed)
      }
    }
  }
  return entries.filter((entry) => !entry.lazy || used.has(entry))
}

export const plan = (input: PlanInput): Plan => {
  const { desire, kinds, target } = input
  const moved = reused(desire.objects, input.bindings, input.baselines)
  const bindings = underNewRefs(input.bindings, moved, (binding, to) => ({ ...binding, ref: to }))
  const baselines = underNewRefs(input.baselines, moved, (fields) => fields)
  const byRef = new Map<Ref, Desired>()
  for (const one of desire.objects) if (!byRef.has(one.ref)) byRef.set(one.ref, one)
  const wanted = byKind(byRef.values())

  const identities = identify({ kinds, desired: wanted, bindings, target })
  const left = new Set(identities.left)
  const conflicts = [...identities.conflicts]
  const resolve: Resolve = (to) => {
    const id = identities.ids.get(to)
    return id ?? (byRef.has(to) && !left.has(to) ? "planned" : undefined)
  }
  for (const kind of kinds) {
    for (const one of wanted.get(kind.name) ?? []) {
      if (left.has(one.ref) || identities.ids.has(one.ref)) continue
      const missing = unresolvable(kind, one, resolve)
      if (missing === undefined) continue
      left.add(one.ref)
      conflicts.push({ ref: one.ref, label: one.label, detail: `not created: it needs ${missing}, which is not there` })
    }
  }

  const names = new Map<string, Ref>()
  for (const [to, id] of identities.ids) names.set(`${kindOf(to)} ${id}`, to)
  const nameOf = (kind: string, id: number): Json => {
    const to = names.get(`${kind} ${id}`)
    return to === undefined ? id : { $ref: to }
  }

  const entries: Array<Entry> = []
  const drifts: Array<Drift> = []
  const settled: Array<Difference["settled"][number]> = []
  const bound = [...identities.bound]
  for (const kind of kinds) {
    const rows = target.rows(kind.name)
    for (const desired of wanted.get(kind.name) ?? []) {
      if (left.has(desired.ref) || desired.lookup === true) continue
      const id = identities.ids.get(desired.ref)
      const row = id === undefined ? undefined : rows.get(id)
      if (row !== undefined && desired.lazy === true) continue
      const found = diff({ kind, desired, row, baseline: baselines.get(desired.ref), resolve, nameOf })
      drifts.push(...found.drifts)
      settled.push(...found.settled)
      const returns = row !== undefined && typeof bindings.get(desired.ref)?.retiredAt === "number"
      if (row !== undefined && found.changes.length === 0 && found.late.length === 0) {
        if (returns) bound.push({ ref: desired.ref, id: row.id, evidence: "back in the source" })
        continue
      }
      entries.push({
        kind,
        ref: desired.ref,
        label: desired.label,
        verb: row === undefined ? "create" : "update",
        purpose: returns ? "restore" : "reconcile",
        row,
        lazy: desired.lazy === true,
        alternatives: desired.alternatives ?? {},
        changes: found.changes,
        late: found.late,
        after: new Set(),
        parked: undefined
      })
    }
  }

  const gone = removals({
    kinds,
    desire,
    desired: (to) => byRef.has(to),
    bindings,
    ids: identities.ids,
    baselines,
    target,
    policy: input.policy,
    now: input.now,
    retiredTag: input.retiredTag
  })
  const all = withoutUnused([...entries, ...gone.entries])
  const unique = settleUnique({ kinds, entries: all, target, resolve })
  const kept = all.filter((entry) => !unique.dropped.has(entry))
  return {
    operations: numbered(kinds, kept),
    bound,
    released: [...moved, ...identities.released],
    settled,
    drifts,
    conflicts: [...conflicts, ...gone.conflicts, ...unique.conflicts],
    held: gone.held
  }
}
