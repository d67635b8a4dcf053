import type Sqlite from "better-sqlite3"
import type { Change, EventOf, Recorded } from "../domain/Event.ts"
import { recorded, type StoredEvent } from "./StoredEvent.ts"

/** How many are kept at least; an operation is settled soon after those that were planned beside it. */
const generation = 20_000

/** What operations were to change, by the sequence number of the event that planned them. */
export interface Planned {
  readonly add: (seq: number, event: EventOf<"OperationPlanned">) => void
  readonly changes: (seq: number) => ReadonlyArray<Change>
  readonly forget: () => void
}

/** The events themselves say it; the latest ones are at hand, the others are read again. */
export const make = (db: Sqlite.Database): Planned => {
  const find = db.prepare<[number], StoredEvent>("SELECT * FROM events WHERE seq = ?")
  let young = new Map<number, ReadonlyArray<Change>>()
  let old = new Map<number, ReadonlyArray<Change>>()
  const read = (seq: number): ReadonlyArray<Change> => {
    const row = find.get(seq)
    const found: Recorded | null = row === undefined ? null : recorded(row)
    return found?.event._tag === "OperationPlanned" ? found.event.changes : []
  }
  return {
    add: (seq, { changes }) => {
      if (young.size >= generation) {
        old = young
        young = new Map()
      }
      young.set(seq, changes)
    },
    changes: (seq) => young.get(seq) ?? old.get(seq) ?? read(seq),
    forget: () => {
      young = new Map()
      old = new Map()
    }
  }
}
