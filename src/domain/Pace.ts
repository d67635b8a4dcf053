import type { RunPace } from "./Event.ts"

/** Why a server is asked for less, by the request that showed it. */
export type Strain =
  /** 429, or any answer that names a time to come back. */
  | "throttled"
  /** 502, 503, 504: no worker was free, or none came to an end. */
  | "unavailable"
  /** Another answer of 5xx that does not speak of the objects of the request. */
  | "failing"
  /** The connection ended before the answer did. */
  | "cut"
  /** No whole answer came within the deadline. */
  | "timeout"
  /** The answer was good and came late. */
  | "slow"

/** What the end of a request says; `mute` where it says nothing of the server's load. */
export type Sign = Strain | "well" | "mute"

export type BulkMethod = RunPace["batches"][number]["method"]

export interface PaceOptions {
  /** Requests in flight at most; the server is given the benefit of the doubt, so this is also where it begins. */
  readonly most: number
  /** How many milliseconds a request should take at most. */
  readonly aim: number
  /** For how many milliseconds after a slow-down the number of requests in flight stays where it is. */
  readonly calm: number
}

/** A list of objects that a request writes. */
export interface Bulk {
  readonly method: BulkMethod
  readonly path: string
  readonly items: number
}

/** A request that came to its end. */
export interface Ended {
  readonly sign: Sign
  /** The `turn` at which it left. */
  readonly turn: number
  /** Milliseconds since 1970. */
  readonly now: number
  readonly took: number
  readonly bulk?: Bulk
}

interface Batch {
  readonly method: BulkMethod
  readonly path: string
  readonly most: number
  size: number
  /** The largest list that took less than half of the aim. */
  quick: number
  /** The turn of its last reduction. */
  shrunk: number
}

/** What is added to the size of lists after a full one that was quick. */
const step = 10

/**
 * How much a server is asked at a time: requests in flight, and objects in a list by method and path. Both are halved when it
 * is overloaded, down to one, and grow by little and little when it answers well. Requests that left before a reduction
 * belong to what caused it: a burst of failures counts once.
 */
export class Pace {
  readonly #options: PaceOptions
  readonly #batches = new Map<string, Batch>()
  #inFlight: number
  #turn = 0
  #slowed = 0
  #slowedAt = Number.NEGATIVE_INFINITY
  #answers = 0

  constructor(options: PaceOptions) {
    this.#options = options
    this.#inFlight = options.most
  }

  /** Requests in flight at most, now. */
  get inFlight(): number {
    return this.#inFlight
  }

  get most(): number {
    return this.#options.most
  }

  /** A mark for requests that leave now; it moves with every reduction. */
  get turn(): number {
    return this.#turn
  }

  /** Objects in a list at most, now; `most` when all is well. */
  size(method: BulkMethod, path: string, most: number): number {
    const key = `${method} ${path}`
    const known = this.#batches.get(key)
    if (known !== undefined) return Math.min(known.size, most)
    this.#batches.set(key, { method, path, most, size: most, quick: 0, shrunk: 0 })
    return most
  }

  /** The size of lists whose size was asked for. */
  known(method: BulkMethod, path: string): number | undefined {
    return this.#batches.get(`${method} ${path}`)?.size
  }

  /** Lists that are shorter now than they might be. */
  get shrunk(): RunPace["batches"] {
    return [...this.#batches.values()].flatMap(({ method, most, path, size }) =>
      size < most ? [{ method, path, low: size, most }] : []
    )
  }

  /** Takes in what a request showed. Answers with the strain where that made anything less. */
  ended({ bulk, now, sign, took, turn }: Ended): Strain | null {
    if (sign === "mute") return null
    const batch = bulk === undefined ? undefined : this.#batches.get(`${bulk.method} ${bulk.path}`)
    const items = bulk?.items ?? 0
    const { aim } = this.#options
    if (sign === "well" && took <= aim) {
      this.#rise(turn, now)
      if (batch !== undefined && took < aim / 2) this.#grow(batch, items, turn)
      return null
    }
    const strain = sign === "well" ? "slow" : sign
    // A long list that is late asks for shorter ones. Where a list of that length was quick before, or cannot be shorter,
    // it is the server that has become slow.
    const itself = strain !== "slow" || batch === undefined || items <= Math.max(1, batch.quick)
    const shorter = batch !== undefined && ["unavailable", "cut", "timeout", "slow"].includes(strain)
    const slowed = itself && turn >= this.#slowed
    const shrinks = shorter && turn >= batch.shrunk && items <= batch.size
    if (!slowed && !shrinks) return null
    this.#turn += 1
    if (slowed) {
      this.#inFlight = Math.max(1, Math.floor(this.#inFlight / 2))
      this.#slowed = this.#turn
      this.#slowedAt = now
      this.#answers = 0
    }
    if (shrinks) {
      batch.size = Math.max(1, Math.floor(batch.size / 2))
      batch.quick = Math.min(batch.quick, batch.size)
      batch.shrunk = this.#turn
    }
    return strain
  }

  /** One more in flight after two good answers for each that may be, none of them older than the last slow-down. */
  #rise(turn: number, now: number) {
    if (this.#inFlight === this.#options.most || turn < this.#slowed) return
    this.#answers += 1
    if (this.#answers < 2 * this.#inFlight || now - this.#slowedAt < this.#options.calm) return
    this.#inFlight += 1
    this.#answers = 0
  }

  #grow(batch: Batch, items: number, turn: number) {
    if (turn < batch.shrunk) return
    batch.quick = Math.max(batch.quick, items)
    if (items >= batch.size) batch.size = Math.min(batch.most, batch.size + step)
  }
}
