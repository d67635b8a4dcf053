import { Schema } from "effect"

/** A moment as RFC 3339 text in UTC. */
export const Time = Schema.String.annotations({
  identifier: "Time",
  description: "A moment in UTC",
  jsonSchema: { type: "string", format: "date-time" },
  examples: ["2026-03-01T06:00:00.000Z"]
})

export const timeOf = (millis: number): string => new Date(millis).toISOString()

/** A moment that callers give, in any zone; milliseconds since 1970. */
export const Moment = Schema.transform(
  Schema.String.pipe(
    Schema.pattern(/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?$/),
    Schema.filter((text) => !Number.isNaN(Date.parse(text)), { message: () => "is no moment" })
  ).annotations({
    description: "A moment (RFC 3339); without a zone it is UTC",
    jsonSchema: { type: "string", format: "date-time" }
  }),
  Schema.Number,
  {
    strict: true,
    decode: (text) => Date.parse(/Z$|[+-]\d\d:\d\d$|^\d{4}-\d\d-\d\d$/.test(text) ? text : `${text}Z`),
    encode: timeOf
  }
)
