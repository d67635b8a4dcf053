import { DateTime } from "effect"
import type { RunPace } from "../domain/Event.ts"
import type { OperationRow, RunRow } from "../journal/Projections.ts"
import type { Applied } from "../services/Reconciler.ts"
import { paint } from "./Output.ts"

const time = (millis: number): string => DateTime.formatIso(DateTime.unsafeMake(millis)).replace(/\.\d+Z$/, "Z")

const duration = ({ ended, started }: RunRow): string =>
  ended === null ? "" : `${((ended - started) / 1000).toFixed(1)} s`

const isSlowed = (pace: RunPace | null): pace is RunPace => pace !== null && pace.slowdowns.length > 0

/** How far NetBox had to be spared; empty when it was not. */
const spared = (pace: RunPace | null): ReadonlyArray<string> => {
  if (!isSlowed(pace)) return []
  const { batches, inFlight, slowdowns, waitedMillis } = pace
  const reasons = slowdowns.map(({ reason, times }) => `${times} × ${reason}`).join(", ")
  const rest = waitedMillis === 0 ? "" : `; it asked for ${(waitedMillis / 1000).toFixed(1)} s of rest`
  const [shortest, ...others] = [...batches].sort((a, b) => a.low / a.most - b.low / b.most)
  const least = [
    ...(inFlight.low < inFlight.most ? [`${inFlight.low} of ${inFlight.most} requests at a time`] : []),
    ...(shortest === undefined
      ? []
      : [`${shortest.low} of ${shortest.most} objects in a ${shortest.method} of ${shortest.path}`]),
    ...(others.length === 0 ? [] : [`fewer in lists of ${others.length} other kinds`])
  ]
  const down = least.length === 0 ? "" : `, so there were at times only ${least.join(", ")}`
  return [`NetBox was busy (${reasons}${rest})${down}`]
}

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
            row.sources.join(","),
            ...(isSlowed(row.pace) ? ["NetBox was busy"] : [])
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
    ...spared(row.pace).map((line) => `  ${line}`),
    ...operations.map(
      (operation) =>
        `  ${String(operation.op).padStart(5)} ${color[operation.state](operation.state.padEnd(10))} ${operation.verb} ` +
        `${operation.label} ${dim(operation.ref)}${operation.netboxId === null ? "" : dim(` #${operation.netboxId}`)}${end(operation)}`
    )
  ].join("\n")
}

/** The end of an applied run, each failure on a line of its own. */
export const renderApplied = (applied: Applied, operations: ReadonlyArray<OperationRow>, colors: boolean): string => {
  const { bold, dim, red, yellow } = paint(colors)
  const lost = operations.filter(({ state }) => state === "failed" || state === "skipped")
  return [
    ...lost.map((operation) => {
      const color = operation.state === "failed" ? red : yellow
      return `${color(operation.state)} ${operation.verb} ${operation.label} (${operation.ref})${end(operation)}`
    }),
    ...(applied.detail === "" ? [] : [yellow(applied.detail)]),
    ...spared(applied.pace).map(dim),
    `${bold(applied.outcome)}: ${applied.ok} ok, ${applied.failed} failed, ${applied.skipped} skipped; ${applied.requests} requests to NetBox (run ${applied.run})`
  ].join("\n")
}
