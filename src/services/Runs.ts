import { Context, type Effect, type Option, Schema, type Stream } from "effect"
import type { By } from "../domain/By.ts"
import type { Recorded } from "../domain/Event.ts"
import type { Scope } from "../domain/Scope.ts"
import type { Conflict, JournalFailed } from "../journal/Journal.ts"
import type { RunRow } from "../journal/Projections.ts"
import type { StoreFailed } from "../store/Database.ts"
import type { NoEndpoint } from "./Engines.ts"
import type { PlanUnusable } from "./RunErrors.ts"

export { NoEndpoint } from "./Engines.ts"

/** One run at a time: another one is under way, or was left open and is being finished. */
export class RunActive extends Schema.TaggedError<RunActive>()("RunActive", { run: Schema.String }) {
  override get message() {
    return `Run ${this.run} is under way. Wait for it, follow it, or cancel it`
  }
}

export class RunNotFound extends Schema.TaggedError<RunNotFound>()("RunNotFound", { run: Schema.String }) {
  override get message() {
    return `There is no run ${this.run}`
  }
}

/** There is nothing left of the run to stop. */
export class RunOver extends Schema.TaggedError<RunOver>()("RunOver", {
  run: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `Run ${this.run} ${this.detail}`
  }
}

/** A scope that names what there is not. */
export class ScopeRefused extends Schema.TaggedError<ScopeRefused>()("ScopeRefused", { detail: Schema.String }) {
  override get message() {
    return this.detail
  }
}

export interface RunRequest {
  /** `sync` plans and applies, `plan` stops at the seal. */
  readonly mode: "plan" | "sync"
  readonly trigger: "request" | "schedule"
  /** What the caller calls it: `full-update`, `devices`, `v1`. */
  readonly label: string
  readonly scope: Scope
  readonly by: By
  /** Plan more removals than the limit. */
  readonly approveRemovals: boolean
  /** Read everything, also what seems not to have changed. */
  readonly full: boolean
  /** The id of the run, where the same command may be given twice: the second finds the run of the first. */
  readonly run?: string
}

/** The run that holds the lease. */
export interface ActiveRun {
  readonly run: string
  readonly label: string
  /** Milliseconds since 1970. */
  readonly started: number
  readonly scope: Scope
  readonly by: By
}

type Failed = Conflict | JournalFailed | StoreFailed

/** What keeps a run from going on; once it does, what fails is in the journal. */
export type Refused = NoEndpoint | ScopeRefused | PlanUnusable | Failed

/**
 * The runs of the service, one at a time: it has one NetBox. They go on in the background whoever asked for them; the lease is
 * what the journal says, so that it holds across a crash, and what a crash left open is finished from the start of the layer on.
 */
export class Runs extends Context.Tag("proxledger/Runs")<
  Runs,
  {
    /** Takes the lease, begins in the background, and returns the run's id once `RunStarted` is on disk. */
    readonly start: (request: RunRequest) => Effect.Effect<string, RunActive | Refused>
    /** Applies a sealed plan in the background; `digest`, when given, has to be the sealed one. */
    readonly apply: (
      run: string,
      options: { readonly digest?: string; readonly by: By }
    ) => Effect.Effect<void, RunActive | RunNotFound | Refused>
    /** Ends a plan that was not applied: outcome `cancelled`. */
    readonly discard: (run: string, by: By) => Effect.Effect<void, RunNotFound | RunOver | RunActive | Failed>
    /**
     * The batch in flight gets its outcome, the rest is skipped, the outcome is `cancelled`. Returns when that was asked for and
     * is on disk; `await` tells when it is done. A plan that was not applied is discarded.
     */
    readonly cancel: (run: string, by: By) => Effect.Effect<void, RunNotFound | RunOver | Failed>
    /** From the durable lease: after a crash, too, until the run is finished. */
    readonly active: Effect.Effect<Option.Option<ActiveRun>, JournalFailed>
    /**
     * Everything of the run after the sequence number, then what comes; ends when the run is at rest: planned, completed or
     * interrupted. Followers who are told the same get the same chunk: what is made of it can be shared.
     */
    readonly events: (run: string, after: number) => Stream.Stream<Recorded, RunNotFound | JournalFailed>
    /** The run, once it is at rest. */
    readonly await: (run: string) => Effect.Effect<RunRow, RunNotFound | JournalFailed>
  }
>() {}
