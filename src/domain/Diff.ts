import type { Change } from "./Event.ts"
import type { Desired, Wanted } from "./Desired.ts"
import { equal, type Json } from "./Json.ts"
import type { Field, Kind } from "./Kind.ts"
import { isRefValue, type Ref } from "./Ref.ts"
import { type Current, isBlank } from "./Target.ts"

/** What a ref stands for at this moment: an id, an object this plan makes, or nothing that can be written. */
export type Resolve = (ref: Ref) => number | "planned" | undefined

export interface Drift {
  readonly ref: Ref
  readonly label: string
  readonly field: string
  readonly base: Json
  readonly theirs: Json
  readonly ours: Json
}

export interface Difference {
  readonly changes: ReadonlyArray<Change>
  /** To be written after what it points to exists. */
  readonly late: ReadonlyArray<Change>
  readonly drifts: ReadonlyArray<Drift>
  /** Fields that were changed on both sides, in words. */
  readonly contested: ReadonlyArray<string>
  /** Values NetBox already holds that were not known as applied. */
  readonly settled: ReadonlyArray<{ readonly ref: Ref; readonly field: string; readonly value: Json }>
}

type Baseline = ReadonlyMap<string, Json> | undefined

interface Input {
  readonly kind: Kind
  readonly desired: Desired
  readonly row: Current | undefined
  readonly baseline: Baseline
  readonly resolve: Resolve
  /** The readable form of a foreign key's id. */
  readonly nameOf: (kind: string, id: number) => Json
  /** Whether this plan deletes the object: nobody can want to point to it. */
  readonly isLeaving: (kind: string, id: number) => boolean
}

/** A member of a set or a foreign key: its id, else `{"$ref"}` of what the plan makes, else null: cannot be written. */
const member = (value: Json, resolve: Resolve): Json => {
  if (!isRefValue(value)) return value
  const to = resolve(value.$ref)
  return to === undefined ? null : to === "planned" ? { $ref: value.$ref } : to
}

const inOrder = (a: Json, b: Json): number =>
  typeof a === "number" && typeof b === "number" ? a - b : typeof a === "number" ? -1 : 1

/** By characters, as NetBox counts them; JavaScript counts more for some. */
const cut = (text: string, most: number | undefined): string | null => {
  if (text === "") return null
  if (most === undefined || text.length <= most) return text
  const short = [...text].slice(0, most).join("").trim()
  return short === "" ? null : short
}

/** A desired or applied value in the form in which rows are compared; undefined when it refers to nothing known. */
export const comparable = (field: Field, value: Json, resolve: Resolve): Json | undefined => {
  if (isRefValue(value)) return member(value, resolve) ?? undefined
  switch (field.type) {
    case "refs":
    case "tags": {
      const members = (Array.isArray(value) ? value : []).map((one: Json) => member(one, resolve))
      return members.includes(null) ? undefined : members.sort(inOrder)
    }
    case "words":
      return Array.isArray(value) ? [...value].sort() : []
    case "text":
      return typeof value === "string" ? cut(value.trim(), field.maxLength) : value
    default:
      return value
  }
}

type Decision =
  | { readonly take: "same" }
  | { readonly take: "settled"; readonly value: Json }
  /** `both`: the source wants another value than the last applied one, too. */
  | { readonly take: "theirs"; readonly base: Json; readonly both: boolean }
  | { readonly take: "ours" }

const same: Decision = { take: "same" }
const ours: Decision = { take: "ours" }

const decide = (
  field: Field,
  wanted: Wanted,
  theirs: Json,
  value: Json,
  base: Json | undefined,
  accepts: ReadonlyArray<readonly [plain: Json, value: Json]>
): Decision => {
  const owner = wanted.owner ?? field.owner
  if (equal(theirs, value)) {
    return owner === "three-way" && !isBlank(value) && (base === undefined || !equal(base, value))
      ? { take: "settled", value: wanted.value }
      : same
  }
  const accepted = accepts.find(([plain]) => equal(plain, theirs))
  if (accepted !== undefined) {
    // A text that does as well is the engine's own, by a journal that is lost or of a former engine. An object that does as
    // well counts as its own from now on, whoever chose it: what becomes of the field when it goes is nobody's edit.
    const isNew = field.type === "ref" ? base === undefined || !equal(base, theirs) : base === undefined
    return owner === "three-way" && isNew ? { take: "settled", value: accepted[1] } : same
  }
  if (wanted.whenBlank === true && !isBlank(theirs)) return same
  const untouched = base === undefined ? isBlank(theirs) : equal(base, theirs)
  switch (owner) {
    case "owned":
      return field.keeps?.some((one) => equal(one, theirs)) === true && !untouched
        ? { take: "theirs", base: base ?? null, both: false }
        : ours
    case "initial":
      return base === undefined && isBlank(theirs) ? ours : same
    case "three-way":
      return untouched
        ? ours
        : {
            take: "theirs",
            base: base ?? null,
            both: base !== undefined && ![value, ...accepts.map(([plain]) => plain)].some((one) => equal(one, base))
          }
  }
}

/** Words are only ever added. */
const united = (theirs: Json, value: Json): Json =>
  [...new Set([...(Array.isArray(theirs) ? theirs : []), ...(Array.isArray(value) ? value : [])])].sort()

const members = (value: Json | undefined): ReadonlyArray<Json> => (Array.isArray(value) ? value : [])

/** Tags that stand for something: one that cannot be written costs itself, not the others. */
const writable = (tags: Json, resolve: Resolve): Array<Json> =>
  members(tags).filter((tag) => member(tag, resolve) !== null)

/** Tags by difference: what is missing and was not taken away by an operator, and what is ours and no longer wanted. */
const tagChange = (
  input: Input,
  name: string,
  wanted: Wanted,
  theirs: Json,
  drifts: Array<Drift>
): Change | undefined => {
  const { desired, resolve } = input
  const idOf = (tag: Json): Json => member(tag, resolve)
  const has = (tag: Json) => members(theirs).some((one) => one === idOf(tag))
  const base = members(input.baseline?.get(name))
  const inBase = (tag: Json) => base.some((one) => equal(one, tag))
  const want = writable(wanted.value, resolve)
  const takenAway = want.filter((tag) => inBase(tag) && !has(tag))
  if (takenAway.length > 0) {
    drifts.push({ ref: desired.ref, label: desired.label, field: name, base, theirs, ours: want })
  }
  const add = want.filter((tag) => !has(tag) && !inBase(tag))
  const remove = base.filter((tag) => has(tag) && !want.some((one) => equal(one, tag)))
  if (add.length === 0 && remove.length === 0) return undefined
  const applied = [...base.filter((tag) => !remove.some((one) => equal(one, tag))), ...add]
  const readable = members(theirs).map((id) => (typeof id === "number" ? input.nameOf("extras.tag", id) : id))
  return { field: name, from: readable, to: { add, remove }, why: wanted.why, applied }
}

const readableId = (input: Input, field: Field, value: Json): Json => {
  if (typeof value === "number" && field.type === "ref") return input.nameOf(field.kind, value)
  if (typeof value === "number" && field.type === "generic") {
    return input.nameOf(String(input.row?.fields[field.typeField]), value)
  }
  return Array.isArray(value) && field.type === "refs"
    ? value.map((id: Json) => (typeof id === "number" ? input.nameOf(field.kind, id) : id))
    : value
}

/** Whether NetBox takes a change of the field on this row, and nobody would be disturbed by it. */
const isOpen = (kind: Kind, name: string, field: Field, { fields }: Current): boolean => {
  const { guarded } = kind
  if (guarded !== undefined && fields[guarded.by] === true && !guarded.writes.includes(name)) return false
  if (field.only === undefined) return true
  const value = fields[field.only.field] ?? null
  const among = (values: ReadonlyArray<Json>) => values.some((one) => equal(one, value))
  return (
    (field.only.is === undefined || among(field.only.is)) && !(field.only.not !== undefined && among(field.only.not))
  )
}

const isPlanned = (value: Json): boolean => isRefValue(value) || (Array.isArray(value) && value.some(isRefValue))

/** All that differs for an object that is to be created. */
const ofCreate = (input: Input): Difference => {
  const changes: Array<Change> = []
  const late: Array<Change> = []
  for (const [name, wanted] of Object.entries(input.desired.fields)) {
    const field = input.kind.fields[name]
    if (field === undefined) continue
    const asked = field.type === "tags" ? writable(wanted.value, input.resolve) : wanted.value
    const value = comparable(field, asked, input.resolve)
    if (value === undefined || isBlank(value)) continue
    const to = isRefValue(asked) || field.type === "refs" || field.type === "tags" ? asked : value
    const change: Change = { field: name, from: null, to, why: wanted.why }
    if (field.late === true) late.push(change)
    else changes.push(change)
  }
  return { changes, late, drifts: [], contested: [], settled: [] }
}

/** The values themselves stand in the drift beside it; here only those that tell something to a reader. */
const bothChanged = (field: string, base: Json, theirs: Json, ours: Json): string => {
  const texts = [base, theirs, ours].every((value) => typeof value === "string" || value === null)
  const values = texts
    ? `, from ${JSON.stringify(base)} to ${JSON.stringify(theirs)} in NetBox and to ${JSON.stringify(ours)} in the source`
    : ""
  return `${field} was changed on both sides${values}; NetBox's stays`
}

/** What differs between an existing object and the desired one, field by field, and what is left because others own it. */
const ofUpdate = (input: Input, row: Current): Difference => {
  const { baseline, desired, kind, resolve } = input
  const changes: Array<Change> = []
  const late: Array<Change> = []
  const drifts: Array<Drift> = []
  const contested: Array<string> = []
  const settled: Array<{ ref: Ref; field: string; value: Json }> = []
  const decided: Array<{ name: string; field: Field; wanted: Wanted; value: Json; decision: Decision }> = []
  for (const [name, wanted] of Object.entries(desired.fields)) {
    const field = kind.fields[name]
    if (field === undefined) continue
    const theirs = row.fields[name] ?? null
    const open = isOpen(kind, name, field, row)
    if (field.type === "tags") {
      const isInitial = (wanted.owner ?? field.owner) === "initial"
      if (!open || (isInitial && !(baseline?.get(name) === undefined && isBlank(theirs)))) continue
      const change = tagChange(input, name, wanted, theirs, drifts)
      if (change !== undefined) changes.push(change)
      continue
    }
    const plain = comparable(field, wanted.value, resolve)
    if (plain === undefined) continue
    const value = field.type === "words" ? united(theirs, plain) : plain
    const stored = baseline?.get(name)
    const applied = stored === undefined ? undefined : comparable(field, stored, resolve)
    // A reference that went blank because its object is gone is nobody's edit, nor once that object is made again.
    const emptied = isRefValue(stored) && isBlank(theirs) && typeof applied !== "number"
    if (emptied) settled.push({ ref: desired.ref, field: name, value: null })
    const isLeaving = field.type === "ref" && typeof theirs === "number" && input.isLeaving(field.kind, theirs)
    const base = emptied ? undefined : isLeaving ? theirs : applied
    const accepts = (wanted.accepts ?? []).flatMap((one): ReadonlyArray<readonly [Json, Json]> => {
      const plain = comparable(field, one, resolve)
      return plain === undefined ? [] : [[plain, one]]
    })
    const decision = decide(field, wanted, theirs, value, base, accepts)
    const held: Decision =
      (wanted.owner ?? field.owner) === "initial" ? same : { take: "theirs", base: base ?? null, both: false }
    decided.push({ name, field, wanted, value, decision: open || decision.take !== "ours" ? decision : held })
  }
  const groups = new Map<string, { readonly kept: boolean; readonly written: boolean }>()
  for (const { decision, field } of decided) {
    if (field.group === undefined) continue
    const { kept, written } = groups.get(field.group) ?? { kept: false, written: false }
    groups.set(field.group, {
      kept: kept || decision.take === "theirs",
      written: written || decision.take === "ours"
    })
  }
  for (const { decision, field, name, value, wanted } of decided) {
    const theirs = row.fields[name] ?? null
    const group = field.group === undefined ? undefined : groups.get(field.group)
    const kept = decision.take === "theirs" || (decision.take === "ours" && group?.kept === true)
    if (kept) {
      const base = decision.take === "theirs" ? decision.base : (baseline?.get(name) ?? null)
      if (decision.take === "theirs" && decision.both) contested.push(bothChanged(name, base, theirs, value))
      drifts.push({
        ref: desired.ref,
        label: desired.label,
        field: name,
        base,
        theirs: readableId(input, field, theirs),
        ours: wanted.value
      })
    } else if (decision.take === "ours" || (group?.written === true && !group.kept)) {
      const to = isRefValue(wanted.value) || field.type === "refs" ? wanted.value : value
      const change: Change = { field: name, from: readableId(input, field, theirs), to, why: wanted.why }
      if (field.late === true && isPlanned(value)) late.push(change)
      else changes.push(change)
    } else if (decision.take === "settled") {
      settled.push({ ref: desired.ref, field: name, value: decision.value })
    }
  }
  return { changes, late, drifts, contested, settled }
}

export const diff = (input: Input): Difference =>
  input.row === undefined ? ofCreate(input) : ofUpdate(input, input.row)
