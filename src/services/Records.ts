import { Context, type Effect, type Option, Schema } from "effect"
import type { JsonObject } from "../domain/Json.ts"
import type { NetBoxRecord } from "../domain/NetBoxRecord.ts"
import type { Conflict, JournalFailed } from "../journal/Journal.ts"
import type { EndpointError } from "./EndpointError.ts"
import type { UnsupportedVersion } from "./NetBox.ts"

/** NetBox did not take a write. Nothing of the object was changed. */
export class RecordRefused extends Schema.TaggedError<RecordRefused>()("RecordRefused", {
  path: Schema.String,
  /** The run in which it was tried: `proxledger show` tells all of it. */
  run: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `NetBox refused a write to ${this.path}: ${this.detail} (run ${this.run})`
  }
}

/** There is no such object, or nothing by which to look for it. */
export class RecordNotFound extends Schema.TaggedError<RecordNotFound>()("RecordNotFound", {
  path: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `${this.path}: ${this.detail}`
  }
}

/** Filters of a list, as `{ slug: "lab" }`; several values of one are alternatives. */
export interface Lookup {
  readonly [filter: string]: string | number | boolean | ReadonlyArray<string | number>
}

/** What became of an object that was wanted. */
export interface Reconciled {
  readonly record: NetBoxRecord
  readonly outcome: "created" | "updated" | "unchanged"
}

type ReadProblem = EndpointError | UnsupportedVersion
export type WriteProblem = ReadProblem | RecordRefused | RecordNotFound | Conflict | JournalFailed

/**
 * Any objects of NetBox, for programs that keep more in it than the engine does. Paths are those of lists, `dcim/sites` as well
 * as `/api/dcim/sites/`. Whatever is written is a sealed plan of its own: journaled, marked in NetBox's change log, finished
 * after a crash, and refused when the object moved since it was read.
 */
export class Records extends Context.Tag("proxledger/Records")<
  Records,
  {
    /** Every object that the filters select. */
    readonly list: (path: string, lookup?: Lookup) => Effect.Effect<ReadonlyArray<NetBoxRecord>, EndpointError>
    /** The first of them by id. */
    readonly first: (path: string, lookup: Lookup) => Effect.Effect<Option.Option<NetBoxRecord>, EndpointError>
    readonly get: (path: string, id: number) => Effect.Effect<Option.Option<NetBoxRecord>, EndpointError>
    readonly create: (path: string, body: JsonObject) => Effect.Effect<NetBoxRecord, WriteProblem>
    /** Writes those of the fields that differ; none of them: nothing is sent. */
    readonly patch: (path: string, id: number, body: JsonObject) => Effect.Effect<NetBoxRecord, WriteProblem>
    /** Writes what was set on a record since it was read. */
    readonly save: (record: NetBoxRecord) => Effect.Effect<NetBoxRecord, WriteProblem>
    readonly remove: (record: NetBoxRecord) => Effect.Effect<void, WriteProblem>
    /**
     * The object that one of the look-ups finds, the first that finds any, untouched; else a new one. Where NetBox says that it
     * exists after all, it is looked for once more.
     */
    readonly ensure: (
      path: string,
      lookups: ReadonlyArray<Lookup>,
      body: JsonObject
    ) => Effect.Effect<Reconciled, WriteProblem>
    /** As `ensure`, and a found object gets those fields of the body that differ. */
    readonly reconcile: (
      path: string,
      lookups: ReadonlyArray<Lookup>,
      body: JsonObject
    ) => Effect.Effect<Reconciled, WriteProblem>
    /** One plan, sent in lists; each body's own result, in their order. */
    readonly bulkCreate: (
      path: string,
      bodies: ReadonlyArray<JsonObject>
    ) => Effect.Effect<ReadonlyArray<NetBoxRecord | RecordRefused>, WriteProblem>
    /** One plan of what has to be created or changed; each item's own result, in their order. */
    readonly bulkReconcile: (
      path: string,
      items: ReadonlyArray<{ readonly lookups: ReadonlyArray<Lookup>; readonly body: JsonObject }>
    ) => Effect.Effect<ReadonlyArray<Reconciled | RecordRefused>, WriteProblem>
  }
>() {}
