import type { Binding } from "../../src/domain/Binding.ts"
import { namesInUse } from "../../src/domain/CustomNames.ts"
import { comparable } from "../../src/domain/Diff.ts"
import { desire } from "../../src/domain/Desire.ts"
import { isJsonObject, type Json } from "../../src/domain/Json.ts"
import { kindNamed, kinds } from "../../src/domain/Kinds.ts"
import type { SourceSettings } from "../../src/domain/mapping/Facts.ts"
import { retired } from "../../src/domain/mapping/Tag.ts"
import { type Plan, plan } from "../../src/domain/Plan.ts"
import type { GuestFacts, Observation } from "../../src/domain/proxmox/Observation.ts"
import { keyOf, kindOf, type Ref } from "../../src/domain/Ref.ts"
import type { Rule } from "../../src/domain/Rules.ts"
import type { Scope } from "../../src/domain/Scope.ts"
import { scopingOf } from "../../src/domain/Scoping.ts"
import { atOnce } from "../../src/domain/Steps.ts"
import { type Current, targetOf } from "../../src/domain/Target.ts"

export const guest = (vmid: number, facts: Partial<GuestFacts> = {}): GuestFacts => ({
  vmid,
  type: "qemu",
  node: "pve1",
  name: `guest-${vmid}`,
  status: "running",
  config: {
    name: `guest-${vmid}`,
    cores: 2,
    memory: "2048",
    ostype: "l26",
    smbios1: `uuid=00000000-0000-4000-8000-${String(vmid).padStart(12, "0")}`,
    net0: `virtio=BC:24:11:00:00:${(vmid % 256).toString(16).toUpperCase().padStart(2, "0")},bridge=vmbr0,tag=100`,
    scsi0: `local-lvm:vm-${vmid}-disk-0,size=32G`
  },
  interfaces: [
    {
      name: "eth0",
      mac: `BC:24:11:00:00:${(vmid % 256).toString(16).toUpperCase().padStart(2, "0")}`,
      addresses: [{ address: `10.0.0.${vmid % 256}`, prefix: 16 }]
    }
  ],
  ...facts
})

export const observation = (guests: ReadonlyArray<GuestFacts>, rest: Partial<Observation> = {}): Observation => ({
  source: "lab",
  version: "9.1.4",
  cluster: { name: "lab-cluster", quorate: true },
  complete: true,
  nodes: [
    { name: "pve1", online: true },
    { name: "pve2", online: true }
  ],
  guests,
  gaps: [],
  ...rest
})

/** NetBox and the journal's projections as plain maps: every operation of a plan succeeds, in order. */
export class PureWorld {
  readonly rows = new Map<string, Map<number, Current>>(kinds.map(({ name }) => [name, new Map()]))
  readonly bindings = new Map<Ref, Binding>()
  readonly baselines = new Map<Ref, Map<string, Json>>()
  now = 1_000_000
  #next = 1

  plan(
    seen: ReadonlyArray<Observation>,
    options: {
      readonly rules?: ReadonlyArray<Rule>
      readonly settings?: Partial<SourceSettings>
      readonly approved?: boolean
      readonly deletes?: boolean
      readonly scope?: Scope
      /** Sources that were not seen. */
      readonly unseen?: ReadonlyArray<string>
    } = {}
  ): Plan & { readonly warnings: ReadonlyArray<{ readonly scope: string; readonly detail: string }> } {
    const target = targetOf(this.rows)
    const sources = seen.map((one) => ({ settings: { ...options.settings, name: one.source }, observation: one }))
    const named = namesInUse(kinds, this.all("extras.customfield"), (ref) => this.baselines.get(ref)?.get("name"))
    const wanted = atOnce(desire(sources, options.rules ?? [], target, named.kinds, this.baselines))
    const made = atOnce(
      plan({
        kinds: named.kinds,
        desire: wanted,
        target,
        bindings: this.bindings,
        baselines: this.baselines,
        policy: {
          deletes: options.deletes ?? false,
          grace: 1000,
          limitCount: 5,
          limitPercent: 20,
          approved: options.approved ?? false
        },
        retiredTag: retired,
        scoping: scopingOf(options.scope ?? {}),
        unseen: (ref) => (options.unseen ?? []).includes(keyOf(ref).split("/")[0] ?? ""),
        now: this.now
      })
    )
    return { ...made, warnings: [...named.warnings, ...wanted.warnings] }
  }

  /** Applies a plan; throws when an operation comes before what it needs. */
  apply(made: Plan): void {
    for (const step of [made.moved, made.released]) this.#release(step)
    for (const { evidence, id, ref } of made.bound) {
      this.bindings.set(ref, { ref, id, evidence, retiredAt: null, created: false })
    }
    for (const { field, ref, value } of made.settled) this.#baseline(ref).set(field, value)
    const done = new Set<number>()
    const open = [...made.operations]
    while (open.length > 0) {
      const at = open.findIndex(({ needs }) => needs.every((need) => done.has(need)))
      const [operation] = at < 0 ? [] : open.splice(at, 1)
      if (operation === undefined)
        throw new Error(`operations wait for each other: ${open.map(({ ref }) => ref).join()}`)
      this.#carryOut(operation)
      done.add(operation.op)
    }
  }

  /** An operator's edit. */
  edit(kind: string, match: (row: Current) => boolean, fields: { readonly [field: string]: Json }): number {
    const rows = this.rows.get(kind)
    const row = [...(rows?.values() ?? [])].find(match)
    if (rows === undefined || row === undefined) throw new Error(`no ${kind} to edit`)
    rows.set(row.id, { ...row, updated: `${row.updated ?? ""}'`, fields: { ...row.fields, ...fields } })
    return row.id
  }

  /** An operator's object. */
  add(kind: string, fields: { readonly [field: string]: Json }): number {
    const id = this.#next++
    const blank = Object.entries(kindNamed(kind).fields).map(([name, { type }]): [string, Json] => [
      name,
      type === "tags" || type === "refs" || type === "words" ? [] : null
    ])
    this.rows.get(kind)?.set(id, { id, updated: "by hand", fields: { ...Object.fromEntries(blank), ...fields } })
    return id
  }

  find(kind: string, name: string): Current | undefined {
    return [...(this.rows.get(kind)?.values() ?? [])].find(
      ({ fields }) => fields["name"] === name || fields["address"] === name || fields["mac_address"] === name
    )
  }

  all(kind: string): ReadonlyArray<Current> {
    return [...(this.rows.get(kind)?.values() ?? [])]
  }

  #baseline(ref: Ref): Map<string, Json> {
    const known = this.baselines.get(ref) ?? new Map<string, Json>()
    this.baselines.set(ref, known)
    return known
  }

  /** All at once, as the journal's projections do. */
  #release(released: Plan["released"]) {
    const known = released.map((one) => ({
      ...one,
      binding: this.bindings.get(one.ref),
      fields: this.baselines.get(one.ref)
    }))
    for (const { ref } of released) this.#forget(ref)
    for (const { becomes, binding, fields } of known) {
      if (becomes === undefined || binding === undefined) continue
      this.bindings.set(becomes, { ...binding, ref: becomes })
      if (fields !== undefined) this.baselines.set(becomes, fields)
    }
  }

  /** NetBox empties what refers to an object that goes. */
  #unpoint(gone: string, id: number) {
    for (const { fields, name } of kinds) {
      for (const [field, type] of Object.entries(fields)) {
        if (type.type !== "ref" || type.kind !== gone || type.parent === true) continue
        for (const row of this.all(name)) {
          if (row.fields[field] === id) {
            this.rows.get(name)?.set(row.id, { ...row, fields: { ...row.fields, [field]: null } })
          }
        }
      }
    }
  }

  #forget(ref: Ref) {
    this.bindings.delete(ref)
    this.baselines.delete(ref)
  }

  #carryOut(operation: Plan["operations"][number]) {
    const kind = kindNamed(kindOf(operation.ref))
    const rows = this.rows.get(kind.name)
    if (rows === undefined) throw new Error(kind.name)
    const id = operation.id ?? this.bindings.get(operation.ref)?.id ?? this.#next++
    if (operation.verb === "delete") {
      rows.delete(id)
      this.#unpoint(kind.name, id)
      this.#forget(operation.ref)
      return
    }
    const blank = Object.entries(kind.fields).map(([name, { type }]): [string, Json] => [
      name,
      type === "tags" || type === "refs" || type === "words" ? [] : null
    ])
    const fields: { [field: string]: Json } = { ...(rows.get(id)?.fields ?? Object.fromEntries(blank)) }
    for (const change of operation.changes) {
      const field = kind.fields[change.field]
      if (field === undefined) throw new Error(`${kind.name} has no field ${change.field}`)
      const resolved = (value: Json): Json => {
        const done = comparable(field, value, (to) => this.bindings.get(to)?.id)
        if (done === undefined)
          throw new Error(`${operation.ref} ${change.field} refers to nothing: ${JSON.stringify(value)}`)
        return done
      }
      if (field.type === "tags" && isJsonObject(change.to)) {
        const now = fields[change.field]
        const gone = resolved(change.to["remove"] ?? [])
        const more = resolved(change.to["add"] ?? [])
        const kept = (Array.isArray(now) ? now : []).filter((tag: Json) => !Array.isArray(gone) || !gone.includes(tag))
        fields[change.field] = [...new Set([...kept, ...(Array.isArray(more) ? more : [])])].sort()
      } else fields[change.field] = resolved(change.to)
      this.#baseline(operation.ref).set(change.field, change.applied ?? change.to)
    }
    rows.set(id, { id, updated: `op ${operation.op} at ${this.now}`, fields })
    const known = this.bindings.get(operation.ref)
    const retiredAt =
      operation.purpose === "retire" ? this.now : operation.purpose === "restore" ? null : (known?.retiredAt ?? null)
    this.bindings.set(operation.ref, {
      ref: operation.ref,
      id,
      evidence: known?.evidence ?? "created",
      retiredAt,
      created: known?.created ?? true
    })
  }
}
