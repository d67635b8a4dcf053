import { Effect, Option } from "effect"
import { digestOf } from "../journal/Digest.ts"
import { Journal } from "../journal/Journal.ts"

export interface Stored {
  readonly digest: string
  /** What the journal holds: the text that was given, or that text without secrets. */
  readonly text: string
}

/** Keeps a text in the journal. What goes on with its content goes on with what is stored, secrets taken out. */
export const store = Effect.fnUntraced(function* (text: string) {
  const journal = yield* Journal
  const digest = yield* journal.putBlob(text)
  if (digest === digestOf(text)) return { digest, text } satisfies Stored
  const clean = yield* journal.getBlob(digest)
  if (Option.isNone(clean)) return yield* Effect.dieMessage(`The text ${digest} was stored and is not there`)
  return { digest, text: clean.value } satisfies Stored
})

/** The text that is kept under a digest. */
export const load = Effect.fnUntraced(function* (digest: string) {
  return yield* (yield* Journal).getBlob(digest)
})
