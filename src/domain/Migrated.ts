import type { Binding } from "./Binding.ts"
import { covers, type Desire, type Desired } from "./Desired.ts"
import type { Json } from "./Json.ts"
import { canonical } from "./Json.ts"
import { uidField } from "./Kind.ts"
import { keyOf, kindOf, type Ref, ref } from "./Ref.ts"
import { boundMacs, macsOf, machine, type Moved, typeField } from "./Reuse.ts"
import { pauses, type Steps } from "./Steps.ts"
import type { Target } from "./Target.ts"

type Baselines = ReadonlyMap<Ref, ReadonlyMap<string, Json>>

/** What stays with a guest wherever it goes: its hardware UUID, or for containers, which have none, its MACs and name. */
const fingerprint = (
  type: Json | undefined,
  serial: Json | undefined,
  name: Json | undefined,
  macs: ReadonlyArray<Json>
): string | undefined => {
  if (type === "qemu") return typeof serial === "string" ? `qemu ${serial}` : undefined
  if (type !== "lxc" || macs.length === 0 || typeof name !== "string") return undefined
  return `lxc ${name} ${canonical([...macs].sort())}`
}

/** One of each kind: two of one fingerprint tell nothing. */
class Candidates {
  readonly #found = new Map<string, Ref | undefined>()
  add(print: string | undefined, one: Ref) {
    if (print !== undefined) this.#found.set(print, this.#found.has(print) ? undefined : one)
  }
  get(print: string): Ref | undefined {
    return this.#found.get(print)
  }
  entries() {
    return this.#found.entries()
  }
}

const sourceOf = (one: Ref): string => keyOf(one).split("/")[0] ?? ""

/**
 * Guests that went to another cluster or vmid: gone from where they were, new where they are, in one run and both seen
 * whole. A clone is none of them, because the other one is still there. What is bound to them and theirs goes along.
 */
export const migrated = function* (
  desire: Desire,
  wanted: ReadonlyMap<Ref, Desired>,
  bindings: ReadonlyMap<Ref, Binding>,
  baselines: Baselines,
  target: Target
): Steps<ReadonlyArray<Moved>> {
  const due = pauses()
  const seenWhole = (one: Ref) => desire.covered.has(covers(machine, sourceOf(one)))
  const arrived: Array<Desired> = []
  for (const [one, object] of wanted) {
    if (due()) yield
    if (kindOf(one) === machine && !bindings.has(one) && seenWhole(one)) arrived.push(object)
  }
  if (arrived.length === 0) return []
  const left: Array<Binding> = []
  for (const binding of bindings.values()) {
    if (due()) yield
    const { ref: one, retiredAt } = binding
    const isGone = kindOf(one) === machine && !wanted.has(one) && !desire.spared.has(one) && retiredAt === null
    if (isGone && seenWhole(one)) left.push(binding)
  }
  if (left.length === 0) return []
  const families = new Map<string, Array<Binding>>(left.map(({ ref: one }) => [keyOf(one), []]))
  for (const binding of bindings.values()) {
    if (due()) yield
    const [source, guest] = keyOf(binding.ref).split("/")
    families.get(`${source}/${guest}`)?.push(binding)
  }
  const known = new Set<Json | undefined>()
  for (const { fields } of target.rows(machine).values()) {
    if (due()) yield
    known.add(fields[uidField])
  }
  const gone = new Candidates()
  for (const { ref: one } of left) {
    const was = baselines.get(one)
    const macs = boundMacs(families.get(keyOf(one)) ?? [])
    gone.add(fingerprint(was?.get(typeField), was?.get("serial"), was?.get("name"), macs), one)
  }
  const come = new Candidates()
  for (const one of arrived) {
    const value = (field: string) => one.fields[field]?.value
    if (!known.has(keyOf(one.ref))) {
      come.add(fingerprint(value(typeField), value("serial"), value("name"), macsOf(one)), one.ref)
    }
  }
  const moved: Array<Moved> = []
  for (const [print, to] of come.entries()) {
    if (due()) yield
    const from = gone.get(print)
    if (to === undefined || from === undefined) continue
    for (const { ref: old } of families.get(keyOf(from)) ?? []) {
      const becomes = ref(kindOf(old), `${keyOf(to)}${keyOf(old).slice(keyOf(from).length)}`)
      moved.push({ ref: old, becomes, reason: `the guest has moved to ${keyOf(to)}` })
    }
  }
  return moved
}
