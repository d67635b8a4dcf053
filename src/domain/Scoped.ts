import { customFieldRef } from "./CustomNames.ts"
import type { Conflict } from "./Desired.ts"
import type { OperationPlanned } from "./Event.ts"
import type { Numbered } from "./Operations.ts"
import { kindOf } from "./Ref.ts"
import type { Scoping } from "./Scoping.ts"
import { each, pauses, type Steps } from "./Steps.ts"

const definition = kindOf(customFieldRef(""))

/**
 * What an operation may draw in although it is not in the scope: objects it refers to, and the definition of a field. What
 * is written late points back, and waits for a run in which those objects are made for their own sake.
 */
const draws = (one: Numbered, { operation, part }: Numbered): boolean =>
  one.part !== "late" && part === "main" && (operation.verb === "create" || kindOf(operation.ref) === definition)

const isOwn = ({ operation }: Numbered, scoping: Scoping): boolean => {
  // The second part of a creation is a change of what this very plan creates.
  const isCreation = operation.verb === "create" || (operation.id === null && operation.verb === "update")
  return isCreation ? scoping.includes(operation.ref) : scoping.changes(operation.ref)
}

/**
 * The part of a plan that is in a scope: its own operations with the creations they need. Of the rest nothing is done, as
 * if it had been skipped, and neither is what would have to come after it; a plan of everything then does both.
 */
export const scoped = function* (
  all: ReadonlyArray<Numbered>,
  scoping: Scoping
): Steps<{ readonly operations: ReadonlyArray<OperationPlanned>; readonly conflicts: ReadonlyArray<Conflict> }> {
  const due = pauses()
  if (scoping.whole) return { operations: all.map(({ operation }) => operation), conflicts: [] }
  const own = new Set<number>()
  const taken = new Set<number>()
  const open: Array<number> = []
  const take = (op: number) => {
    if (taken.has(op)) return
    taken.add(op)
    open.push(op)
  }
  yield* each(all, (one) => {
    if (!isOwn(one, scoping)) return
    own.add(one.operation.op)
    take(one.operation.op)
  })
  /** Who waits for an operation, and what steps aside only so that its own object can take its place later. */
  const waiting = new Map<number, Array<number>>()
  const wait = (op: number, by: number) => {
    const others = waiting.get(by)
    if (others === undefined) waiting.set(by, [op])
    else others.push(op)
  }
  for (let op = open.pop(); op !== undefined; op = open.pop()) {
    if (due()) yield
    const one = all[op]
    if (one === undefined) continue
    for (const need of one.operation.needs) {
      const other = all[need]
      if (other === undefined) continue
      if (draws(one, other)) take(need)
      wait(op, need)
      if (other.part === "parked" && other.operation.ref === one.operation.ref) wait(need, op)
    }
  }
  const conflicts: Array<Conflict> = []
  for (const by of waiting.keys()) if (!taken.has(by)) open.push(by)
  for (let missing = open.pop(); missing !== undefined; missing = open.pop()) {
    if (due()) yield
    for (const op of waiting.get(missing) ?? []) {
      if (!taken.delete(op)) continue
      open.push(op)
      const [left, first] = [all[op]?.operation, all[missing]?.operation]
      if (left === undefined || first === undefined || !own.has(op) || all[op]?.part === "late") continue
      if (left.ref === first.ref) continue
      const detail = `left to a run of a wider scope: ${first.verb} ${first.label} (${kindOf(first.ref)}) has to come first`
      conflicts.push({ ref: left.ref, label: left.label, detail })
    }
  }
  // What was drawn in by what is left out is not needed any more.
  const needed = new Set<number>()
  for (const op of own) if (taken.has(op)) open.push(op)
  for (let op = open.pop(); op !== undefined; op = open.pop()) {
    if (due()) yield
    const one = all[op]
    if (one === undefined || needed.has(op)) continue
    needed.add(op)
    for (const need of one.operation.needs) if (taken.has(need) && all[need] !== undefined) open.push(need)
  }
  const numbers = new Map<number, number>()
  for (const { operation } of all) if (needed.has(operation.op)) numbers.set(operation.op, numbers.size)
  const operations: Array<OperationPlanned> = []
  yield* each(all, ({ operation }) => {
    const op = numbers.get(operation.op)
    if (op === undefined) return
    operations.push({ ...operation, op, needs: operation.needs.flatMap((need) => numbers.get(need) ?? []) })
  })
  return { operations, conflicts }
}
