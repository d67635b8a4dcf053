import { Schema } from "effect"

/** Where one row is. */
export const IdPath = Schema.Struct({
  id: Schema.NumberFromString.pipe(Schema.int(), Schema.between(1, Number.MAX_SAFE_INTEGER)).annotations({
    description: "Its id",
    jsonSchema: { type: "integer", minimum: 1 }
  })
})
