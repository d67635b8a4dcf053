import type Sqlite from "better-sqlite3"
import type { Recorded } from "../domain/Event.ts"
import { recorded, type StoredEvent } from "./StoredEvent.ts"

/** A stored event as SQLite gives it fastest: objects by column would take longer to make than the rows to read. */
export type EventCells = [
  seq: number,
  at: number,
  stream: string,
  version: number,
  tag: string,
  shape: number,
  data: string,
  chain: string
]

/** Reads so many events after a sequence number, of one stream or of all. */
export type EventPages = (after: number, count: number, stream?: string) => ReadonlyArray<EventCells>

export const eventPages = (db: Sqlite.Database): EventPages => {
  const columns = "SELECT seq, at, stream, version, tag, shape, data, chain FROM events"
  const all = db.prepare<[number, number], EventCells>(`${columns} WHERE seq > ? ORDER BY seq LIMIT ?`).raw()
  const ofStream = db
    .prepare<[string, number, number], EventCells>(`${columns} WHERE stream = ? AND seq > ? ORDER BY version LIMIT ?`)
    .raw()
  return (after, count, stream) => (stream === undefined ? all.all(after, count) : ofStream.all(stream, after, count))
}

export const storedOf = ([seq, at, stream, version, tag, shape, data, chain]: EventCells): StoredEvent => ({
  seq,
  at,
  stream,
  version,
  tag,
  shape,
  data,
  chain
})

/** The event as readers get it; null where only a newer engine knows it. */
export const eventOf = (cells: EventCells): Recorded | null => recorded(storedOf(cells))
