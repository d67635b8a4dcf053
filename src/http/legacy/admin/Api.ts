import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import { Schema } from "effect"
import { Authorization } from "../../Authorization.ts"
import { Level, LogEntry } from "../../Logs.ts"
import { flag } from "../Flag.ts"
import { refused } from "../Refused.ts"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

const Cursor = Schema.NumberFromString.pipe(Schema.int(), Schema.nonNegative({ message: () => "must be a line's id" }))

const whole = (least: number, most: number) =>
  Schema.NumberFromString.pipe(
    Schema.int(),
    Schema.between(least, most, { message: () => `must be a whole number from ${least} to ${most}` })
  )

/** A time; one that names no zone is UTC. In a query a plus that is not encoded is a blank. */
const Since = Schema.String.pipe(
  Schema.filter((text) => !Number.isNaN(instantOf(text)) || "must be a time as 2026-01-31T12:00:00Z", {
    jsonSchema: { format: "date-time" }
  })
)

export const instantOf = (text: string): number => {
  const time = text.replace(/ (\d\d:?\d\d)$/, "+$1")
  return Date.parse(/(Z|[+-]\d\d:?\d\d)$/i.test(time) || !time.includes("T") ? time : `${time}Z`)
}

const filters = {
  level: optional(Level),
  errors_only: flag(false),
  newer_than_id: optional(Cursor),
  operation_id: optional(Schema.String)
}

const Filters = Schema.Struct({
  ...filters,
  older_than_id: optional(Cursor),
  limit: Schema.optionalWith(whole(1, 5000), { default: () => 200 }),
  offset: Schema.optionalWith(whole(0, 1_000_000_000), { default: () => 0 }),
  since: optional(Since)
})
export type Filters = typeof Filters.Type

const StreamFilters = Schema.Struct(filters)
export type StreamFilters = typeof StreamFilters.Type

const Page = Schema.Struct({
  logs: Schema.Array(LogEntry),
  total: Schema.Int,
  has_more: Schema.Boolean,
  active_filters: Schema.Struct({
    level: Schema.NullOr(Level),
    errors_only: Schema.Boolean,
    newer_than_id: Schema.NullOr(Schema.Int),
    older_than_id: Schema.NullOr(Schema.Int),
    operation_id: Schema.NullOr(Schema.String),
    since: Schema.NullOr(Schema.String)
  })
}).annotations({ identifier: "LogPage" })

export const AdminGroup = HttpApiGroup.make("admin")
  .add(
    HttpApiEndpoint.get("adminPage", "/admin/")
      .addSuccess(HttpApiSchema.Text({ contentType: "text/html; charset=utf-8" }))
      .addError(refused(503))
  )
  .add(HttpApiEndpoint.get("logs", "/admin/logs").setUrlParams(Filters).addSuccess(Page))
  .add(
    HttpApiEndpoint.get("logStream", "/admin/logs/stream")
      .setUrlParams(StreamFilters)
      .addSuccess(HttpApiSchema.Text({ contentType: "text/event-stream" }))
  )
  .middleware(Authorization)
