import { Effect, Option, Schema } from "effect"
import { canonical, type Json, JsonObject } from "../domain/Json.ts"
import { type Cut, pagesOf } from "../domain/Pages.ts"
import type { GuestFacts, Observation } from "../domain/proxmox/Observation.ts"
import { breathe } from "../journal/Breathe.ts"
import { load, store } from "./StoredText.ts"

/** A guest with its configuration has some kilobytes, and a page is written in one go. */
const cut: Cut = { every: 64, most: 128 }

type Head = Omit<Observation, "guests">

/** An observation as it is stored: the digests of its pages of guests stand for the guests. */
interface Header {
  readonly observation: Head
  readonly pages: ReadonlyArray<string>
}

/** Tells this form from the one piece that older engines stored. */
const decodeHeader = Schema.decodeUnknownOption(
  Schema.parseJson(Schema.Struct({ observation: JsonObject, pages: Schema.Array(Schema.String) }))
)

/** Members that are undefined are not there, and all others have one order. */
const textOf = (value: unknown): string => canonical(JSON.parse(JSON.stringify(value)) as Json)

const headerOf = (text: string): Header => JSON.parse(text)

const guestsOf = (text: string): ReadonlyArray<GuestFacts> => JSON.parse(text)

/** Keeps an observation, page by page so that nothing else waits for long. A plan is made of what comes back. */
export const storeObservation = Effect.fnUntraced(function* ({ guests, ...head }: Observation) {
  const pages: Array<string> = []
  const kept: Array<GuestFacts> = []
  for (const page of pagesOf(guests, ({ vmid }) => vmid, cut)) {
    const { digest, text } = yield* store(textOf(page))
    pages.push(digest)
    kept.push(...guestsOf(text))
    yield* breathe
  }
  const { digest, text } = yield* store(textOf({ observation: head, pages }))
  const observation: Observation = { ...headerOf(text).observation, guests: kept }
  return { digest, observation }
})

/** The observation that is kept under a digest; none where an older engine stored it in one piece. */
export const loadObservation = Effect.fnUntraced(function* (digest: string) {
  const header = yield* load(digest)
  if (Option.isNone(header) || Option.isNone(decodeHeader(header.value))) return Option.none<Observation>()
  const { observation, pages } = headerOf(header.value)
  const kept: Array<GuestFacts> = []
  for (const page of pages) {
    const text = yield* load(page)
    if (Option.isNone(text)) return Option.none<Observation>()
    kept.push(...guestsOf(text.value))
    yield* breathe
  }
  return Option.some<Observation>({ ...observation, guests: kept })
})
