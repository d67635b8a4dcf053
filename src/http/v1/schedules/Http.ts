import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import { Effect } from "effect"
import { Schedule, Schedules } from "../../../store/Schedules.ts"
import { Caller } from "../../Caller.ts"
import { answering, respond } from "../Answer.ts"
import { etagOf, seen } from "../Conditional.ts"
import { asProblems } from "../Failures.ts"
import { idempotent } from "../Idempotent.ts"
import { V1Api } from "../V1Api.ts"

const answer = answering(Schedule)

/** When it fires is the service's own business: only what callers may change counts. */
const tagOf = ({ approve_removals, cron, enabled, name, scope, timezone }: Schedule): string =>
  etagOf({ approve_removals, cron, enabled, name, scope, timezone })

const named = (id: number) => `schedule ${id}`

export const SchedulesHttp = HttpApiBuilder.group(V1Api, "schedules", (handlers) =>
  Effect.gen(function* () {
    const schedules = yield* Schedules
    return handlers
      .handle("list", () => asProblems(Effect.map(schedules.list, (items) => ({ items, next: null }))))
      .handle("create", ({ headers, payload }) =>
        idempotent(
          headers,
          Effect.gen(function* () {
            const made = yield* schedules.create(payload, (yield* Caller).by)
            return answer(made, 201, { location: `/v1/schedules/${made.id}`, etag: tagOf(made) })
          })
        )
      )
      .handle("read", ({ path: { id } }) =>
        schedules.get(id).pipe(
          Effect.map((found) => respond(answer(found, 200, { etag: tagOf(found) }))),
          asProblems
        )
      )
      .handle("update", ({ headers, path: { id }, payload }) =>
        Effect.gen(function* () {
          const now = yield* schedules.update(id, payload, (yield* Caller).by, seen(headers, tagOf, named(id)))
          return respond(answer(now, 200, { etag: tagOf(now) }))
        }).pipe(asProblems)
      )
      .handle("remove", ({ headers, path: { id } }) =>
        Effect.flatMap(Caller, ({ by }) => schedules.remove(id, by, seen(headers, tagOf, named(id)))).pipe(asProblems)
      )
  })
)
