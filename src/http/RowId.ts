import { Schema } from "effect"

/** The id of a row in a path: digits alone. */
export const RowId = Schema.String.pipe(
  Schema.pattern(/^\d{1,15}$/, { message: () => "must be a whole number" }),
  Schema.parseNumber
).annotations({ identifier: "RowId", jsonSchema: { type: "integer", minimum: 0 } })
