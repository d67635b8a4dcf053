import { Context, type Effect, Schema } from "effect"
import type Sqlite from "better-sqlite3"
import type { By } from "../domain/By.ts"

/** The database of the service did not take a change or could not be read: nothing of the change is kept. */
export class StoreFailed extends Schema.TaggedError<StoreFailed>()("StoreFailed", {
  file: Schema.String,
  detail: Schema.String,
  remedy: Schema.String
}) {
  override get message() {
    return `Database ${this.file}: ${this.detail}. ${this.remedy}`
  }
}

/** Another process holds the database. */
export class StoreLocked extends Schema.TaggedError<StoreLocked>()("StoreLocked", { file: Schema.String }) {
  override get message() {
    return `Database ${this.file} is in use by another proxledger process. Stop that one, or give this one its own --data`
  }
}

/** What a change did, for the journal: names of fields only, never a value. */
export interface Changed {
  /** `endpoint/proxmox/3`, `key/2`, `encryption`, `schedule/1`. */
  readonly subject: string
  readonly change: string
  readonly fields: ReadonlyArray<string>
}

/** Fails where the row, in the transaction that changes it, is not what the caller has seen. */
export type Expected<Row, E> = (now: Row) => Effect.Effect<void, E>

/** The service's own SQLite file. One process at a time has it. */
export class Database extends Context.Tag("proxledger/Database")<
  Database,
  {
    readonly file: string
    /** What is committed, of the moment it is asked. */
    readonly read: <A>(query: (db: Sqlite.Database) => A) => Effect.Effect<A, StoreFailed>
    /** One transaction of writes that the journal has nothing to say about. */
    readonly write: <A>(change: (db: Sqlite.Database) => A) => Effect.Effect<A, StoreFailed>
    /**
     * One transaction that is kept only when the journal has what it did: an error of `body`, or an append that is refused,
     * undoes it. An empty list of changes means that nothing was to be done. Changes happen one after the other.
     */
    readonly change: <A, E>(
      by: By,
      body: (db: Sqlite.Database) => Effect.Effect<{ readonly value: A; readonly changed: ReadonlyArray<Changed> }, E>
    ) => Effect.Effect<A, E | StoreFailed>
    /** Reads while nothing changes: neither rows nor the key of the encryption. */
    readonly steady: <A, E>(body: (db: Sqlite.Database) => Effect.Effect<A, E>) => Effect.Effect<A, E | StoreFailed>
  }
>() {}
