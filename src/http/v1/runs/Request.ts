import { Schema } from "effect"
import { Scope } from "../../../domain/Scope.ts"

/** What a run or a plan is begun with; an empty body is everything. */
export const Request = Schema.NullOr(
  Schema.Struct({
    scope: Schema.optionalWith(Scope, { default: () => ({}) }),
    approve_removals: Schema.optionalWith(
      Schema.Boolean.annotations({ description: "Plan more removals than the limit allows" }),
      { default: () => false }
    ),
    full: Schema.optionalWith(
      Schema.Boolean.annotations({ description: "Read everything again, also what seems not to have changed" }),
      { default: () => false }
    )
  })
).annotations({ identifier: "RunRequest", parseOptions: { errors: "all", onExcessProperty: "error" } })

export const requestOf = (request: typeof Request.Type) =>
  request === null
    ? { scope: {}, approveRemovals: false, full: false }
    : { scope: request.scope, approveRemovals: request.approve_removals, full: request.full }
