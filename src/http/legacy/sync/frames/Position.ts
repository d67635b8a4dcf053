import { Option } from "effect"
import type { Frame, Frames } from "./Frame.ts"

/**
 * A place in a stream of frames. Several frames may come of one event of the journal: the last of them has the event's sequence
 * number as its id, the `n`th of those before it `<sequence>.<n>`.
 */
export interface Position {
  readonly seq: number
  /** Frames of this event that are behind; all of them where null. */
  readonly frames: number | null
}

export const beginning: Position = { seq: 0, frames: null }

/** What a client names in `Last-Event-ID`; none where it never was an id of ours. */
export const parse = (id: string): Option.Option<Position> => {
  const found = /^(\d{1,15})(?:\.([1-9]\d{0,6}))?$/.exec(id.trim())
  if (found === null) return Option.none()
  return Option.some({ seq: Number(found[1]), frames: found[2] === undefined ? null : Number(found[2]) })
}

export interface Numbered extends Frame {
  readonly id: string
}

/** The frames of one event with their ids. */
export const numbered = (seq: number, frames: Frames): ReadonlyArray<Numbered> =>
  frames.map((frame, index) => ({ ...frame, id: index + 1 === frames.length ? String(seq) : `${seq}.${index + 1}` }))

/** Whether who has come to a position has been told the frame with this id. */
export const isBehind = (position: Position, id: string): boolean =>
  Option.exists(parse(id), ({ frames, seq }) => {
    if (seq !== position.seq) return seq < position.seq
    return position.frames === null || (frames !== null && frames <= position.frames)
  })
