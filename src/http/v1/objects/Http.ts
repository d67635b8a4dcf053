import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import { Effect, Option } from "effect"
import type { Binding as Bound } from "../../../domain/Binding.ts"
import { kindOf, ref as refOf } from "../../../domain/Ref.ts"
import { Audit } from "../../../journal/Audit.ts"
import { Projections } from "../../../journal/Projections.ts"
import { Problem } from "../../Problem.ts"
import { asProblems } from "../Failures.ts"
import { operationOf } from "../runs/Operation.ts"
import { timeOf } from "../Time.ts"
import { V1Api } from "../V1Api.ts"
import type { Binding } from "./Api.ts"

const bindingOf = ({ created, evidence, id, ref, retiredAt }: Bound): typeof Binding.Type => ({
  ref,
  kind: kindOf(ref),
  netbox_id: id,
  evidence,
  created,
  retired_at: retiredAt === null ? null : timeOf(retiredAt)
})

export const ObjectsHttp = HttpApiBuilder.group(V1Api, "objects", (handlers) =>
  Effect.gen(function* () {
    const audit = yield* Audit
    const projections = yield* Projections
    return handlers
      .handle("list", ({ path: { kind }, urlParams: { cursor, limit } }) =>
        audit.bindings({ kind, after: cursor ?? "", limit }).pipe(
          Effect.map(({ items, next }) => ({ items: items.map(bindingOf), next })),
          asProblems
        )
      )
      .handle("read", ({ path: { key, kind }, urlParams: { cursor, limit } }) =>
        Effect.gen(function* () {
          const ref = refOf(kind, key)
          const binding = yield* audit.binding(ref)
          const baseline = yield* projections.baseline(ref)
          const history = yield* audit.history({ ref, limit, ...(cursor === undefined ? {} : { before: cursor }) })
          const isKnown = Option.isSome(binding) || baseline.size > 0 || history.items.length > 0
          if (!isKnown && cursor === undefined) {
            return yield* new Problem({ code: "not_found", detail: `Nothing is known of ${ref}` })
          }
          return {
            ref,
            binding: Option.getOrNull(Option.map(binding, bindingOf)),
            baseline: Object.fromEntries(baseline),
            history: {
              items: history.items.map(operationOf),
              next: history.next === null ? null : String(history.next)
            }
          }
        }).pipe(asProblems)
      )
  })
)
