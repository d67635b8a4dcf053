import { Chunk, Effect, Stream } from "effect"
import type { Event, EventOf, Gap } from "../../src/domain/Event.ts"
import { Journal } from "../../src/journal/Journal.ts"
import { Projections } from "../../src/journal/Projections.ts"
import { NetBox } from "../../src/services/NetBox.ts"
import { type Applied, Reconciler } from "../../src/services/Reconciler.ts"

/** All that the journal holds of one run, in order. */
export const events = (run: string) =>
  Effect.gen(function* () {
    const journal = yield* Journal
    const all = yield* Stream.runCollect(journal.read({ after: 0, stream: run }))
    return Chunk.toReadonlyArray(all).map(({ event }): Event => event)
  })

export const of = <Tag extends Event["_tag"]>(found: ReadonlyArray<Event>, tag: Tag): ReadonlyArray<EventOf<Tag>> =>
  found.filter((event): event is EventOf<Tag> => event._tag === tag)

export interface Synced {
  readonly run: string
  readonly events: ReadonlyArray<Event>
  readonly operations: ReadonlyArray<EventOf<"OperationPlanned">>
  readonly drifts: EventOf<"DriftFound">["drifts"]
  readonly warnings: ReadonlyArray<EventOf<"WarningRaised">>
  readonly conflicts: ReadonlyArray<EventOf<"ConflictFound">>
  readonly gaps: ReadonlyArray<Gap>
  readonly held: ReadonlyArray<EventOf<"RemovalsHeld">>
  /** Of what was seen of the source; false where it was not seen at all. */
  readonly complete: boolean
  readonly outcome: string
  readonly applied: Applied | undefined
  readonly requests: number
  readonly mutating: number
}

/** Plans and applies as `sync` does, and tells what was found and what it took. */
export const syncWith = (options: { readonly approveRemovals: boolean; readonly full?: boolean }) =>
  Effect.gen(function* () {
    const reconciler = yield* Reconciler
    const netbox = yield* NetBox
    const before = yield* netbox.requests
    yield* reconciler.resume
    const { operations, run } = yield* reconciler.plan({ trigger: "sync", ...options })
    const applied = operations === 0 ? undefined : yield* reconciler.apply(run)
    const after = yield* netbox.requests
    const found = yield* events(run)
    const observed = of(found, "SourceObserved")
    const synced: Synced = {
      run,
      events: found,
      operations: of(found, "OperationPlanned"),
      drifts: of(found, "DriftFound").flatMap(({ drifts }) => drifts),
      warnings: of(found, "WarningRaised"),
      conflicts: of(found, "ConflictFound"),
      gaps: observed.flatMap(({ gaps }) => gaps),
      held: of(found, "RemovalsHeld"),
      complete: observed.length > 0 && observed.every(({ complete }) => complete),
      outcome: of(found, "RunCompleted")[0]?.outcome ?? "open",
      applied,
      requests: after.total - before.total,
      mutating: after.mutating - before.mutating
    }
    return synced
  })

export const sync = syncWith({ approveRemovals: false })

/** What became of the operations of a run that were not carried out. */
export const failures = Effect.fnUntraced(function* (run: string) {
  const operations = yield* (yield* Projections).operations(run)
  return operations.flatMap(({ detail, ref, state, verb }) =>
    state === "ok" ? [] : [`${state} ${verb} ${ref}: ${detail}`]
  )
})
