import type { Binding } from "./Binding.ts"
import type { Desired } from "./Desired.ts"
import type { Json } from "./Json.ts"
import { keyOf, kindOf, type Ref, ref } from "./Ref.ts"
import { each, type Steps } from "./Steps.ts"

type Baselines = ReadonlyMap<Ref, ReadonlyMap<string, Json>>

/** A binding that goes on under another ref, because the guest it was made for is not the one that has the vmid now. */
export interface Moved {
  readonly ref: Ref
  readonly becomes: Ref
  readonly reason: string
}

export const machine = "virtualization.virtualmachine"
export const typeField = "custom_fields.proxmox_vm_type"

export const macsOf = (desired: Desired): ReadonlyArray<Json> => {
  const macs = desired.hints?.["macs"]
  return Array.isArray(macs) ? macs : []
}

/** MACs that the bound machine had: the last part of the keys of its MAC addresses. */
export const boundMacs = (children: ReadonlyArray<Binding>): ReadonlyArray<string> =>
  children.flatMap(({ ref: child }) =>
    kindOf(child) === "dcim.macaddress" ? [keyOf(child).slice(keyOf(child).lastIndexOf("/") + 1)] : []
  )

type Kinship = "same" | "another" | "unknown"

/**
 * Proxmox gives a vmid again once its guest is gone. Another type is another guest. A MAC address in common makes it the
 * same, even with another hardware UUID: operators give a guest a new one. Without one, another UUID is another guest,
 * with or without NICs; and for containers, which have none, another name, where both have MAC addresses. Whatever is not
 * known proves nothing: NICs that could not be read may have the MAC address that is missing.
 */
const kinship = (desired: Desired, applied: ReadonlyMap<string, Json>, children: ReadonlyArray<Binding>): Kinship => {
  const differs = (field: string) => {
    const was = applied.get(field)
    const is = desired.fields[field]
    // A name that was given a suffix is still the guest's.
    return was !== undefined && is !== undefined && was !== is.value && is.accepts?.includes(was) !== true
  }
  if (differs(typeField)) return "another"
  const macs = macsOf(desired)
  const known = boundMacs(children)
  if (macs.some((mac) => known.some((one) => one === mac))) return "same"
  if (desired.hints?.["macsKnown"] !== true) return "unknown"
  if (desired.fields["serial"] !== undefined) return differs("serial") ? "another" : "unknown"
  return macs.length > 0 && known.length > 0 && differs("name") ? "another" : "unknown"
}

export interface Reused {
  readonly moved: ReadonlyArray<Moved>
  /** UUIDs that guests have now instead of those they were known by. */
  readonly settled: ReadonlyArray<{ readonly ref: Ref; readonly field: string; readonly value: Json }>
}

/**
 * Bindings whose vmid has passed to another guest, with those of their children; the old machine then counts as gone. A
 * guest that is the same with another UUID is known by that from now on, or it would be another once its NICs change, too.
 */
export const reused = function* (
  desired: ReadonlyArray<Desired>,
  bindings: ReadonlyMap<Ref, Binding>,
  baselines: Baselines
): Steps<Reused> {
  const children = new Map<string, Array<Binding>>()
  yield* each(bindings.values(), (binding) => {
    const [source, vmid] = keyOf(binding.ref).split("/")
    const guest = `${source}/${vmid}`
    const same = children.get(guest)
    if (same === undefined) children.set(guest, [binding])
    else same.push(binding)
  })
  const moved: Array<Moved> = []
  const settled: Array<Reused["settled"][number]> = []
  yield* each(desired, (one) => {
    if (kindOf(one.ref) !== machine) return
    const key = keyOf(one.ref)
    const family = children.get(key) ?? []
    const binding = bindings.get(one.ref)
    if (binding === undefined) return
    const applied = baselines.get(one.ref) ?? new Map<string, Json>()
    const kin = kinship(one, applied, family)
    const [was, is] = [applied.get("serial"), one.fields["serial"]?.value]
    if (kin === "same" && was !== undefined && is !== undefined && was !== is) {
      settled.push({ ref: one.ref, field: "serial", value: is })
    }
    if (kin !== "another") return
    const former = `${key}~${binding.id}`
    for (const { ref: old } of family) {
      const becomes = ref(kindOf(old), `${former}${keyOf(old).slice(key.length)}`)
      moved.push({ ref: old, becomes, reason: "its vmid has passed to another guest" })
    }
  })
  return { moved, settled }
}

/** The same bindings or baselines under the refs they go on with. */
export const underNewRefs = function* <A>(
  entries: ReadonlyMap<Ref, A>,
  moved: ReadonlyArray<Pick<Moved, "ref" | "becomes">>,
  rename: (value: A, to: Ref) => A
): Steps<ReadonlyMap<Ref, A>> {
  if (moved.length === 0) return entries
  const result = new Map<Ref, A>()
  yield* each(entries, ([one, value]) => {
    result.set(one, value)
  })
  // All at once: objects may exchange their refs.
  for (const { ref: old } of moved) result.delete(old)
  yield* each(moved, ({ becomes, ref: old }) => {
    const value = entries.get(old)
    if (value !== undefined) result.set(becomes, rename(value, becomes))
  })
  return result
}
