import { Effect, Option } from "effect"
import type { Json } from "../domain/Json.ts"
import { breathe } from "../journal/Breathe.ts"

/** Characters that are parsed in one go: a few milliseconds. */
const piece = 256 * 1024

const opening = /^\s*\{\s*"data"\s*:\s*\[/
const closing = /\]\s*\}\s*$/

const parse = Option.liftThrowable((text: string) => JSON.parse(text) as Json)

const rows = Option.liftThrowable((text: string) => JSON.parse(`[${text}]`) as ReadonlyArray<Json>)

/**
 * A long list is cut between two rows, wherever the text looks like that. What looks so within a string or within a row
 * leaves a piece that is no JSON: then nothing is known of the cuts.
 */
const inPieces = Effect.fnUntraced(function* (text: string, from: number, to: number) {
  const data: Array<Json> = []
  for (let at = from; at < to;) {
    const next = text.indexOf("},{", at + piece)
    const end = next < 0 || next >= to ? to : next + 1
    const found = rows(text.slice(at, end))
    if (Option.isNone(found)) return Option.none<Json>()
    for (const row of found.value) data.push(row)
    at = end + 1
    yield* breathe
  }
  return Option.some<Json>({ data })
})

/** An answer of Proxmox as JSON, none where it is not. A long list does not hold the event loop until all of it is parsed. */
export const parseAnswer = (text: string): Effect.Effect<Option.Option<Json>> => {
  if (text.length <= piece) return Effect.sync(() => parse(text))
  const [begin] = opening.exec(text) ?? []
  const [end] = closing.exec(text) ?? []
  const whole = Effect.sync(() => parse(text))
  if (begin === undefined || end === undefined) return whole
  return Effect.flatMap(
    inPieces(text, begin.length, text.length - end.length),
    Option.match({ onNone: () => whole, onSome: Effect.succeedSome })
  )
}
