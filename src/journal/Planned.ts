import type Sqlite from "better-sqlite3"
import type { EventOf } from "../domain/Event.ts"
import { recorded, type StoredEvent } from "./StoredEvent.ts"

/** How many are at hand at least; an operation is settled soon after those that were planned beside it. */
const generation = 20_000

/** What operations leave as the baseline once they are done, by the sequence number of the event that planned them. */
export interface Planned {
  readonly add: (seq: number, event: EventOf<"OperationPlanned">) => void
  /** JSON object of the fields with their values. */
  readonly fields: (seq: number) => string
  readonly forget: () => void
}

type Changes = EventOf<"OperationPlanned">["changes"]

const fieldsOf = (changes: Changes): string =>
  JSON.stringify(Object.fromEntries(changes.map(({ applied, field, to }) => [field, applied ?? to])))

/** The events themselves say it; the latest ones are at hand, the others are read again. */
export const make = (db: Sqlite.Database): Planned => {
  const find = db.prepare<[number], Omit<StoredEvent, "chain">>(
    "SELECT seq, at, stream, version, tag, shape, data FROM events WHERE seq = ?"
  )
  let young = new Map<number, Changes>()
  let old = new Map<number, Changes>()
  const read = (seq: number): string => {
    const row = find.get(seq)
    const found = row === undefined ? null : recorded(row)
    return found?.event._tag === "OperationPlanned" ? fieldsOf(found.event.changes) : "{}"
  }
  return {
    add: (seq, event) => {
      if (young.size >= generation) {
        old = young
        young = new Map()
      }
      young.set(seq, event.changes)
    },
    fields: (seq) => {
      const changes = young.get(seq) ?? old.get(seq)
      return changes === undefined ? read(seq) : fieldsOf(changes)
    },
    forget: () => {
      young = new Map()
      old = new Map()
    }
  }
}
