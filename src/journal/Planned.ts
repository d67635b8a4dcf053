import type Sqlite from "better-sqlite3"
import type { EventOf } from "../domain/Event.ts"
import { recorded, type StoredEvent } from "./StoredEvent.ts"

/** How many are at hand at least; an operation is settled soon after those that were planned beside it. */
const generation = 20_000

type OperationPlanned = EventOf<"OperationPlanned">

/** The events that planned operations, by their sequence numbers. The latest ones are at hand, the others are read again. */
export interface Planned {
  readonly add: (seq: number, event: OperationPlanned) => void
  readonly of: (seq: number) => OperationPlanned | undefined
  /** Lets go of what is at hand, as when a run has ended. */
  readonly forget: () => void
}

export const make = (db: Sqlite.Database): Planned => {
  const find = db.prepare<[number], Omit<StoredEvent, "chain">>(
    "SELECT seq, at, stream, version, tag, shape, data FROM events WHERE seq = ?"
  )
  let young = new Map<number, OperationPlanned>()
  let old = new Map<number, OperationPlanned>()
  const read = (seq: number): OperationPlanned | undefined => {
    const row = find.get(seq)
    const event = row === undefined ? undefined : recorded(row)?.event
    return event?._tag === "OperationPlanned" ? event : undefined
  }
  return {
    add: (seq, event) => {
      if (young.size >= generation) {
        old = young
        young = new Map()
      }
      young.set(seq, event)
    },
    of: (seq) => young.get(seq) ?? old.get(seq) ?? read(seq),
    forget: () => {
      young = new Map()
      old = new Map()
    }
  }
}
