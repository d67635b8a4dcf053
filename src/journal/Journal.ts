import { Context, type Effect, type Option, type Redacted, Schema, type Stream } from "effect"
import type { Event, Recorded } from "../domain/Event.ts"

/** Another owner appended to the stream first: whoever gets this stops writing to it. */
export class Conflict extends Schema.TaggedError<Conflict>()("Conflict", {
  stream: Schema.String,
  expected: Schema.Int,
  actual: Schema.Int
}) {
  override get message() {
    return `Run ${this.stream} was continued elsewhere: expected version ${this.expected}, found ${this.actual}`
  }
}

/** The store did not take the events: nothing of the append is on disk. */
export class JournalFailed extends Schema.TaggedError<JournalFailed>()("JournalFailed", {
  file: Schema.String,
  detail: Schema.String,
  remedy: Schema.String
}) {
  override get message() {
    return `Journal ${this.file}: ${this.detail}. ${this.remedy}`
  }
}

/** Another process holds the journal. */
export class JournalLocked extends Schema.TaggedError<JournalLocked>()("JournalLocked", { file: Schema.String }) {
  override get message() {
    return `Journal ${this.file} is in use by another proxledger process. Wait for it to end, or give this one its own journal`
  }
}

/** The hash chain does not hold: the events from `seq` on are not what was appended. */
export class ChainBroken extends Schema.TaggedError<ChainBroken>()("ChainBroken", {
  seq: Schema.Int,
  expected: Schema.String,
  found: Schema.String
}) {
  override get message() {
    return `The chain breaks at event ${this.seq}: expected ${this.expected}, found ${this.found}. Restore the file from a copy made before it was altered`
  }
}

export interface Head {
  readonly seq: number
  /** SHA-256 (hex) over the previous chain and the canonical events of the last transaction; "" when empty. */
  readonly chain: string
}

/** The append-only log of everything that happened, and the store of what was observed. */
export class Journal extends Context.Tag("proxledger/Journal")<
  Journal,
  {
    /**
     * Appends all events or none, in one transaction with the projections that derive from them. Returns the version
     * of the stream's last event, once everything is on disk. `expected` is the version the caller last saw (0: new).
     */
    readonly append: (
      stream: string,
      expected: number,
      events: ReadonlyArray<Event>
    ) => Effect.Effect<number, Conflict | JournalFailed>
    /** Everything after `seq`, of one stream or of all, then ends. */
    readonly read: (options: {
      readonly after: number
      readonly stream?: string
    }) => Stream.Stream<Recorded, JournalFailed>
    /** Everything after `seq`, then what comes; a slow reader costs the writer nothing. */
    readonly follow: (after: number) => Stream.Stream<Recorded, JournalFailed>
    readonly head: Effect.Effect<Head, JournalFailed>
    /** Keeps a text, without known secrets, under its SHA-256 (hex), compressed; one that is there costs nothing. */
    readonly putBlob: (text: string) => Effect.Effect<string, JournalFailed>
    /** From now on these texts are stored nowhere, either. */
    readonly conceal: (secrets: ReadonlyArray<Redacted.Redacted>) => Effect.Effect<void>
    readonly getBlob: (digest: string) => Effect.Effect<Option.Option<string>, JournalFailed>
    /** Every event as it is stored, one JSON text each: enough to check the chain elsewhere, or to fill another store. */
    readonly lines: Stream.Stream<string, JournalFailed>
    /**
     * Recomputes the chain from the first event on; `unknown` are events that only a newer engine can read. Events taken from
     * the end leave a shorter chain that holds: compare the head with one that was kept elsewhere.
     */
    readonly verify: Effect.Effect<
      { readonly events: number; readonly unknown: number; readonly head: Head },
      ChainBroken | JournalFailed
    >
    /** Why the last transaction was refused, as by a full disk; none as soon as one was kept again. */
    readonly health: Effect.Effect<Option.Option<JournalFailed>>
  }
>() {}
