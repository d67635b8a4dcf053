import type { Schema } from "effect"

/** A body of `/v1`: every mistake is told at once, and a member that nothing is known of is one. */
export const strict = <A, I>(schema: Schema.Schema<A, I>): Schema.Schema<A, I> =>
  schema.annotations({ parseOptions: { errors: "all", onExcessProperty: "error" } })
