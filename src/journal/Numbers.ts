import type Sqlite from "better-sqlite3"
import type { Recorded } from "../domain/Event.ts"

type Place = Pick<Recorded, "seq" | "stream" | "version">

/** Runs by number: the sequence number of the first event of the run's stream, which takes less room than its id. */
export interface Numbers {
  /** Of the run that an event belongs to. */
  readonly of: (place: Place) => number
  /** Every event is shown before its number, and those of the runs after it, are asked for. */
  readonly add: (place: Place) => void
  /** Lets go of what is in memory. */
  readonly forget: () => void
}

/** More than can begin within one transaction, whose events cannot be looked up. */
const most = 1000

export const numbersOf = (db: Sqlite.Database): Numbers => {
  const first = db.prepare<[string], { readonly seq: number }>(
    "SELECT seq FROM events WHERE stream = ? AND version = 1"
  )
  const known = new Map<string, number>()
  const keep = (stream: string, seq: number): number => {
    for (const oldest of known.keys()) {
      if (known.size < most) break
      known.delete(oldest)
    }
    known.set(stream, seq)
    return seq
  }
  return {
    of: ({ stream }) => known.get(stream) ?? keep(stream, first.get(stream)?.seq ?? 0),
    add: ({ seq, stream, version }) => {
      if (version === 1) keep(stream, seq)
    },
    forget: () => known.clear()
  }
}
