import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import { Effect } from "effect"
import { EndpointNotFound, Endpoints, NetBoxEndpoint } from "../../../store/Endpoints.ts"
import { AddressGuard } from "../../AddressGuard.ts"
import { Caller } from "../../Caller.ts"
import { Problem } from "../../Problem.ts"
import { answering, respond } from "../Answer.ts"
import { etagOf, seen } from "../Conditional.ts"
import { asProblems } from "../Failures.ts"
import { idempotent } from "../Idempotent.ts"
import { V1Api } from "../V1Api.ts"

const answer = answering(NetBoxEndpoint)

const named = (id: number) => `NetBox endpoint ${id}`

export const NetBoxEndpointsHttp = HttpApiBuilder.group(V1Api, "netbox_endpoints", (handlers) =>
  Effect.gen(function* () {
    const endpoints = yield* Endpoints
    const guard = yield* AddressGuard
    const find = Effect.fnUntraced(function* (id: number) {
      const found = (yield* endpoints.netbox).find((one) => one.id === id)
      return found ?? (yield* new EndpointNotFound({ which: "netbox", id }))
    })
    return handlers
      .handle("list", () => asProblems(Effect.map(endpoints.netbox, (items) => ({ items, next: null }))))
      .handle("create", ({ headers, payload }) =>
        idempotent(
          headers,
          Effect.gen(function* () {
            const [present] = yield* endpoints.netbox
            if (present !== undefined) {
              return yield* new Problem({
                code: "already_exists",
                detail: `There is NetBox endpoint ${present.id} (${present.name}) already, and a service works for one NetBox. Change it, or delete it first`
              })
            }
            yield* guard.netbox(payload)
            const made = yield* endpoints.createNetBox(payload, (yield* Caller).by)
            return answer(made, 201, { location: `/v1/endpoints/netbox/${made.id}`, etag: etagOf(made) })
          })
        )
      )
      .handle("read", ({ path: { id } }) =>
        find(id).pipe(
          Effect.map((found) => respond(answer(found, 200, { etag: etagOf(found) }))),
          asProblems
        )
      )
      .handle("update", ({ headers, path: { id }, payload }) =>
        Effect.gen(function* () {
          yield* guard.netbox(payload, yield* find(id))
          const expected = seen(headers, etagOf, named(id))
          const now = yield* endpoints.updateNetBox(id, payload, (yield* Caller).by, expected)
          return respond(answer(now, 200, { etag: etagOf(now) }))
        }).pipe(asProblems)
      )
      .handle("remove", ({ headers, path: { id } }) =>
        Effect.flatMap(Caller, ({ by }) => endpoints.removeNetBox(id, by, seen(headers, etagOf, named(id)))).pipe(
          asProblems
        )
      )
  })
)
