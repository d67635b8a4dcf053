import { Effect } from "effect"
import { kinds } from "../domain/Kinds.ts"
import { kindOf, type Ref } from "../domain/Ref.ts"
import { open } from "./RunLog.ts"
import { versionsOf } from "./Settlement.ts"

export interface StaleObject {
  readonly ref: Ref
  readonly label: string
  /** What became of it. */
  readonly detail: string
}

interface Guarded extends Omit<StaleObject, "detail"> {
  readonly id: number
  readonly guard: string
  readonly verb: "create" | "update" | "delete"
}

/** Objects that a sealed plan would write, and that were changed or removed in NetBox since it was made; by looking at them now. */
export const staleObjects = Effect.fn("StalePlan.objects")(function* (run: string) {
  const { state } = yield* open(run)
  const byKind = new Map<string, Map<Ref, Guarded>>()
  for (const { planned, state: at } of state.operations.values()) {
    const { guard, id, label, ref, verb } = planned
    if (at !== "planned" || id === null || guard === null) continue
    const kind = kindOf(ref)
    const same = byKind.get(kind) ?? new Map<Ref, Guarded>()
    byKind.set(kind, same.set(ref, { ref, label, id, guard, verb }))
  }
  const stale: Array<StaleObject> = []
  for (const { name, path } of kinds) {
    const guarded = [...(byKind.get(name)?.values() ?? [])]
    const versions = yield* versionsOf(
      path,
      guarded.map(({ id }) => id)
    )
    for (const { guard, id, label, ref, verb } of guarded) {
      const now = versions.get(id)
      // What is to be deleted may be gone.
      if (now === guard || (now === undefined && verb === "delete")) continue
      const detail = now === undefined ? "it is gone from NetBox" : "it was changed in NetBox since it was read"
      stale.push({ ref, label, detail })
    }
  }
  return stale
})
