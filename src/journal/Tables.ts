import type { Ref } from "../domain/Ref.ts"

/** What a column holds. */
export type Cell = string | number | null

export type RowOf<Row> = { readonly [Column in keyof Row]: Cell }

/** A table that is made of the events. */
export interface Table<Row extends RowOf<Row>> {
  readonly name: string
  /** The columns that say which row it is. */
  readonly key: ReadonlyArray<keyof Row & string>
  /** All columns with their SQL types. */
  readonly columns: ReadonlyArray<readonly [column: keyof Row & string, type: string]>
  /** A column of whole numbers that grow from row to row: rows are kept in its order, so that new ones go to the end. */
  readonly order?: keyof Row & string
  /** By what it is searched besides. Never by a column that changes with every event: that costs more than the row. */
  readonly search: ReadonlyArray<ReadonlyArray<keyof Row & string>>
}

export interface StoredRun {
  readonly run: string
  readonly cause: string
  readonly origin: string
  readonly label: string
  /** JSON. */
  readonly scope: string
  readonly actor: string
  readonly request_id: string | null
  /** JSON list. */
  readonly sources: string
  readonly state: string
  /** 1 while nobody carries it on since it was interrupted. */
  readonly interrupted: number
  readonly outcome: string | null
  readonly started: number
  readonly ended: number | null
  readonly operations: number
  readonly ok: number
  readonly failed: number
  readonly skipped: number
  readonly digest: string | null
  /** JSON. */
  readonly pace: string | null
  readonly detail: string
}

/** What has happened to an operation, null until something has; the rest says the event that planned it. */
export interface StoredOperation {
  /** Sequence number of the event that planned it. */
  readonly planned: number
  /** Sequence number of the first event of the run, which takes less room than its id. */
  readonly run: number
  readonly op: number
  readonly ref: Ref
  readonly state: string | null
  readonly netbox_id: number | null
  readonly detail: string | null
  readonly at: number | null
}

/** What is known of an object: which one of NetBox it is, and what was last applied or found equal. One of the two may be missing. */
export interface StoredObject {
  readonly ref: Ref
  /** Null while it is bound to none; then the next three say nothing. */
  readonly netbox_id: number | null
  readonly evidence: string
  readonly retired_at: number | null
  readonly created: number
  /** JSON object: by field, the value that was last applied or found equal; null when there is none. */
  readonly fields: string | null
}

/** The latest observation of a side. */
export interface StoredObserved {
  readonly side: "proxmox" | "netbox"
  readonly name: string
  /** Sequence number of its event. */
  readonly seq: number
  /** What speaks against going on with it. */
  readonly doubt: string
}

const runs: Table<StoredRun> = {
  name: "runs",
  key: ["run"],
  columns: [
    ["run", "TEXT NOT NULL"],
    ["cause", "TEXT NOT NULL"],
    ["origin", "TEXT NOT NULL"],
    ["label", "TEXT NOT NULL"],
    ["scope", "TEXT NOT NULL"],
    ["actor", "TEXT NOT NULL"],
    ["request_id", "TEXT"],
    ["sources", "TEXT NOT NULL"],
    ["state", "TEXT NOT NULL"],
    ["interrupted", "INTEGER NOT NULL"],
    ["outcome", "TEXT"],
    ["started", "INTEGER NOT NULL"],
    ["ended", "INTEGER"],
    ["operations", "INTEGER NOT NULL"],
    ["ok", "INTEGER NOT NULL"],
    ["failed", "INTEGER NOT NULL"],
    ["skipped", "INTEGER NOT NULL"],
    ["digest", "TEXT"],
    ["pace", "TEXT"],
    ["detail", "TEXT NOT NULL"]
  ],
  search: [["state", "started"]]
}

const operations: Table<StoredOperation> = {
  name: "operations",
  key: ["run", "op"],
  order: "planned",
  columns: [
    ["planned", "INTEGER PRIMARY KEY"],
    ["run", "INTEGER NOT NULL"],
    ["op", "INTEGER NOT NULL"],
    ["ref", "TEXT NOT NULL"],
    ["state", "TEXT"],
    ["netbox_id", "INTEGER"],
    ["detail", "TEXT"],
    ["at", "INTEGER"]
  ],
  search: [["ref"]]
}

const objects: Table<StoredObject> = {
  name: "objects",
  key: ["ref"],
  columns: [
    ["ref", "TEXT NOT NULL"],
    ["netbox_id", "INTEGER"],
    ["evidence", "TEXT NOT NULL"],
    ["retired_at", "INTEGER"],
    ["created", "INTEGER NOT NULL"],
    ["fields", "TEXT"]
  ],
  search: []
}

const observed: Table<StoredObserved> = {
  name: "observed",
  key: ["side", "name"],
  columns: [
    ["side", "TEXT NOT NULL"],
    ["name", "TEXT NOT NULL"],
    ["seq", "INTEGER NOT NULL"],
    ["doubt", "TEXT NOT NULL"]
  ],
  search: []
}

/** The projections. Whoever changes them, or what `Fold` makes of an event, raises `version`. */
export const tables = { runs, operations, objects, observed }

/** A file whose projections are of another version gets them anew when it is opened for writing. */
export const version = 4
