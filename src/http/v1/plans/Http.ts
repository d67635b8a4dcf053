import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import { Effect } from "effect"
import type { RunRow } from "../../../journal/Projections.ts"
import { Engines } from "../../../services/Engines.ts"
import { NetBox } from "../../../services/NetBox.ts"
import { Runs } from "../../../services/Runs.ts"
import { staleObjects } from "../../../services/StalePlan.ts"
import { Caller } from "../../Caller.ts"
import { Problem } from "../../Problem.ts"
import { answering } from "../Answer.ts"
import { asProblems } from "../Failures.ts"
import { idempotent } from "../Idempotent.ts"
import { detailOf, pageOfRuns, rowOf } from "../runs/Reading.ts"
import { requestOf } from "../runs/Request.ts"
import { Run, runOf } from "../runs/Run.ts"
import { V1Api } from "../V1Api.ts"

const answer = answering(Run)

/** Nothing is to be sent for a plan whose objects are not what they were. */
const fresh = Effect.fn("Plans.fresh")(function* ({ run, scope }: RunRow) {
  const engines = yield* Engines
  const stale = yield* engines.use(
    ({ netbox }) => Effect.provideService(staleObjects(run), NetBox, netbox),
    scope.branch === undefined ? {} : { branch: scope.branch }
  )
  if (stale.length === 0) return
  const objects = stale.length === 1 ? "1 object was" : `${stale.length} objects were`
  return yield* new Problem({
    code: "plan_stale",
    detail: `${objects} changed or removed in NetBox since the plan was made. Plan again, or apply the rest with ?allow_partial=true`,
    more: { objects: stale.map(({ detail, label, ref }) => ({ ref, label, detail })) }
  })
})

export const PlansHttp = HttpApiBuilder.group(V1Api, "plans", (handlers) =>
  Effect.gen(function* () {
    const runs = yield* Runs
    return handlers
      .handle("create", ({ headers, payload }) =>
        idempotent(
          headers,
          Effect.gen(function* () {
            const { by } = yield* Caller
            const request = { mode: "plan", trigger: "request", label: "v1", by, ...requestOf(payload) } as const
            const plan = yield* runs.start(request)
            return answer(runOf(yield* rowOf(plan)), 202, { location: `/v1/plans/${plan}` })
          })
        )
      )
      .handle("list", ({ urlParams }) => asProblems(pageOfRuns({ ...urlParams, mode: "plan" })))
      .handle("read", ({ path, urlParams }) => asProblems(detailOf(path.plan, urlParams)))
      .handle("apply", ({ headers, path: { plan }, payload, urlParams }) =>
        idempotent(
          headers,
          Effect.gen(function* () {
            const { by } = yield* Caller
            const row = yield* rowOf(plan)
            const digest = payload?.digest
            if (row.state === "planned" && urlParams.allow_partial === "false") yield* fresh(row)
            yield* runs.apply(plan, { by, ...(digest === undefined ? {} : { digest }) })
            return answer(runOf(yield* rowOf(plan)), 202, { location: `/v1/runs/${plan}` })
          })
        )
      )
      .handle("discard", ({ headers, path: { plan } }) =>
        idempotent(
          headers,
          Effect.gen(function* () {
            yield* runs.discard(plan, (yield* Caller).by)
            return answer(runOf(yield* rowOf(plan)), 200)
          })
        )
      )
  })
)
