/** A seeded source of numbers (SplitMix32): the same seed gives the same cluster everywhere. */
export interface Random {
  /** From 0 up to, not including, 1. */
  readonly next: () => number
  /** Both ends included. */
  readonly int: (min: number, max: number) => number
  readonly chance: (probability: number) => boolean
  readonly pick: <A>(list: readonly [A, ...Array<A>]) => A
  readonly hex: (digits: number) => string
  readonly shuffle: <A>(list: ReadonlyArray<A>) => Array<A>
}

export const make = (seed: number): Random => {
  let state = seed | 0
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 4_294_967_296
  }
  const int = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1))
  return {
    next,
    int,
    chance: (probability) => next() < probability,
    pick: (list) => list[int(0, list.length - 1)] ?? list[0],
    hex: (digits) => Array.from({ length: digits }, () => int(0, 15).toString(16)).join(""),
    shuffle: (list) => {
      const result = [...list]
      for (let index = result.length - 1; index > 0; index--) {
        const other = int(0, index)
        const [a, b] = [result[index], result[other]]
        if (a !== undefined && b !== undefined) [result[index], result[other]] = [b, a]
      }
      return result
    }
  }
}
