import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import { Effect } from "effect"
import { EndpointNotFound, Endpoints, ProxmoxEndpoint } from "../../../store/Endpoints.ts"
import { AddressGuard } from "../../AddressGuard.ts"
import { Caller } from "../../Caller.ts"
import { answering, respond } from "../Answer.ts"
import { etagOf, seen } from "../Conditional.ts"
import { asProblems } from "../Failures.ts"
import { idempotent } from "../Idempotent.ts"
import { V1Api } from "../V1Api.ts"

const answer = answering(ProxmoxEndpoint)

const named = (id: number) => `Proxmox endpoint ${id}`

export const ProxmoxEndpointsHttp = HttpApiBuilder.group(V1Api, "proxmox_endpoints", (handlers) =>
  Effect.gen(function* () {
    const endpoints = yield* Endpoints
    const guard = yield* AddressGuard
    const find = Effect.fnUntraced(function* (id: number) {
      const found = (yield* endpoints.proxmox).find((one) => one.id === id)
      return found ?? (yield* new EndpointNotFound({ which: "proxmox", id }))
    })
    return handlers
      .handle("list", () => asProblems(Effect.map(endpoints.proxmox, (items) => ({ items, next: null }))))
      .handle("create", ({ headers, payload }) =>
        idempotent(
          headers,
          Effect.gen(function* () {
            yield* guard.proxmox(payload)
            const made = yield* endpoints.createProxmox(payload, (yield* Caller).by)
            return answer(made, 201, { location: `/v1/endpoints/proxmox/${made.id}`, etag: etagOf(made) })
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
          yield* guard.proxmox(payload, yield* find(id))
          const expected = seen(headers, etagOf, named(id))
          const now = yield* endpoints.updateProxmox(id, payload, (yield* Caller).by, expected)
          return respond(answer(now, 200, { etag: etagOf(now) }))
        }).pipe(asProblems)
      )
      .handle("remove", ({ headers, path: { id } }) =>
        Effect.flatMap(Caller, ({ by }) => endpoints.removeProxmox(id, by, seen(headers, etagOf, named(id)))).pipe(
          asProblems
        )
      )
  })
)
