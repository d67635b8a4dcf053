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

/** As text: an operation may wait for long, and a text costs the collector of garbage less than what was parsed. */
const fieldsOf = ({ changes }: EventOf<"OperationPlanned">): string =>
  JSON.stringify(Object.fromEntries(changes.map(({ applied, field, to }) => [field, applied ?? to])))

/** The events themselves say it; the latest ones are at hand, the others are read again. */
export const make = (db: Sqlite.Database): Planned => {
  const find = db.prepare<[number], Omit<StoredEvent, "chain">>(
    "SELECT seq, at, stream, version, tag, shape, data FROM events WHERE seq = ?"
  )
  let young = new Map<number, string>()
  let old = new Map<number, string>()
  const read = (seq: number): string => {
    const row = find.get(seq)
    const found = row === undefined ? null : recorded(row)
    return found?.event._tag === "OperationPlanned" ? fieldsOf(found.event) : "{}"
  }
  return {
    add: (seq, event) => {
      if (young.size >= generation) {
        old = young
        young = new Map()
      }
      young.set(seq, fieldsOf(event))
    },
    fields: (seq) => young.get(seq) ?? old.get(seq) ?? read(seq),
    forget: () => {
      young = new Map()
      old = new Map()
    }
  }
}
