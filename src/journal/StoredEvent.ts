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

const opening = '{"_tag":"'

/** JSON text of an event without its tag, which nearly always stands first and then is cut off the text. */
const dataOf = (event: Event): string => {
  const text = JSON.stringify(event)
  const cut = opening.length + event._tag.length + 1
  if (text.startsWith(opening) && text[cut] === ",") return `{${text.slice(cut + 1)}`
  const { _tag, ...members } = event
  return JSON.stringify(members)
}

/** What is written of an event. One of a wrong shape throws. */
export const draftOf = (event: Event): Draft => {
  const whole = isExact(event) ? event : encode(event)
  return { event, shape: versions[event._tag], data: dataOf(whole) }
}

/** Without known secrets; null when one cannot be taken out of the event without breaking it. */
export const scrubbed = (draft: Draft, scrub: Scrub): Draft | null => {
  const data = scrub.event(draft.data)
  if (data === draft.data) return draft
  if (data === null) return null
  const seen = decode({ ...(JSON.parse(data) as JsonObject), _tag: draft.event._tag })
  return Option.getOrNull(Option.map(seen, (event) => ({ event, shape: draft.shape, data })))
}

/** The event as readers get it; null where only a newer engine knows it. */
export const recorded = (row: Omit<StoredEvent, "chain">): Recorded | null => {
  const event = upcast(row.tag, row.shape, JSON.parse(row.data) as Json)
  return event === null ? null : { seq: row.seq, stream: row.stream, version: row.version, at: row.at, event }
}

/** SHA-256 over the chain before and every member of every event of one transaction: as one text, which is hashed fastest. */
export const chainOf = (before: string, events: ReadonlyArray<Omit<StoredEvent, "chain">>): string => {
  let text = before
  let quoted = { stream: "", text: '""' }
  for (const { at, data, seq, shape, stream, tag, version } of events) {
    if (stream !== quoted.stream) quoted = { stream, text: JSON.stringify(stream) }
    text += `\n[${seq},${at},${quoted.text},${version},${JSON.stringify(tag)},${shape}]${data}`
  }
  return createHash("sha256").update(text).digest("hex")
}
