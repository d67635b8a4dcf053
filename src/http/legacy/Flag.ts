import { Schema } from "effect"

const truths = new Map([
  ...["1", "true", "yes", "on", "y", "t"].map((text) => [text, true] as const),
  ...["0", "false", "no", "off", "n", "f"].map((text) => [text, false] as const)
])

/** A flag in a query, in any of the forms that clients write. */
const Flag = Schema.transform(
  Schema.String.pipe(
    Schema.filter((text) => truths.has(text.toLowerCase()) || "must be true or false", {
      jsonSchema: { type: "boolean" }
    })
  ),
  Schema.Boolean,
  { strict: true, decode: (text) => truths.get(text.toLowerCase()) ?? false, encode: String }
)

export const flag = (fallback: boolean) => Schema.optionalWith(Flag, { default: () => fallback })
