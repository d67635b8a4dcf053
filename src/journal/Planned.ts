import type Sqlite from "better-sqlite3"
import type { EventOf } from "../domain/Event.ts"
import type { Json } from "../domain/Json.ts"
import { recorded, type StoredEvent } from "./StoredEvent.ts"

/** How many are at hand at least; an operation is settled soon after those that were planned beside it. */
const generation = 20_000

type OperationPlanned = EventOf<"OperationPlanned">

/** What follows when an operation is done. */
export interface Intent {
  readonly verb: OperationPlanned["verb"]
  readonly purpose: OperationPlanned["purpose"]
  /** What it leaves as the baseline: a JSON object. */
  readonly fields: string
}

/** What operations mean, by the sequence numbers of the events that planned them. The latest are at hand, others are read again. */
export interface Planned {
  readonly add: (seq: number, event: OperationPlanned) => void
  readonly of: (seq: number) => Intent | undefined
  /** Lets go of what is at hand, as when a run has ended. */
  readonly forget: () => void
}

const intentOf = ({ changes, purpose, verb }: OperationPlanned): Intent => {
  const fields: { [field: string]: Json } = {}
  for (const { applied, field, to } of changes) fields[field] = applied ?? to
  return { verb, purpose, fields: JSON.stringify(fields) }
}

/**
 * With `live`, events are at hand as they are: those of a run in progress are in memory anyway. Without, what they mean, which is
 * less to hold.
 */
export const make = (db: Sqlite.Database, live: boolean): Planned => {
  const find = db.prepare<[number], Omit<StoredEvent, "chain">>(
    "SELECT seq, at, stream, version, tag, shape, data FROM events WHERE seq = ?"
  )
  type Kept = Intent | OperationPlanned
  let young = new Map<number, Kept>()
  let old = new Map<number, Kept>()
  const read = (seq: number): Intent | undefined => {
    const row = find.get(seq)
    const event = row === undefined ? undefined : recorded(row)?.event
    return event?._tag === "OperationPlanned" ? intentOf(event) : undefined
  }
  return {
    add: (seq, event) => {
      if (young.size >= generation) {
        old = young
        young = new Map()
      }
      young.set(seq, live ? event : intentOf(event))
    },
    of: (seq) => {
      const kept = young.get(seq) ?? old.get(seq)
      if (kept === undefined) return read(seq)
      return "changes" in kept ? intentOf(kept) : kept
    },
    forget: () => {
      young = new Map()
      old = new Map()
    }
  }
}
