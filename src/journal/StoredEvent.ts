import { createHash } from "node:crypto"
import { Option, Schema } from "effect"
import { Event, type Recorded, versions } from "../domain/Event.ts"
import type { Json, JsonObject } from "../domain/Json.ts"
import { isExact, upcast } from "../domain/Upcast.ts"
import type { Scrub } from "./Scrub.ts"

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

/** An event on its way into the store: what is written, and the event that readers will make of it. */
export interface Draft {
  readonly event: Event
  readonly shape: number
  readonly data: string
}

const encode = Schema.encodeSync(Event)
const decode = Schema.decodeUnknownOption(Event)

/** Null when a secret cannot be taken out of the event without breaking it. An event of a wrong shape throws. */
export const draftOf = (event: Event, scrub: Scrub): Draft | null => {
  const { _tag, ...members } = isExact(event) ? event : encode(event)
  const data = JSON.stringify(members)
  const clean = scrub.event(data)
  if (clean === data) return { event, shape: versions[_tag], data }
  if (clean === null) return null
  const seen = decode({ ...(JSON.parse(clean) as JsonObject), _tag })
  return Option.getOrNull(Option.map(seen, (cleaned) => ({ event: cleaned, shape: versions[_tag], data: clean })))
}

/** The event as readers get it; null where only a newer engine knows it. */
export const recorded = (row: Omit<StoredEvent, "chain">): Recorded | null => {
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
