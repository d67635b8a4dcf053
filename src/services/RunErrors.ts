import { Schema } from "effect"

/** No source answered: there is nothing to plan from. */
export class NothingObserved extends Schema.TaggedError<NothingObserved>()("NothingObserved", {
  detail: Schema.String
}) {
  override get message() {
    return `No Proxmox source could be read: ${this.detail}`
  }
}

/** The configuration asks for something that NetBox cannot hold. */
export class PlanRejected extends Schema.TaggedError<PlanRejected>()("PlanRejected", { detail: Schema.String }) {
  override get message() {
    return this.detail
  }
}

/** Somebody cancelled the run while it was planning. */
export class RunCancelled extends Schema.TaggedError<RunCancelled>()("RunCancelled", {
  run: Schema.String,
  by: Schema.String
}) {
  override get message() {
    return `Run ${this.run} was cancelled by ${this.by}`
  }
}

/** There is no such plan to apply, or it is not to be applied any more. */
export class PlanUnusable extends Schema.TaggedError<PlanUnusable>()("PlanUnusable", {
  plan: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `Plan ${this.plan} ${this.detail}`
  }
}
