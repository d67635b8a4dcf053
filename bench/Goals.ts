import { Schema } from "effect"

/** One row of the table: what has to be reached, and what was. */
export const Goal = Schema.Struct({
  what: Schema.String,
  target: Schema.String,
  measured: Schema.String,
  reached: Schema.Boolean
})
export type Goal = typeof Goal.Type

const text = (value: number, unit: string): string => {
  const number = Number.isInteger(value) ? String(value) : value.toFixed(value < 100 ? 2 : 0)
  return unit === "" || unit === "×" ? `${number}${unit}` : `${number} ${unit}`
}

export const atMost = (what: string, limit: number, value: number, unit = ""): Goal => ({
  what,
  target: `≤ ${text(limit, unit)}`,
  measured: text(value, unit),
  reached: value <= limit
})

export const atLeast = (what: string, limit: number, value: number, unit = ""): Goal => ({
  what,
  target: `≥ ${text(limit, unit)}`,
  measured: text(value, unit),
  reached: value >= limit
})

export const table = (goals: ReadonlyArray<Goal>): string => {
  const rows = [
    ["", "must reach", "measured", ""],
    ...goals.map(({ measured, reached, target, what }) => [what, target, measured, reached ? "reached" : "NOT reached"])
  ]
  const widths = [0, 1, 2, 3].map((at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)))
  return rows
    .map((row) => row.map((cell, at) => (at === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[at] ?? 0))))
    .map((cells) => cells.join("  ").trimEnd())
    .join("\n")
}
