import { Schema } from "effect"

/** Who asked for something, and by which request: journaled with it. */
export const By = Schema.Struct({
  /** As `cli alice@host`, `key 3 (automation)`, `schedule 2 (nightly)`. */
  actor: Schema.String,
  requestId: Schema.NullOr(Schema.String)
})
export type By = typeof By.Type
