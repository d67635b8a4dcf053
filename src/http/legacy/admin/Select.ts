import type { LogEntry } from "../../Logs.ts"
import { type Filters, instantOf, type StreamFilters } from "./Api.ts"

const failing = /error|failed|failure|exception|traceback|fatal|critical/i

const isError = ({ expandable, level, message }: LogEntry): boolean =>
  level === "ERROR" || level === "CRITICAL" || expandable !== null || failing.test(message)

/** Whether a line is asked for. */
export const isWanted =
  ({ errors_only, level, operation_id }: StreamFilters) =>
  (entry: LogEntry): boolean =>
    (level === undefined || entry.level === level) &&
    (!errors_only || isError(entry)) &&
    (operation_id === undefined || entry.operation_id === operation_id)

/** One page of the lines, newest first. */
export const select = (entries: ReadonlyArray<LogEntry>, filters: Filters) => {
  const { limit, newer_than_id, offset, older_than_id, since } = filters
  const from = since === undefined ? undefined : instantOf(since)
  const wanted = isWanted(filters)
  const found = entries.filter(
    (entry) =>
      wanted(entry) &&
      (newer_than_id === undefined || Number(entry.id) > newer_than_id) &&
      (older_than_id === undefined || Number(entry.id) < older_than_id) &&
      (from === undefined || Date.parse(entry.timestamp) >= from)
  )
  const logs = found.reverse().slice(offset, offset + limit)
  return {
    logs,
    total: found.length,
    has_more: offset + logs.length < found.length,
    active_filters: {
      level: filters.level ?? null,
      errors_only: filters.errors_only,
      newer_than_id: newer_than_id ?? null,
      older_than_id: older_than_id ?? null,
      operation_id: filters.operation_id ?? null,
      since: since ?? null
    }
  }
}
