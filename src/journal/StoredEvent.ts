import { createHash } from "node:crypto"
import { Schema } from "effect"
import { Event, type Recorded, versions } from "../domain/Event.ts"
import type { Json } from "../domain/Json.ts"
import { upcast } from "../domain/Upcast.ts"

/** A row of the table of events. */
export interface StoredEvent {
  readonly seq: number
  /** Milliseconds since 1970. */
  readonly at: number
  readonly stream: string
  readonly version: number
  readonly tag: string
  /** Version of the event's shape. */
  readonly shape: number
  /** JSON text of the event without its tag. */
  readonly data: string
  /** The same on all events of a transaction. */
  readonly chain: string
}

const encode = Schema.encodeSync(Event)

export const dataOf = (event: Event): Pick<StoredEvent, "tag" | "shape" | "data"> => {
  const { _tag, ...data } = encode(event)
  return { tag: _tag, shape: versions[_tag], data: JSON.stringify(data) }
}

/** The event as readers get it; null where only a newer engine knows it. */
export const recorded = (row: StoredEvent): Recorded | null => {
  const event = upcast(row.tag, row.shape, JSON.parse(row.data) as Json)
  return event === null ? null : { seq: row.seq, stream: row.stream, version: row.version, at: row.at, event }
}

/** SHA-256 over the chain before and every member of every event of one transaction. */
export const chainOf = (before: string, events: ReadonlyArray<Omit<StoredEvent, "chain">>): string => {
  const hash = createHash("sha256").update(before)
  for (const { at, data, seq, shape, stream, tag, version } of events) {
    hash.update(`\n${JSON.stringify([seq, at, stream, version, tag, shape])}${data}`)
  }
  return hash.digest("hex")
}
