import type { Binding } from "./Binding.ts"
import type { Desired } from "./Desired.ts"
import type { Json } from "./Json.ts"
import { adopt, type Kind, type Probe, type ProbeContext, uidField, type Verdict } from "./Kind.ts"
import { byKind, type Ref } from "./Ref.ts"
import { each, type Steps } from "./Steps.ts"
import type { Current, Target } from "./Target.ts"

export interface Bound {
  readonly ref: Ref
  readonly id: number
  readonly evidence: string
}

export interface Released {
  readonly ref: Ref
  readonly reason: string
  /** The ref under which the binding goes on; it ends when there is none. */
  readonly becomes?: Ref
}

export interface Identities {
  /** Every ref that stands for a NetBox object now. */
  readonly ids: ReadonlyMap<Ref, number>
  /** The ref that stands for a NetBox object, by `ownerKey`. */
  readonly owners: ReadonlyMap<string, Ref>
  readonly bound: ReadonlyArray<Bound>
  readonly released: ReadonlyArray<Released>
  /** Of `bound`, what other engines left behind. */
  readonly leftovers: ReadonlyArray<Bound>
  /** Refs that are neither created nor changed in this run. */
  readonly left: ReadonlySet<Ref>
  readonly conflicts: ReadonlyArray<{ readonly ref: Ref; readonly label: string; readonly detail: string }>
}

interface Claims {
  readonly ids: Map<Ref, number>
  readonly owners: Map<string, Ref>
}

export const ownerKey = (kind: string, id: number) => `${kind} ${id}`

/** What probes may look at. */
export const probeContext = (
  { ids, owners }: Pick<Identities, "ids" | "owners">,
  {
    target,
    unseen,
    wanted
  }: {
    readonly target: Target
    readonly wanted: (ref: Ref) => Desired | undefined
    readonly unseen: (ref: Ref) => boolean
  }
): ProbeContext => ({
  target,
  id: (ref) => ids.get(ref),
  boundTo: (kind, id) => {
    const ref = owners.get(ownerKey(kind, id))
    return ref === undefined ? undefined : { ref, wanted: wanted(ref) !== undefined || unseen(ref) }
  }
})

/** A binding holds while its object exists and carries no other identity than the one it is to have or had from us. */
const holds = (
  kind: Kind,
  ref: Ref,
  row: Current | undefined,
  desired: Desired | undefined,
  applied: Json | undefined
): string | null => {
  if (row === undefined) return "it is gone from NetBox"
  if (!(uidField in kind.fields)) return null
  const found = row.fields[uidField]
  const wanted = desired?.fields[uidField]?.value
  return found === null || wanted === undefined || found === wanted || found === applied
    ? null
    : `its proxledger_uid in NetBox is ${String(found)}, not that of ${ref}`
}

const indexBy = function* (
  rows: Iterable<Current>,
  probe: Probe,
  context: ProbeContext
): Steps<ReadonlyMap<string, ReadonlyArray<Current>>> {
  const index = new Map<string, Array<Current>>()
  yield* each(rows, (row) => {
    for (const text of probe.found(row, context)) {
      const same = index.get(text)
      if (same === undefined) index.set(text, [row])
      else if (same.at(-1) !== row) same.push(row)
    }
  })
  return index
}

/**
 * Finds out which NetBox object each desired object is: first the bindings of the journal, then the probes of the kind in
 * their order. `kinds` in order of dependency, so that the ids of parents are known when their children are looked for.
 */
export const identify = function* (input: {
  readonly kinds: ReadonlyArray<Kind>
  readonly desired: ReadonlyMap<string, ReadonlyArray<Desired>>
  readonly wanted: (ref: Ref) => Desired | undefined
  /** Whether the object may still be there although it is not wanted, because its source was not seen. */
  readonly unseen: (ref: Ref) => boolean
  readonly bindings: ReadonlyMap<Ref, Binding>
  readonly baselines: ReadonlyMap<Ref, ReadonlyMap<string, Json>>
  readonly target: Target
}): Steps<Identities> {
  const claims: Claims = { ids: new Map(), owners: new Map() }
  const bound: Array<Bound> = []
  const released: Array<Released> = []
  const leftovers: Array<Bound> = []
  const left = new Set<Ref>()
  const conflicts: Array<{ ref: Ref; label: string; detail: string }> = []

  const claim = (kind: Kind, ref: Ref, id: number) => {
    claims.ids.set(ref, id)
    claims.owners.set(ownerKey(kind.name, id), ref)
  }
  const context = probeContext(claims, input)

  /** Whether the probe has settled what the object is. */
  const settles = (kind: Kind, probe: Probe, index: ReadonlyMap<string, ReadonlyArray<Current>>, one: Desired) => {
    const candidates = new Set<Current>()
    for (const text of probe.wanted(one, context)) for (const row of index.get(text) ?? []) candidates.add(row)
    const free = kind.shared === true ? candidates : unclaimed(kind, candidates, context)
    const fit = free.size === 0 && probe.takesOver === true ? abandoned(kind, candidates, context) : free
    const verdict = judge(probe, one, [...fit], context)
    switch (verdict.verdict) {
      case "pass":
        return false
      case "adopt": {
        const [row] = fit
        if (row === undefined) return false
        const former = kind.shared === true ? undefined : context.boundTo(kind.name, row.id)?.ref
        claim(kind, one.ref, row.id)
        if (former === undefined) bound.push({ ref: one.ref, id: row.id, evidence: probe.evidence })
        else {
          claims.ids.delete(former)
          released.push({ ref: former, becomes: one.ref, reason: `it goes on as ${one.ref} (${probe.evidence})` })
        }
        return true
      }
      case "create":
      case "leave":
        conflicts.push({ ref: one.ref, label: one.label, detail: verdict.conflict })
        if (verdict.verdict === "leave") left.add(one.ref)
        return true
    }
  }

  const bindings = yield* byKind(input.bindings.values())
  for (const kind of input.kinds) {
    const rows = input.target.rows(kind.name)
    yield* each(bindings.get(kind.name) ?? [], ({ ref, id }) => {
      const reason = holds(kind, ref, rows.get(id), input.wanted(ref), input.baselines.get(ref)?.get(uidField))
      if (reason === null) claim(kind, ref, id)
      else released.push({ ref, reason })
    })
    let open: ReadonlyArray<Desired> = yield* without(input.desired.get(kind.name) ?? [], ({ ref }) =>
      claims.ids.has(ref)
    )
    for (const probe of kind.probes) {
      if (open.length === 0 || rows.size === 0) break
      const index = yield* indexBy(rows.values(), probe, context)
      open = yield* without(open, (one) => settles(kind, probe, index, one))
    }
    yield* each(kind.leftover === undefined ? [] : rows.values(), (row) => {
      if (context.boundTo(kind.name, row.id) !== undefined) return
      const ref = kind.leftover?.(row, context)
      if (ref === undefined || claims.ids.has(ref) || input.wanted(ref) !== undefined) return
      claim(kind, ref, row.id)
      leftovers.push({ ref, id: row.id, evidence: "left by proxbox-api" })
    })
    for (const one of open) {
      if (one.lookup !== true) continue
      left.add(one.ref)
      conflicts.push({ ref: one.ref, label: one.label, detail: `there is no such ${kind.label} in NetBox` })
    }
  }
  return { ...claims, bound: [...bound, ...leftovers], released, leftovers, left, conflicts }
}

const without = function* <A>(items: ReadonlyArray<A>, leaves: (item: A) => boolean): Steps<ReadonlyArray<A>> {
  const rest: Array<A> = []
  yield* each(items, (item) => {
    if (!leaves(item)) rest.push(item)
  })
  return rest
}

/** Rows that no other desired object stands for. */
const unclaimed = (kind: Kind, rows: ReadonlySet<Current>, context: ProbeContext): ReadonlySet<Current> =>
  new Set([...rows].filter((row) => context.boundTo(kind.name, row.id) === undefined))

/** Rows of objects that the source no longer reports. */
const abandoned = (kind: Kind, rows: ReadonlySet<Current>, context: ProbeContext): ReadonlySet<Current> =>
  new Set([...rows].filter((row) => context.boundTo(kind.name, row.id)?.wanted === false))

const judge = (probe: Probe, one: Desired, rows: ReadonlyArray<Current>, context: ProbeContext): Verdict => {
  const [row] = rows
  if (row === undefined) return { verdict: "pass" }
  if (rows.length === 1) return probe.judge === undefined ? adopt : probe.judge(one, row, context)
  const verdict = probe.ambiguous ?? "pass"
  return verdict === "pass"
    ? { verdict }
    : {
        verdict,
        conflict: `${rows.length} objects in NetBox fit (${probe.evidence}): ${rows.map(({ id }) => id).join(", ")}`
      }
}
