import { DateTime } from "effect"
import type { OperationRow, RunRow } from "../journal/Projections.ts"
import type { Applied } from "../services/Reconciler.ts"
import { paint } from "./Output.ts"

const time = (millis: number): string => DateTime.formatIso(DateTime.unsafeMake(millis)).replace(/\.\d+Z$/, "Z")

const duration = ({ ended, started }: RunRow): string =>
  ended === null ? "" : `${((ended - started) / 1000).toFixed(1)} s`

/** A line for each run, newest first. */
export const renderRuns = (rows: ReadonlyArray<RunRow>, colors: boolean): string => {
  const { dim, green, red, yellow } = paint(colors)
  const color = (row: RunRow) =>
    row.outcome === "succeeded" ? green : row.outcome === "failed" ? red : row.outcome === null ? dim : yellow
  return rows.length === 0
    ? "No run yet"
    : rows
        .map((row) =>
          [
            row.run,
            time(row.started),
            row.trigger.padEnd(4),
            color(row)((row.outcome ?? row.state).padEnd(9)),
            `${row.ok}/${row.operations} ok`,
            ...(row.failed + row.skipped === 0 ? [] : [`${row.failed} failed, ${row.skipped} skipped`]),
            duration(row),
            row.sources.join(",")
          ].join("  ")
        )
        .join("\n")
}

const end = (row: OperationRow): string => (row.detail === "" ? "" : `: ${row.detail}`)

/** One run with every operation and what became of it. */
export const renderRun = (row: RunRow, operations: ReadonlyArray<OperationRow>, colors: boolean): string => {
  const { bold, dim, green, red, yellow } = paint(colors)
  const color = { ok: green, failed: red, skipped: yellow, planned: dim, dispatched: dim }
  return [
    `${bold("Run")} ${row.run}`,
    `  started ${time(row.started)} by ${row.actor} (${row.trigger}), sources ${row.sources.join(", ")}`,
    `  ${row.outcome ?? row.state}${row.ended === null ? "" : ` after ${duration(row)}`}${row.detail === "" ? "" : `: ${row.detail}`}`,
    `  ${row.ok} ok, ${row.failed} failed, ${row.skipped} skipped of ${row.operations} operations`,
    ...operations.map(
      (operation) =>
        `  ${String(operation.op).padStart(5)} ${color[operation.state](operation.state.padEnd(10))} ${operation.verb} ` +
        `${operation.label} ${dim(operation.ref)}${operation.netboxId === null ? "" : dim(` #${operation.netboxId}`)}${end(operation)}`
    )
  ].join("\n")
}

/** The end of an applied run, each failure on a line of its own. */
export const renderApplied = (applied: Applied, operations: ReadonlyArray<OperationRow>, colors: boolean): string => {
  const { bold, red, yellow } = paint(colors)
  const lost = operations.filter(({ state }) => state === "failed" || state === "skipped")
  return [
    ...lost.map((operation) => {
      const color = operation.state === "failed" ? red : yellow
      return `${color(operation.state)} ${operation.verb} ${operation.label} (${operation.ref})${end(operation)}`
    }),
    ...(applied.detail === "" ? [] : [yellow(applied.detail)]),
    `${bold(applied.outcome)}: ${applied.ok} ok, ${applied.failed} failed, ${applied.skipped} skipped; ${applied.requests} requests to NetBox (run ${applied.run})`
  ].join("\n")
}
