import { Context, type Effect, type Option } from "effect"
import type { Binding } from "../domain/Binding.ts"
import type { EventOf, Outcome, RunPace } from "../domain/Event.ts"
import type { Json } from "../domain/Json.ts"
import type { Ref } from "../domain/Ref.ts"
import type { Scope } from "../domain/Scope.ts"
import type { JournalFailed } from "./Journal.ts"

export interface Rebuilt {
  /** How many were folded. */
  readonly events: number
}

export interface RunRow {
  readonly run: string
  readonly trigger: "plan" | "sync"
  readonly origin: EventOf<"RunStarted">["origin"]
  readonly label: string
  readonly scope: Scope
  readonly actor: string
  readonly requestId: string | null
  readonly sources: ReadonlyArray<string>
  /** `planning` until sealed, `planned` until something was sent, `applying` until completed. */
  readonly state: "planning" | "planned" | "applying" | "completed"
  /** Whether it was interrupted and nobody carries it on; `detail` says why. A crash does not tell. */
  readonly interrupted: boolean
  readonly outcome: Outcome | null
  /** Milliseconds since 1970. */
  readonly started: number
  readonly ended: number | null
  readonly operations: number
  readonly ok: number
  readonly failed: number
  readonly skipped: number
  readonly digest: string | null
  /** How far NetBox was spared; null until completed, and for runs that sent nothing. */
  readonly pace: RunPace | null
  readonly detail: string
}

export interface OperationRow {
  readonly run: string
  readonly op: number
  readonly verb: "create" | "update" | "delete"
  readonly ref: Ref
  readonly label: string
  readonly state: "planned" | "dispatched" | "ok" | "failed" | "skipped"
  readonly netboxId: number | null
  readonly detail: string
  /** When the last event about it was appended. */
  readonly at: number
}

/** The latest observation of one side. */
export interface Observed<Tag extends "SourceObserved" | "TargetObserved"> {
  readonly event: EventOf<Tag>
  /** What has happened since that speaks against going on with it; "" when nothing has. */
  readonly doubt: string
}

/** Read models: tables derived from the events in the same transaction, equal to what `rebuild` makes of them. */
export class Projections extends Context.Tag("proxledger/Projections")<
  Projections,
  {
    /** Newest first; `before`: those that are older than this run. */
    readonly runs: (
      limit: number,
      options?: { readonly before?: string; readonly state?: RunRow["state"]; readonly trigger?: RunRow["trigger"] }
    ) => Effect.Effect<ReadonlyArray<RunRow>, JournalFailed>
    readonly run: (id: string) => Effect.Effect<Option.Option<RunRow>, JournalFailed>
    /**
     * Runs that were sealed and begun but not completed, oldest first, of any of the sources; those that are applied as soon
     * as they are sealed, because nobody is asked, are begun with their seal.
     */
    readonly openRuns: Effect.Effect<ReadonlyArray<RunRow>, JournalFailed>
    /** Runs that ended before their plan was sealed, oldest first: nothing was sent for them. */
    readonly unsealedRuns: Effect.Effect<ReadonlyArray<RunRow>, JournalFailed>
    readonly operations: (run: string) => Effect.Effect<ReadonlyArray<OperationRow>, JournalFailed>
    /** Every operation that ever touched the object, newest first. */
    readonly history: (ref: Ref, limit: number) => Effect.Effect<ReadonlyArray<OperationRow>, JournalFailed>
    readonly bindings: Effect.Effect<ReadonlyMap<Ref, Binding>, JournalFailed>
    /** Per object and field, the value that was last applied or found equal. */
    readonly baselines: Effect.Effect<ReadonlyMap<Ref, ReadonlyMap<string, Json>>, JournalFailed>
    /** That of one object; empty when there is none. */
    readonly baseline: (ref: Ref) => Effect.Effect<ReadonlyMap<string, Json>, JournalFailed>
    readonly lastSource: (source: string) => Effect.Effect<Option.Option<Observed<"SourceObserved">>, JournalFailed>
    readonly lastTarget: (target: string) => Effect.Effect<Option.Option<Observed<"TargetObserved">>, JournalFailed>
    /** Folds the journal into new tables, and puts them in the place of those that are there. */
    readonly rebuild: Effect.Effect<Rebuilt, JournalFailed>
    /** What was rebuilt when the journal was opened; nothing, unless the tables were of another version. */
    readonly rebuilt: Option.Option<Rebuilt>
  }
>() {}
