import { Duration, Effect } from "effect"

/** One line of the table; what does not apply is absent. */
export interface Measure {
  readonly name: string
  /** Milliseconds. */
  readonly engine: number
  /** Milliseconds of the same requests without the engine. */
  readonly floor?: number
  /** Requests under way in the mean, of two at most: it says more than seconds where other programs run too. */
  readonly inFlight?: number
  readonly floorInFlight?: number
  readonly requests?: number
  readonly mutating?: number
  readonly operations?: number
}

/** Milliseconds, and what came of it. */
export const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.timed(effect), ([took, value]) => ({ took: Duration.toMillis(took), value }))

const ratio = (above: number | undefined, below: number | undefined): number | undefined =>
  above === undefined || below === undefined || below === 0 ? undefined : Math.round((above / below) * 100) / 100

const columns: ReadonlyArray<readonly [string, (measure: Measure) => string | number | undefined]> = [
  ["", ({ name }) => name],
  ["engine s", ({ engine }) => (engine / 1000).toFixed(2)],
  ["floor s", ({ floor }) => (floor === undefined ? undefined : (floor / 1000).toFixed(2))],
  ["engine/floor", ({ engine, floor }) => ratio(engine, floor)?.toFixed(2)],
  ["in flight", ({ inFlight }) => inFlight?.toFixed(2)],
  ["floor's", ({ floorInFlight }) => floorInFlight?.toFixed(2)],
  ["requests", ({ requests }) => requests],
  ["mutating", ({ mutating }) => mutating],
  ["operations", ({ operations }) => operations],
  ["op/mutating", ({ mutating, operations }) => ratio(operations, mutating)?.toFixed(1)]
]

export const table = (measures: ReadonlyArray<Measure>): string => {
  const cells = [
    columns.map(([title]) => title),
    ...measures.map((one) => columns.map(([, of]) => `${of(one) ?? "-"}`))
  ]
  const widths = columns.map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)))
  return cells
    .map((row) =>
      row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join("  ")
    )
    .join("\n")
}
