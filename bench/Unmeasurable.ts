import { Schema } from "effect"

/** Something without which the figures would say nothing. */
export class Unmeasurable extends Schema.TaggedError<Unmeasurable>()("Unmeasurable", { detail: Schema.String }) {
  override get message() {
    return this.detail
  }
}
