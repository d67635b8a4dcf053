import { Schema } from "effect"

/** How many items a page holds: 100 unless asked otherwise, 500 at most. */
export const Limit = Schema.optionalWith(
  Schema.NumberFromString.pipe(Schema.int(), Schema.between(1, 500)).annotations({
    description: "How many items the page may hold",
    jsonSchema: { type: "integer", minimum: 1, maximum: 500, default: 100 }
  }),
  { default: () => 100 }
)

const about = "`next` of the page before. Absent: the first page"

/** A cursor that is a number. */
export const NumberCursor = Schema.optionalWith(
  Schema.NumberFromString.pipe(Schema.int(), Schema.between(0, Number.MAX_SAFE_INTEGER)).annotations({
    description: about,
    jsonSchema: { type: "string", pattern: "^[0-9]{1,15}$" }
  }),
  { exact: true }
)

/** A cursor that is a text. */
export const TextCursor = Schema.optionalWith(
  Schema.String.pipe(Schema.minLength(1), Schema.maxLength(1000)).annotations({ description: about }),
  { exact: true }
)

/** A part of a list. `next` is the cursor of the part after it; null: there is none. */
export const pageOf = <A, I>(item: Schema.Schema<A, I>, identifier: string) =>
  Schema.Struct({
    items: Schema.Array(item),
    next: Schema.NullOr(Schema.String).annotations({
      description: "Cursor of the next page, which may hold few items or none; null after the last one"
    })
  }).annotations({ identifier })
