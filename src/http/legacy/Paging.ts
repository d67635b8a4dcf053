import { Schema } from "effect"

const whole = (least: number, most: number) =>
  Schema.NumberFromString.pipe(
    Schema.int(),
    Schema.between(least, most, { message: () => `must be a whole number from ${least} to ${most}` })
  )

/** Which part of a list is wanted. */
export const Paging = Schema.Struct({
  offset: Schema.optionalWith(whole(0, 1_000_000_000), { default: () => 0 }),
  limit: Schema.optionalWith(whole(1, 100), { default: () => 100 })
})
