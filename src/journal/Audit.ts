import { Context, type Effect, type Option } from "effect"
import type { Binding } from "../domain/Binding.ts"
import type { Event, EventOf, Recorded } from "../domain/Event.ts"
import type { Ref } from "../domain/Ref.ts"
import type { JournalFailed } from "./Journal.ts"
import type { OperationRow } from "./Projections.ts"

/** A part of a list, and where the next part begins; `next` is null at the end, and may come with few items, or none. */
export interface Page<Item, Cursor> {
  readonly items: ReadonlyArray<Item>
  readonly next: Cursor | null
}

export interface EventFilter {
  readonly run?: string
  /** Events that name this object: planned operations, bindings, baselines, drifts, conflicts. */
  readonly ref?: Ref
  /** Events that name an object of this kind. */
  readonly kind?: string
  readonly types?: ReadonlyArray<Event["_tag"]>
  /** Milliseconds since 1970: not before it. */
  readonly since?: number
  /** Milliseconds since 1970: before it. */
  readonly until?: number
  readonly order: "oldest" | "newest"
  /** The sequence number that the page before ended with. */
  readonly cursor?: number
  readonly limit: number
}

/** An operation with what it was planned to do. */
export interface PlannedOperation extends OperationRow {
  readonly purpose: EventOf<"OperationPlanned">["purpose"]
  readonly changes: EventOf<"OperationPlanned">["changes"]
  readonly needs: ReadonlyArray<number>
  readonly guard: string | null
}

/** What people ask of a journal. Every answer is a page, and no page costs more than some tens of milliseconds. */
export class Audit extends Context.Tag("proxledger/Audit")<
  Audit,
  {
    readonly events: (filter: EventFilter) => Effect.Effect<Page<Recorded, number>, JournalFailed>
    /** Operations of a run by number, those after `after`; `state` leaves out the others. */
    readonly operations: (options: {
      readonly run: string
      readonly after: number
      readonly limit: number
      readonly state?: OperationRow["state"]
    }) => Effect.Effect<Page<PlannedOperation, number>, JournalFailed>
    /** Operations that ever touched the object, newest first; `before` is what the page before ended with. */
    readonly history: (options: {
      readonly ref: Ref
      readonly before?: number
      readonly limit: number
    }) => Effect.Effect<Page<PlannedOperation, number>, JournalFailed>
    readonly binding: (ref: Ref) => Effect.Effect<Option.Option<Binding>, JournalFailed>
    /** Objects of a kind that are bound, by their refs, those after `after`. */
    readonly bindings: (options: {
      readonly kind: string
      readonly after: string
      readonly limit: number
    }) => Effect.Effect<Page<Binding, Ref>, JournalFailed>
  }
>() {}
